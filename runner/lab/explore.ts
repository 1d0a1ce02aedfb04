/** One scenario, explored as far as its limits allow: counts, goals, and the story of each broken promise. */
import { inspect } from 'node:util';
import { curvesOver } from './curves.ts';
import { isFault, type Move } from './moves.ts';
import type { Footprint } from './footprint.ts';
import { happensBefore } from './happens-before.ts';
import { watchLanguage, type Leftover } from './leftovers.ts';
import { MistakeError } from './mistake.ts';
import { nearestThatKeeps } from './neighbours.ts';
import { outcomeOf } from './outcome.ts';
import { loadProgram, type Program } from './program.ts';
import { hearingRejections } from './rejections.ts';
import { drawing } from './sampling.ts';
import type { Outcome, Scenario } from './scenario.ts';
import {
  costOf,
  execute,
  following,
  isLess,
  run,
  shrink,
  type Cost,
  type Executed,
} from './schedule.ts';
import { openSearch } from './search.ts';
import { callSite } from './source-line.ts';
import type { Subject } from './subject.ts';
import { ledElsewhere, leftBehind } from './telling.ts';
import { tokenOf, type Signature } from './token.ts';
import type { FaultKind, ScheduleCoverage, ScheduleStory, SourceLine } from './verdict.ts';
import { canStep, forgetOwners, type World } from './world.ts';

export interface Exploration {
  readonly coverage: ScheduleCoverage;
  /** For each promise of the scenario. */
  readonly broken: ReadonlyMap<string, Breach>;
}

export interface Breach {
  /** Schedules that break the promise. */
  readonly count: number;
  /** Of the simplest that was found. */
  readonly story: ScheduleStory | undefined;
  /** What is wrong, where executions are too long to be told. */
  readonly so?: string;
}

/** Called between two executions with the number of schedules so far; the search waits for it. */
export type Breathe = (schedules: number) => void | Promise<void>;

export interface ExploreOptions {
  /** Of what is drawn by chance. */
  readonly seed: number;
  readonly breathe: Breathe;
  /** For replay tokens, where it is not the scenario's own. */
  readonly signature?: Signature;
}

const schedulesMost = 100_000;
/** On a slow machine the search of one scenario gives up after so long, in ms, rather than be killed. */
const searchMsMost = 20_000;
/** After a search that gave up, so many more are drawn by chance. */
const drawnAfterwards = 3_000;
/** Schedules that are run a second time, to see that nothing outlives an execution. */
const repeatedMost = 3;

/**
 * Steps are taken outside of promise reactions (see world.ts), so the work comes in slices of the event
 * loop, each followed by `breathe`. @throws MistakeError
 */
export async function explore(
  scenario: Scenario,
  subject: Subject,
  { seed, breathe, signature }: ExploreOptions,
): Promise<Exploration> {
  // Before the learner's files are loaded: they may leave something behind already then.
  const leftover = watchLanguage();
  const program = await slice(() => loadProgram(scenario, subject, signature));
  for (;;) {
    try {
      return await exploreProgram(program, leftover, seed, breathe);
    } catch (error) {
      if (!(error instanceof BeginAgain)) throw error;
    }
  }
}

async function exploreProgram(
  program: Program,
  leftover: () => Leftover | undefined,
  seed: number,
  breathe: Breathe,
): Promise<Exploration> {
  const tally = openTally(program);
  const alive = (): void => void breathe(tally.schedules);
  const check = (): Promise<void> => {
    // Taken away before anything else: without the language as it was, the lab cannot go on.
    const found = leftover();
    return slice(() => repeat(program, tally, found, alive));
  };
  const { sample, schedulesMost: most = schedulesMost } = program.scenario.search ?? {};
  let kind: ScheduleCoverage['kind'] = 'sampled';
  let drawn = sample ?? 0;
  try {
    if (sample === undefined) kind = await searchAll(program, tally, most, breathe);
    if (kind === 'bounded') drawn = drawnAfterwards;
    await draw(program, tally, drawn, seed, breathe);
  } catch (error) {
    // What goes wrong in one execution may come of what another left behind.
    await check();
    throw error;
  }
  await check();
  const broken = await slice(() => tally.breaches(alive));
  const measured = program.scenario.measures && tally.samples[0];
  const curves = measured && (await slice(() => curvesOver(program, measured.schedule)));
  const coverage: ScheduleCoverage = {
    unit: 'schedule',
    scenario: program.scenario.name,
    kind,
    ...tally.coverage(),
    ...(drawn > 0 && { seed }),
    ...(curves && { curves }),
  };
  return { coverage, broken };
}

async function searchAll(
  program: Program,
  tally: Tally,
  most: number,
  breathe: Breathe,
): Promise<ScheduleCoverage['kind']> {
  const { timeIsSeen } = program;
  const search = openSearch(program);
  const until = performance.now() + searchMsMost;
  let kind: ScheduleCoverage['kind'] | undefined;
  while (!kind) {
    await slice((isOver) => {
      do {
        if (tally.schedules >= most || performance.now() > until) return void (kind = 'bounded');
        const found = toldWithItsLine(program, () => search.next());
        // What was run before had taken steps for independent that are not.
        if (program.timeIsSeen !== timeIsSeen) throw new BeginAgain();
        if (!found) return void (kind = 'exhaustive');
        if (found.complete) tally.add(found.world);
        else tally.cutShort();
      } while (!isOver());
    });
    await breathe(tally.schedules);
  }
  return kind;
}

async function draw(
  program: Program,
  tally: Tally,
  schedules: number,
  seed: number,
  breathe: Breathe,
): Promise<void> {
  const until = performance.now() + searchMsMost;
  let drawn = 0;
  let steps = 1;
  while (drawn < schedules && performance.now() < until) {
    await slice((isOver) => {
      do {
        const world = toldWithItsLine(program, () => run(program, drawing(drawn, seed, steps)));
        steps = Math.max(steps, world.schedule.length);
        tally.add(world);
        drawn += 1;
      } while (drawn < schedules && !isOver());
    });
    await breathe(tally.schedules);
  }
}

/** Counts what schedules show, and keeps the simplest that breaks each promise. */
interface Tally {
  readonly schedules: number;
  /** @param world  at the end of an execution */
  add(world: World): void;
  cutShort(): void;
  coverage(): Pick<ScheduleCoverage, 'schedules' | 'blocked' | 'bounds' | 'goals'>;
  /** @param alive  called while the stories are sought */
  breaches(alive: () => void): ReadonlyMap<string, Breach>;
  /** Some of the schedules, with what they led to. */
  readonly samples: readonly { readonly schedule: readonly Move[]; readonly state: string }[];
}

function openTally(program: Program): Tally {
  const { promises, sometimes = {} } = program.scenario;
  let schedules = 0;
  let blocked = 0;
  const goals = Object.entries(sometimes).map(([goal, reached]) => ({ goal, reached, seen: 0 }));
  const faults = new Map<FaultKind, number>();
  const broken = Object.entries(promises).map(([promise, brokenBy]) => ({
    promise,
    brokenBy,
    count: 0,
    simplest: undefined as { cost: Cost; schedule: readonly Move[] } | undefined,
  }));
  const samples: { schedule: readonly Move[]; state: string }[] = [];
  return {
    get schedules() {
      return schedules;
    },
    samples,
    add(world) {
      schedules += 1;
      const outcome = outcomeOf(world);
      const { schedule } = world;
      if (samples.length < repeatedMost) {
        samples.push({ schedule, state: stateOf(outcome) });
      }
      for (const each of broken) {
        if (each.brokenBy(outcome) === undefined) continue;
        each.count += 1;
        const cost = costOf(world);
        if (!each.simplest || isLess(cost, each.simplest.cost)) each.simplest = { cost, schedule };
      }
      for (const goal of goals) if (goal.reached(outcome)) goal.seen += 1;
      for (const kind of world.faults.struck.keys()) faults.set(kind, (faults.get(kind) ?? 0) + 1);
    },
    cutShort: () => (blocked += 1),
    coverage: () => ({
      schedules,
      blocked,
      bounds: [...program.bounds].map(([fault, atMost]) => ({
        fault,
        atMost,
        seen: faults.get(fault) ?? 0,
      })),
      goals: goals.map(({ goal, seen }) => ({ goal, seen })),
    }),
    breaches: (alive) =>
      new Map(
        broken.map(({ promise, brokenBy, count, simplest }) => [
          promise,
          simplest
            ? { count, ...told(program, simplest.schedule, brokenBy, alive) }
            : { count, story: undefined },
        ]),
      ),
  };
}

/** All that a promise could look at, as text. */
function stateOf(outcome: Outcome): string {
  const all = [outcome.documents(''), outcome.answers().map(({ body }) => body)];
  try {
    return JSON.stringify(all);
  } catch {
    // Documents may hold what JSON cannot say: cycles, large integers.
    return inspect(all, { depth: Infinity });
  }
}

/**
 * The same schedule leads to the same state, or something outlives an execution. It is recorded, because
 * only then it is known whose calls are whose. @throws MistakeError
 */
function repeat(
  program: Program,
  { samples }: Tally,
  leftover: Leftover | undefined,
  alive: () => void,
): void {
  if (leftover) throw leftBehindIn(program, samples[0]?.schedule ?? [], leftover);
  for (const { schedule, state } of samples) {
    alive();
    const { world, schedule: again } = withOwners(program, schedule);
    const same =
      again.length === schedule.length &&
      again.every((move, index) => move === schedule[index]) &&
      stateOf(outcomeOf(world)) === state;
    if (!same) throw ledElsewhere();
  }
}

/** Runs a schedule again to see on which line something is left to later executions. */
function leftBehindIn(
  program: Program,
  schedule: readonly Move[],
  { of, name, during }: Leftover,
): MistakeError {
  let at: SourceLine | undefined;
  const note = (): void => void (at ??= callSite(program.subject.folder));
  try {
    during(note, () => execute(program, following(schedule), 'steps'));
  } catch {
    // Without what it left behind, the code may fail; the line is known by then.
  }
  return leftBehind(of, name, at);
}

/** To make a long schedule shorter takes long, and what is left is still more than anybody reads. */
function told(
  program: Program,
  schedule: readonly Move[],
  brokenBy: (outcome: Outcome) => string | undefined,
  alive: () => void,
): Pick<Breach, 'story' | 'so'> {
  if (program.scenario.search?.stories !== false)
    return { story: tell(program, schedule, brokenBy, alive) };
  const so = brokenBy(outcomeOf(run(program, following(schedule))));
  return { story: undefined, ...(so !== undefined && { so }) };
}

/** Simplifies a broken schedule, and runs it once more for the record. */
function tell(
  program: Program,
  schedule: readonly Move[],
  brokenBy: (outcome: Outcome) => string | undefined,
  alive: () => void,
): ScheduleStory {
  const isBroken = ({ world }: Executed): boolean => brokenBy(outcomeOf(world)) !== undefined;
  const { schedule: simplest } = shrink(program, schedule, isBroken, alive);
  const recorded = execute(program, following(simplest), 'steps');
  const so = brokenBy(outcomeOf(recorded.world));
  const passes = nearestThatKeeps(program, recorded, isBroken, alive);
  return {
    ...storyOf(program, recorded, brokenBy),
    ...(so !== undefined && { so }),
    ...(passes !== undefined && { passes }),
  };
}

/** @param brokenBy  the promise that it is told for: what it did not look at, and nothing depended on, is left out */
export function storyOf(
  program: Program,
  recorded: Executed,
  brokenBy?: (outcome: Outcome) => string | undefined,
): ScheduleStory {
  const { scenario, processes, visitors } = program;
  const { world, schedule, events } = recorded;
  let { steps } = world.chronicle;
  if (brokenBy) {
    const looked = new Set<number>();
    brokenBy(outcomeOf(world, (resource) => looked.add(resource)));
    const order = happensBefore(events);
    const isLookedAt = (footprint: Footprint): boolean =>
      footprint.some((touched) => looked.has(touched >> 1));
    const last = [
      ...events.flatMap(({ footprint }, event) =>
        isLookedAt(footprint) || isFault(schedule[event]!) ? [event] : [],
      ),
      ...world.missed.flatMap(({ event, footprint }) => (isLookedAt(footprint) ? [event] : [])),
      // A message that nobody takes up is seen by the promise all the same.
      ...world.messages.flatMap(({ resource, sentAt }) =>
        looked.has(resource) && sentAt >= 0 ? [sentAt] : [],
      ),
    ];
    // Where nothing was done that the promise looks at, all that was done is the story.
    const matters = (event: number): boolean =>
      event < 0 ||
      last.length === 0 ||
      last.some((each) => each === event || order.before(event, each));
    const told = new Set(
      steps.flatMap((step) => (matters(step.event) && 'from' in step ? [step.from, step.to] : [])),
    );
    // What somebody in the story was answered belongs to it, although nothing came of it.
    steps = steps.filter(
      (step) => matters(step.event) || (step.kind === 'answer' && told.has(step.to)),
    );
  }
  return {
    scenario: scenario.name,
    lanes: [
      ...visitors.map(({ name }) => name),
      ...processes.map(({ name }) => name),
      'store',
      'broker',
      ...Object.keys(scenario.apis ?? {}),
    ],
    steps,
    token: tokenOf(program.signature, recorded),
  };
}

/** Lines are looked up only where they are shown: a mistake's schedule is run again for its line. */
function toldWithItsLine<T>(program: Program, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MistakeError) || !error.schedule || program.servicesAreShared)
      throw error;
    withOwners(program, error.schedule);
    // It did not come again: the call that seemed left alone was made with another's services.
    program.servicesAreShared = true;
    throw new BeginAgain();
  }
}

function withOwners(program: Program, schedule: readonly Move[]): Executed {
  try {
    return execute(program, following(schedule), 'steps and owners');
  } finally {
    forgetOwners();
  }
}

/** Something was learned about the program that makes what was explored so far worthless; at most once each. */
class BeginAgain extends Error {}

/** So long a slice of work is, in ms: Ctrl-C and budgets are heard in between. */
const sliceMs = 10;

/** Does some work outside of promise reactions; it asks now and then whether its time is over. */
export function slice<T>(work: (isOver: () => boolean) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      const until = performance.now() + sliceMs;
      try {
        if (!canStep())
          throw new Error('this version of Node cannot empty its queue of microtasks');
        resolve(hearingRejections(() => work(() => performance.now() >= until)));
      } catch (error) {
        reject(error);
      }
    });
  });
}
