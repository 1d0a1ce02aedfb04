/** Runs exercises on real parts: `kata run`, and `kata check --real`. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario, Visitor } from '../../../lab/scenario.ts';
import type { FaultKind } from '../../../lab/verdict.ts';
import { label } from '../../domain/catalogue.ts';
import { isModel, type Exercise } from '../../domain/exercise.ts';
import type { OpenOptions, RealOptions, RealParts } from '../../domain/ports.ts';
import type { RunRequest, RunScenario, RunVerdict } from '../../domain/real-run.ts';
import { KataError } from '../../errors.ts';
import { hiddenTests } from '../judge/hidden-tests.ts';
import type { System } from '../judge/host-process.ts';
import { messageAt } from '../judge/place.ts';
import { openTypechecker } from '../judge/typecheck.ts';
import { openChildren, type Children } from './children.ts';
import { scenariosIn } from './hidden-test.ts';
import { openSystem, RunMistake, type System as Running } from './system.ts';

export interface RealSettings {
  readonly root: string;
  /** `process`, handed in by the composition root. */
  readonly system: System & Pick<NodeJS.Process, 'pid'>;
  /** Told when a run was cut off, and what it left was set aside. */
  readonly complain: (notice: string) => void;
  /** How long one world may take to come to rest, in ms. */
  readonly patienceMs?: number;
  /** The built program of the processes, for those who run this from its sources. */
  readonly program?: string;
}

/** Somebody who tries the system by hand may have as many faults as there are. */
const unbounded = 1_000_000;

export function openRealParts({
  root,
  system,
  complain,
  patienceMs = 30_000,
  program,
}: RealSettings): RealParts {
  const types = openTypechecker({ root, system });

  /** Removes whatever was made, in every case but that it is to be kept. */
  async function inFolder<T>(
    { keep }: { readonly keep: boolean },
    work: (folder: string) => Promise<T>,
  ): Promise<T> {
    const all = join(root, '.kata', 'run');
    mkdirSync(all, { recursive: true });
    setAside(all);
    const folder = mkdtempSync(join(all, `${keep ? 'kept' : system.pid}-`));
    try {
      return await work(folder);
    } finally {
      if (!keep) rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What a run that was killed itself has left: it may be just what somebody wants to look at. */
  function setAside(all: string): void {
    for (const name of readdirSync(all)) {
      const [, pid, rest] = /^(\d+)-(.*)$/.exec(name) ?? [];
      if (pid === undefined || lives(Number(pid))) continue;
      const kept = join(all, `cut-off-${rest}`);
      renameSync(join(all, name), kept);
      complain(
        `A run was cut off. Its store and its queues are kept in ${kept}, and are yours to delete.`,
      );
    }
  }

  function lives(pid: number): boolean {
    try {
      return system.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ESRCH';
    }
  }

  async function withChildren<T>(
    exercise: Exercise,
    subject: string,
    { onLine, signal }: OpenOptions | RealOptions,
    work: (children: Children, scenarios: readonly Scenario[]) => Promise<T>,
  ): Promise<T> {
    const tests = await hiddenTests(exercise);
    const scenarios = isModel(exercise) ? [] : scenariosIn(tests);
    if (scenarios.length === 0) {
      throw new KataError(
        'nothing-to-run',
        `${label(exercise)} is about a schedule, a test or a model, and has no system to run.`,
        `kata check ${exercise.number} judges it; kata run 1 shows a system on real parts.`,
      );
    }
    await types.check(subject, signal);
    const children = openChildren({
      system,
      tests,
      subject,
      onPrinted: (who, text) => onLine({ at: Date.now(), who, text: `prints ${text}` }),
      ...(program && { program }),
    });
    try {
      return await work(children, scenarios);
    } catch (error) {
      if (!(error instanceof RunMistake)) throw error;
      const { code, message, remedy, at } = error.mistake;
      throw new KataError(code, at ? messageAt(subject, at, message) : message, remedy);
    } finally {
      await children.close();
    }
  }

  return {
    open: (exercise, subject, options) =>
      inFolder(options, (folder) =>
        withChildren(exercise, subject, options, async (children, scenarios) => {
          const index = chosen(exercise, scenarios, options.scenario) ?? firstWithPeople(scenarios);
          const scenario = scenarios[index]!;
          const { seed, onLine } = options;
          const bounds = boundsOf(scenario, () => unbounded);
          const launcher = children.launcher(index);
          const running = await openSystem({ scenario, folder, launcher, seed, bounds, onLine });
          try {
            const { addresses } = running;
            const requests = requestsIn(scenario, addresses);
            options.onReady({ scenario: described(scenarios, index), addresses, requests });
            await Promise.race([aborted(options.signal), running.failed]);
          } finally {
            await running.close();
          }
        }),
      ),
    judge: (exercise, subject, options) =>
      inFolder(options, (folder) =>
        withChildren(exercise, subject, options, async (children, scenarios) => {
          const startedAt = performance.now();
          const only = chosen(exercise, scenarios, options.scenario);
          const verdicts = new Map<string, RunVerdict>();
          const faults = new Map<string, number>();
          let last = '';
          for (let run = 0; run < options.runs; run += 1) {
            const index = only ?? run % scenarios.length;
            last = join(folder, String(run + 1));
            options.onBegin(run + 1, described(scenarios, index));
            await judgeOne(
              scenarios[index]!,
              children.launcher(index),
              last,
              run,
              verdicts,
              faults,
            );
            if (!options.keep) rmSync(last, { recursive: true, force: true });
          }
          return {
            runs: options.runs,
            seed: options.seed,
            durationMs: performance.now() - startedAt,
            promises: [...verdicts.values()],
            faults,
            kept: options.keep ? last : undefined,
          };

          async function judgeOne(
            scenario: Scenario,
            launcher: ReturnType<Children['launcher']>,
            place: string,
            run: number,
            into: Map<string, RunVerdict>,
            struck: Map<string, number>,
          ): Promise<void> {
            const { onLine, signal } = options;
            const seed = options.seed === undefined ? undefined : options.seed + run;
            const bounds = boundsOf(scenario, (most) => most);
            const running = await openSystem({
              scenario,
              folder: place,
              launcher,
              seed,
              bounds,
              onLine,
            });
            try {
              await cameToRest(running, signal, patienceMs);
              const outcome = await running.outcome();
              for (const [promise, brokenBy] of Object.entries(scenario.promises)) {
                const so = brokenBy(outcome);
                into.set(promise, withOneMore(into.get(promise), promise, so, scenario.name));
              }
            } finally {
              const { faults: all, lateDeliveries: late } = running;
              for (const [what, times] of [...all, ['late delivery', late] as const]) {
                if (times > 0) struck.set(what, (struck.get(what) ?? 0) + times);
              }
              await running.close();
            }
          }
        }),
      ),
  };
}

/** @throws KataError usage */
function chosen(
  exercise: Exercise,
  scenarios: readonly Scenario[],
  number: number | undefined,
): number | undefined {
  if (number === undefined || number <= scenarios.length) return number && number - 1;
  throw new KataError(
    'usage',
    `${label(exercise)} has no scenario ${number}. The last one is ${scenarios.length}.`,
    scenarios.map(({ name }, index) => `${index + 1} ${name}`).join('\n'),
  );
}

/** Where a person does something by HTTP there is something to try; else messages wait, and are handled. */
function firstWithPeople(scenarios: readonly Scenario[]): number {
  return Math.max(
    0,
    scenarios.findIndex(({ traffic }) => traffic !== undefined),
  );
}

function described(scenarios: readonly Scenario[], index: number): RunScenario {
  const { name, processes, traffic, apis } = scenarios[index]!;
  const all = [processes, traffic, apis].flatMap((each) => Object.keys(each ?? {}));
  return { number: index + 1, name, of: scenarios.length, names: [...all, 'broker'] };
}

/** How many faults of each kind the exercise is about: beyond them, it promises nothing. */
function boundsOf(
  { faults = {} }: Scenario,
  most: (bound: number) => number,
): ReadonlyMap<FaultKind, number> {
  return new Map<FaultKind, number>([
    ['crash', most(faults.crashes ?? 0)],
    ['unknown outcome', most(faults.unknownOutcomes ?? 0)],
    ['lock expiry', most(faults.lockExpiries ?? 0)],
    ['duplicate delivery', most(faults.duplicateDeliveries ?? 0)],
    ['lost response', most(faults.lostResponses ?? 0)],
    ['unavailable', most(faults.unavailable ?? 0)],
  ]);
}

/** What each person does first, and what can be looked at: found by asking them, and never answering. */
function requestsIn(
  { traffic = {}, processes }: Scenario,
  addresses: ReadonlyMap<string, string>,
): readonly RunRequest[] {
  const requests: RunRequest[] = [];
  const ids: string[] = [];
  const note = (method: string, path: string, to: string, body: unknown): Promise<never> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    requests.push({ method, url: `${addresses.get(to)}${path}`, body: text });
    ids.push(path.split('/')[2] ?? '');
    return new Promise(() => {});
  };
  const visitor: Visitor = {
    post: (path, { to, body }) => note('POST', path, to, body),
    get: (path, { to }) => note('GET', path, to, undefined),
    send: () => new Promise(() => {}),
  };
  for (const act of Object.values(traffic)) void act(visitor);
  for (const [name, bindings] of Object.entries(processes)) {
    for (const bound of Object.keys(bindings)) {
      const [method, path = ''] = bound.split(' ');
      if (method !== 'GET') continue;
      // Of a page of something else than what people post to, the id is yet to be learnt.
      const known = ids[0] && path.startsWith(`/${requests[0]?.url.split('/')[3]}/`);
      const url = `${addresses.get(name)}${known ? path.replace(/:\w+/, ids[0]!) : path}`;
      requests.push({ method, url, body: undefined });
    }
  }
  const seen = new Set<string>();
  return requests.filter((each) => {
    const key = JSON.stringify(each);
    return !seen.has(key) && seen.add(key);
  });
}

function withOneMore(
  before: RunVerdict | undefined,
  promise: string,
  so: string | undefined,
  scenario: string,
): RunVerdict {
  const { tried, brokenIn } = before ?? { tried: 0, brokenIn: 0 };
  return {
    ...(so !== undefined && { so, scenario }),
    ...before,
    promise,
    tried: tried + 1,
    brokenIn: brokenIn + (so === undefined ? 0 : 1),
  };
}

/** @throws KataError interrupted, never-settled */
async function cameToRest(
  running: Running,
  signal: AbortSignal,
  patienceMs: number,
): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([
      running.comeToRest(),
      running.failed,
      aborted(AbortSignal.any([signal, done.signal])).then(() => {
        throw new KataError('interrupted', 'Interrupted.', 'Give the same command again.');
      }),
      after(patienceMs, done.signal).then(() => {
        throw new KataError(
          'never-settled',
          `The system did not come to rest within ${patienceMs / 1_000} s.`,
          'Look in the lines above for a handler that begins and never ends, or for a retry without a limit.',
        );
      }),
    ]);
  } finally {
    done.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function after(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
