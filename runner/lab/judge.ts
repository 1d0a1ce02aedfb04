/**
 * The bridge between hidden tests and the test runner: one test per promise, named by the promise's
 * id, with the lab's report in the test's meta. The runner that calls is vitest, with globals.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { explore, slice, storyOf, type Exploration } from './explore.ts';
import type { Generated } from './generated.ts';
import { givenOf } from './given.ts';
import { MistakeError } from './mistake.ts';
import { outcomeOf } from './outcome.ts';
import { loadProgram } from './program.ts';
import type { Scenario } from './scenario.ts';
import { execute } from './schedule.ts';
import { loadSubject, type Subject } from './subject.ts';
import { stopping } from './stops.ts';
import { followingToken, hashOf, MisfitError, parseToken } from './token.ts';
import type { PromiseVerdict, Report, Story } from './verdict.ts';

interface TestContext {
  readonly task: { readonly meta: { kata?: Report } };
}
declare const test: (name: string, body: (context: TestContext) => Promise<void>) => void;

/** A scenario, or one for each input that is generated. */
type Judged = Scenario | Generated;

const progressEveryMs = 100;
const seedByDefault = 1;

/**
 * Registers a test for each promise of the scenarios. All scenarios are explored once, at the first
 * test; a promise that several scenarios make is judged over all of them.
 * The environment says what to do: KATA_SUBJECT names the folder with the files to judge, KATA_SEED the
 * seed of what is drawn by chance, KATA_REPLAY a token whose schedule is run instead of all that, and with
 * KATA_INSPECT its handlers stop where they begin, for a debugger.
 */
export function judge(...scenarios: readonly [Judged, ...Judged[]]): void {
  if (registerReplay(scenarios)) return;
  let explored: Promise<readonly Exploration[]> | undefined;
  const promises = new Set(scenarios.flatMap((scenario) => Object.keys(scenario.promises)));
  for (const promise of promises) {
    registerVerdict(promise, async () => {
      const explorations = await (explored ??= exploreAll(scenarios));
      return {
        verdict: verdictOn(promise, scenarios, explorations),
        coverage: explorations.map((exploration) => exploration.coverage),
      };
    });
  }
}

/** A test that fails when the promise does not hold, or cannot be judged. */
export function registerVerdict(promise: string, work: () => Promise<Report>): void {
  test(promise, async ({ task }) => {
    const report = await reportOn(work);
    task.meta.kata = report;
    if ('mistake' in report) throw new Error(report.mistake.message);
    if ('verdict' in report && !report.verdict.holds) throw new Error(`broken: ${promise}`);
  });
}

/**
 * False: no replay is asked for. Else only the scenario that the token was made in, as the test `replay`;
 * where none of these was, nothing is registered, and for a token that cannot be read, the test `misfit`.
 */
export function registerReplay(scenarios: readonly Judged[], isAttack = false): boolean {
  const { KATA_REPLAY: text } = process.env;
  if (text === undefined) return false;
  registerReplayOf(scenarios, text, isAttack);
  return true;
}

function registerReplayOf(scenarios: readonly Judged[], text: string, isAttack: boolean): void {
  const token = parseToken(text);
  const stops = process.env['KATA_INSPECT'] !== undefined;
  if (!('hash' in token)) {
    test('misfit', async ({ task }) => void (task.meta.kata = { misfit: token }));
    return;
  }
  const judged = scenarios.find((each) => signatureOf(each) === token.hash);
  if (!judged) return;
  test('replay', async ({ task }) => {
    task.meta.kata = await reportOn(() =>
      slice(() => {
        const scenario = 'again' in judged ? judged.again(token.input ?? '') : judged;
        const asItIs = loadProgram(scenario, subjectOf(), token);
        const program = stops ? loadProgram(scenario, stopping(asItIs), token) : asItIs;
        program.everyMoment = isAttack;
        const executed = execute(program, followingToken(token), 'steps');
        const outcome = outcomeOf(executed.world);
        const broken = Object.entries(scenario.promises).flatMap(([promise, brokenBy]) => {
          const so = brokenBy(outcome);
          return so === undefined ? [] : [{ promise, so }];
        });
        const given = givenOf(scenario, executed.world);
        const story = storyOf(program, executed);
        return { replay: { story, given, broken, ...(isAttack && { isAttack }) } };
      }),
    );
  });
}

function signatureOf(judged: Judged): string {
  return 'again' in judged ? judged.hash : hashOf(judged);
}

async function reportOn(work: () => Promise<Report>): Promise<Report> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MistakeError) return { mistake: error.mistake };
    if (error instanceof MisfitError) return { misfit: error.misfit };
    throw error;
  }
}

async function exploreAll(scenarios: readonly Judged[]): Promise<readonly Exploration[]> {
  const subject = subjectOf();
  const seed = Number(process.env['KATA_SEED'] ?? seedByDefault);
  const explorations: Exploration[] = [];
  let before = 0;
  await countingAloud(async (count) => {
    const breathe = (schedules: number): void => count(before + schedules);
    for (const scenario of scenarios) {
      const exploration =
        'again' in scenario
          ? await scenario.explore(subject, seed, breathe)
          : await explore(scenario, subject, { seed, breathe });
      before += exploration.coverage.schedules;
      explorations.push(exploration);
    }
  });
  return explorations;
}

/** Whoever waits for the verdict sees how many schedules have been run; their watchdog hears of it, too. */
export async function countingAloud<T>(
  work: (count: (schedules: number) => void) => Promise<T>,
): Promise<T> {
  const channel = new BroadcastChannel('kata-progress');
  let told = Date.now();
  try {
    return await work((schedules) => {
      const now = Date.now();
      if (now - told < progressEveryMs) return;
      channel.postMessage({ schedules });
      told = now;
    });
  } finally {
    channel.close();
  }
}

export function subjectOf(): Subject {
  return loadSubject(folderOf());
}

/** Where the files to judge are. */
export function folderOf(): string {
  const folder = process.env['KATA_SUBJECT'];
  if (folder !== undefined) return folder;
  throw new Error('KATA_SUBJECT names no folder: hidden tests are run by kata check');
}

function verdictOn(
  promise: string,
  scenarios: readonly Judged[],
  explorations: readonly Exploration[],
): PromiseVerdict {
  const judged = explorations.filter((exploration) => exploration.broken.has(promise));
  const breaches = judged.map((exploration) => exploration.broken.get(promise)!);
  const brokenIn = sum(breaches.map((breach) => breach.count));
  const tried = sum(judged.map((exploration) => exploration.coverage.schedules));
  const stories = breaches.flatMap((breach) => breach.story ?? []);
  const last = new Set(scenarios.flatMap((each) => ('toldLast' in each ? each.name : [])));
  const isLast = ({ scenario }: Story): number => (last.has(scenario) ? 1 : 0);
  const [story] = stories.toSorted(
    (a, b) => isLast(a) - isLast(b) || faultsIn(a) - faultsIn(b) || a.steps.length - b.steps.length,
  );
  const so = breaches.find((breach) => breach.so !== undefined)?.so;
  return {
    promise,
    holds: brokenIn === 0,
    brokenIn,
    tried,
    unit: 'schedule',
    ...(story ? { story } : so !== undefined && { so }),
  };
}

/** A story without a crash is told before a shorter one with a crash: it needs less to go wrong. */
function faultsIn({ steps }: Story): number {
  return steps.filter(({ kind }) => kind === 'fault').length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
