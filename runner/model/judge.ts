/**
 * The bridge between hidden tests of models and the test runner, as lab/judge.ts is for programs: one test per
 * promise, named by the promise's id, with a report in the test's meta.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BroadcastChannel } from 'node:worker_threads';
import type { Mistake, PromiseVerdict, Report, StateCoverage, Story } from '../lab/index.ts';
import { explore, type Explored, type Questions, type Trace, type Transition } from './explore.ts';
import type { MachineOptions } from './machine.ts';
import { ModelError } from './mistake.ts';
import { openUntried, type Model } from './model.ts';
import { parse, unpack, type Parsed, type Source } from './specification.ts';
import { storyOf, type Telling } from './story.ts';
import type { State } from './value.ts';

interface TestContext {
  readonly task: { readonly meta: { kata?: Report } };
}
declare const test: (name: string, body: (context: TestContext) => Promise<void>) => void;

export interface Judged {
  /** The hidden test's own `import.meta`. */
  readonly test: object;
  /** The specification that brings everything together, beside the test; it imports the learner's. */
  readonly specification: string;
  /** The learner's file, in the folder that is judged. */
  readonly file: string;
  /** The learner's model, from several beginnings. */
  readonly models: readonly JudgedModel[];
  /** The learner's invariant. */
  readonly invariant: JudgedInvariant;
}

export interface JudgedModel extends Required<MachineOptions> {
  /** What is modelled, in one line. */
  readonly name: string;
  /** For each promise, by the names of invariants: what is wrong in a state that breaks one. */
  readonly promises: Readonly<Record<string, Readonly<Record<string, (state: State) => string>>>>;
  /** For each promise, what must be right with every step. */
  readonly rules?: Readonly<Record<string, (step: Transition) => string | undefined>>;
  /** For each promise, what must stay possible, and what is wrong where it is not. */
  readonly possible?: Readonly<Record<string, { readonly name: string; readonly so: string }>>;
  /** Names of definitions, by what they show. */
  readonly goals: Readonly<Record<string, string>>;
}

export interface JudgedInvariant {
  readonly promise: string;
  /** Its name in the specification that imports it. */
  readonly name: string;
  /** The author's own invariant, and what is wrong in a state that breaks it. */
  readonly means: { readonly name: string; readonly so: (state: State) => string };
  readonly init: string;
  /** Models in which something goes wrong: each must have a state in which the invariant is false. */
  readonly wrong: readonly NamedStep[];
  /** Models in which nothing does: the invariant must be true in each of their states. */
  readonly right: readonly NamedStep[];
}

export interface NamedStep {
  /** 'a model in which …' */
  readonly name: string;
  readonly step: string;
  readonly init?: string;
}

const progressEveryMs = 100;
/** A model of the size that an exercise is about has a hundredth of them. */
const statesMost = 10_000;

/** Registers a test for each promise. Everything is explored once, at the first test. */
export function judgeModel(judged: Judged): void {
  let explored: Promise<readonly Reported[]> | undefined;
  const promises = new Set([
    ...judged.models.flatMap(({ promises: kept, rules, possible }) =>
      [kept, rules ?? {}, possible ?? {}].flatMap(Object.keys),
    ),
    judged.invariant.promise,
  ]);
  for (const promise of promises) {
    test(promise, async ({ task }) => {
      const report = await reportOn(judged, async () => {
        const all = await (explored ??= judgeAll(judged));
        return {
          verdict: merged(promise, all),
          coverage: all.flatMap(({ coverage }) => coverage ?? []),
        };
      });
      task.meta.kata = report;
      if ('mistake' in report) throw new Error(report.mistake.message);
      if ('verdict' in report && !report.verdict.holds) throw new Error(`broken: ${promise}`);
    });
  }
}

/** What one exploration says. */
interface Reported {
  readonly verdicts: readonly PromiseVerdict[];
  readonly coverage?: StateCoverage;
}

async function judgeAll(judged: Judged): Promise<readonly Reported[]> {
  const channel = new BroadcastChannel('kata-progress');
  let before = 0;
  let told = Date.now();
  const onProgress = (states: number): void => {
    const now = Date.now();
    if (now - told < progressEveryMs) return;
    channel.postMessage({ schedules: before + states });
    told = now;
  };
  try {
    // Whoever checks the learner's types, at the same time, also tries the evaluator.
    const model = openUntried(parsedOf(judged));
    const invariant = await judgeInvariant(model, judged, onProgress);
    const reports: Reported[] = [{ verdicts: [invariant] }];
    for (const each of judged.models) {
      const options = { statesMost, onProgress };
      const found = await explore(model.machine(each), questionsOf(each), options);
      if (found.kind === 'bounded') throw grows(judged, each);
      before += found.states;
      reports.push(reportOf(each, found, judged, invariant.holds));
    }
    return reports;
  } finally {
    channel.close();
  }
}

/** Whoever asks for the judgement has read the specification while this process was starting. */
function parsedOf(judged: Judged): Parsed {
  const source = sourceOf(judged);
  const file = process.env['KATA_PARSED'];
  if (file === undefined) return parse(source);
  const parsed = unpack(readFileSync(file));
  // By its name alone: one of the two paths may lead through a link.
  if (basename(parsed.path) === basename(source.path)) return parsed;
  throw new Error(`${file} holds ${parsed.path}, and not ${source.path}`);
}

function sourceOf({ test: meta, specification }: Judged): Source {
  const folder = process.env['KATA_SUBJECT'];
  if (folder === undefined) {
    throw new Error('KATA_SUBJECT names no folder: hidden tests are run by kata check');
  }
  return hiddenSource(fileURLToPath(new URL(specification, (meta as ImportMeta).url)), folder);
}

/**
 * What the author's specification imports is found in the folder that is judged.
 * @param path  of the hidden specification
 */
export function hiddenSource(path: string, subject: string): Source {
  const names = readdirSync(subject).filter((name) => name.endsWith('.qnt'));
  return { path, instead: Object.fromEntries(names.map((name) => [name, join(subject, name)])) };
}

function grows({ file }: Judged, { name }: JudgedModel): ModelError {
  return new ModelError(
    'model-too-large',
    `With your ${file}, the model of ${name} has more than ${statesMost.toLocaleString('en')} states.`,
    'Look for something that grows with every step: a number that is counted up, or a text made of texts.',
  );
}

function questionsOf({ promises, rules, possible = {}, goals }: JudgedModel): Questions {
  return {
    invariants: [...new Set(Object.values(promises).flatMap(Object.keys))],
    ...(rules && { rules }),
    possible: Object.values(possible).map(({ name }) => name),
    goals: Object.values(goals),
  };
}

/** @param isSeen  whether the learner's own invariant is right, and so is false where the author's is */
function reportOf(
  model: JudgedModel,
  found: Explored,
  { file, invariant }: Judged,
  isSeen: boolean,
): Reported {
  const { name, goals } = model;
  const { states, depth } = found;
  const asked = askedOf(model, (broken) =>
    isSeen && broken === invariant.means.name
      ? `kata model: your ${statementOf(invariant)} is false there, too`
      : 'kata model, with an invariant that is false there',
  );
  const judged = [...new Set(asked.map(({ promise }) => promise))];
  const coverage: StateCoverage = {
    unit: 'state',
    scenario: name,
    kind: 'exhaustive',
    states,
    depth,
    goals: Object.entries(goals).map(([goal, wanted]) => ({
      goal,
      seen: found.goals.get(wanted) ?? 0,
    })),
  };
  return {
    verdicts: judged.map((promise) =>
      verdictOn(
        promise,
        asked.filter((each) => each.promise === promise),
        found,
        { scenario: name, file },
      ),
    ),
    coverage,
  };
}

/** What a promise asks of a model, by the name under which the exploration answers. */
interface Asked {
  readonly promise: string;
  readonly name: string;
  readonly so: (state: State) => string;
  /** How the learner sees it again; a broken rule is in no state, and so in no invariant. */
  readonly again?: string;
}

function askedOf(
  { promises, rules = {}, possible = {} }: JudgedModel,
  again: (invariant: string) => string,
): readonly Asked[] {
  return [
    ...Object.entries(promises).flatMap(([promise, invariants]) =>
      Object.entries(invariants).map(([name, so]) => ({
        promise,
        name,
        so,
        again: again(name),
      })),
    ),
    ...Object.keys(rules).map((rule) => ({ promise: rule, name: rule, so: () => rule })),
    ...Object.entries(possible).map(([promise, { name, so }]) => ({ promise, name, so: () => so })),
  ];
}

function verdictOn(
  promise: string,
  asked: readonly Asked[],
  { broken, states }: Explored,
  telling: Telling,
): PromiseVerdict {
  const breaches = asked.flatMap(({ name, so, again }) => {
    const breach = broken.get(name);
    return breach ? [{ ...breach, so: breach.so ?? so(lastOf(breach.trace)), again }] : [];
  });
  const [simplest] = breaches.toSorted((a, b) => a.trace.length - b.trace.length);
  return {
    promise,
    holds: breaches.length === 0,
    brokenIn: breaches.reduce((sum, { count }) => sum + count, 0),
    tried: states,
    unit: 'state',
    ...(simplest && {
      story: storyOf(simplest.trace, {
        ...telling,
        so: simplest.so,
        ...(simplest.again !== undefined && { again: simplest.again }),
      }),
    }),
  };
}

function lastOf(trace: Trace): State {
  return trace.at(-1)?.state ?? {};
}

/** As the learner has named it. */
function statementOf({ name }: JudgedInvariant): string {
  return name.replace(/^.*::/, '');
}

/** Right models first: an invariant that is false where nothing is wrong says nothing where something is. */
async function judgeInvariant(
  model: Model,
  { file, invariant }: Judged,
  onProgress: (states: number) => void,
): Promise<PromiseVerdict> {
  const { promise, name, means, init, wrong, right } = invariant;
  const statement = statementOf(invariant);
  for (const each of right) {
    const machine = model.machine({ init, ...each });
    const found = await explore(machine, { invariants: [name] }, { onProgress });
    const breach = found.broken.get(name);
    if (!breach) continue;
    return {
      promise,
      holds: false,
      brokenIn: breach.count,
      tried: found.states,
      unit: 'state',
      story: storyOf(breach.trace, {
        scenario: each.name,
        file,
        so: `nothing is wrong here, and yet your ${statement} is false`,
        again: `kata model shows where your ${statement} is false in your own model`,
      }),
    };
  }
  let living = 0;
  let story: Story | undefined;
  for (const each of wrong) {
    const machine = model.machine({ init, ...each });
    const options = { untilBroken: true, onProgress };
    const found = await explore(machine, { invariants: [name] }, options);
    if (found.broken.has(name)) continue;
    living += 1;
    if (story) continue;
    const again = await explore(machine, { invariants: [means.name] }, options);
    const trace = again.broken.get(means.name)?.trace;
    if (!trace) throw new Error(`nothing goes wrong in ${each.name}`);
    story = storyOf(trace, {
      scenario: each.name,
      file,
      so: `in one of them, ${means.so(lastOf(trace))}, and yet your ${statement} is true`,
    });
  }
  return {
    promise,
    holds: living === 0,
    brokenIn: living,
    tried: wrong.length,
    unit: 'mutant',
    program: 'model',
    ...(story && { story }),
  };
}

/** Over all explorations that judge the promise. */
function merged(promise: string, all: readonly Reported[]): PromiseVerdict {
  const verdicts = all.flatMap((each) => each.verdicts.filter((one) => one.promise === promise));
  const failing = verdicts.filter(({ holds }) => !holds);
  const [story] = failing
    .flatMap((verdict) => verdict.story ?? [])
    .toSorted((a, b) => a.steps.length - b.steps.length);
  return {
    promise,
    holds: failing.length === 0,
    brokenIn: verdicts.reduce((sum, { brokenIn }) => sum + brokenIn, 0),
    tried: verdicts.reduce((sum, { tried }) => sum + tried, 0),
    unit: verdicts[0]?.unit ?? 'state',
    ...(verdicts[0]?.program !== undefined && { program: verdicts[0].program }),
    ...(story && { story }),
  };
}

async function reportOn(judged: Judged, work: () => Promise<Report>): Promise<Report> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelError) return { mistake: mistakeOf(judged, error) };
    throw error;
  }
}

/** What goes wrong in the author's file does so because the learner's lacks something. */
function mistakeOf({ specification, file }: Judged, error: ModelError): Mistake {
  const { code, message, remedy, at } = error;
  if (at?.file !== specification) {
    return { code, message, remedy, ...(at && { at }) };
  }
  const [, name] = /(?:named|module) (?:\w+::)?(\w+)\.$/.exec(message) ?? [];
  return {
    code: 'model-incomplete',
    message:
      name === undefined
        ? `${file} does not fit what the check needs: ${message}`
        : `${file} has no ${name}, which the check needs.`,
    remedy:
      'Keep the names and the parameters that the starter has; kata diff shows what was changed.',
  };
}
