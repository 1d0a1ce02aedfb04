/**
 * Hidden tests in which a learner writes schedules and not handlers: a test per schedule, which holds when
 * every step is possible and the promise breaks.
 */
import { play, shortening } from './attack.ts';
import { slice, storyOf } from './explore.ts';
import { countingAloud, registerReplay, registerVerdict, subjectOf } from './judge.ts';
import { MistakeError } from './mistake.ts';
import { nearestThatKeeps } from './neighbours.ts';
import type { Schedule, ScheduledStep } from './notation.ts';
import { outcomeOf } from './outcome.ts';
import { loadProgram, type Program } from './program.ts';
import type { Faults, Outcome, Scenario } from './scenario.ts';
import type { Executed } from './schedule.ts';
import type { Subject } from './subject.ts';
import type { Attack, AttackCoverage, Fewest, PromiseVerdict, Report } from './verdict.ts';

/** A situation, and what a schedule has to make of it. */
export interface Challenge extends Omit<
  Scenario,
  'promises' | 'sometimes' | 'search' | 'faults' | 'clockSkewSeconds'
> {
  /** As in kata.json: it holds when the schedule breaks what it is to break. */
  readonly promise: string;
  /** The learner's schedule: `'schedules.ts#first'`. */
  readonly schedule: string;
  /** What is wrong at the end, in one sentence without a full stop; undefined where all is well. */
  readonly wrong: (outcome: Outcome) => string | undefined;
  /** Those for which a schedule has a word. */
  readonly faults?: Pick<Faults, 'crashes' | 'lockExpiries' | 'duplicateDeliveries'>;
}

/** A search for the fewest steps gives up after so many schedules. */
const schedulesMost = 20_000;

/** Registers a test for each; the environment says what to do, as it does for `judge`. */
export function challenge(...challenges: readonly [Challenge, ...Challenge[]]): void {
  const isAttack = true;
  if (registerReplay(challenges.map(scenarioOf), isAttack)) return;
  for (const each of challenges) {
    registerVerdict(each.promise, () => countingAloud((count) => judged(each, count)));
  }
}

function scenarioOf({ promise, wrong, ...situation }: Challenge): Scenario {
  return { ...situation, promises: { [promise]: wrong } };
}

async function judged(task: Challenge, count: (schedules: number) => void): Promise<Report> {
  const { promise, wrong } = task;
  const subject = subjectOf();
  const isBroken = ({ world }: Executed): boolean => wrong(outcomeOf(world)) !== undefined;
  const { program, schedule, verdict } = await slice(() => {
    const prepared = { program: programOf(task, subject), schedule: scheduleOf(task, subject) };
    return { ...prepared, verdict: verdictOn(task, prepared.program, prepared.schedule, isBroken) };
  });
  if (!verdict.holds) return { verdict, coverage: [] };
  const { coverage, fewest } = await fewestOf(program, isBroken, schedule.length, count);
  const attack: Attack = { steps: schedule.length, possible: [], fewest };
  return { verdict: { ...verdict, promise, attack }, coverage: [coverage] };
}

function programOf(task: Challenge, subject: Subject): Program {
  const program = loadProgram(scenarioOf(task), subject);
  program.everyMoment = true;
  return program;
}

function verdictOn(
  { promise, wrong }: Challenge,
  program: Program,
  schedule: Schedule,
  isBroken: (executed: Executed) => boolean,
): PromiseVerdict {
  const { executed, byItself, refused, possible } = play(program, schedule);
  const holds = refused === undefined && isBroken(executed);
  const counted = { promise, holds, brokenIn: holds ? 0 : 1, tried: 1, unit: 'attack' } as const;
  const attack = { steps: schedule.length, possible, ...(refused && { refused }) };
  const isLeftAlone = executed.schedule.length > byItself;
  const rest = isLeftAlone ? { byItself } : {};
  if (!holds) return { ...counted, story: { ...storyOf(program, executed), ...rest }, attack };
  const so = wrong(outcomeOf(executed.world));
  const passes = nearestThatKeeps(program, executed, isBroken, () => {});
  const story = {
    ...storyOf(program, executed, wrong),
    ...rest,
    ...(so !== undefined && { so }),
    ...(passes !== undefined && { passes }),
  };
  return { ...counted, story, attack };
}

/** No schedule with fewer steps is left untried, unless the search gives up. */
async function fewestOf(
  program: Program,
  isBroken: (executed: Executed) => boolean,
  most: number,
  count: (schedules: number) => void,
): Promise<{ readonly coverage: AttackCoverage; readonly fewest: Fewest }> {
  const { timeIsSeen } = program;
  const search = shortening(program, isBroken, most);
  let steps: number | undefined;
  while (steps === undefined && search.tried < schedulesMost) {
    await slice((isOver) => {
      do steps = search.next();
      while (steps === undefined && search.tried < schedulesMost && !isOver());
    });
    count(search.tried);
    // Schedules were taken for the same that are not.
    if (program.timeIsSeen !== timeIsSeen) return fewestOf(program, isBroken, most, count);
  }
  const coverage: AttackCoverage = {
    unit: 'attack',
    scenario: program.scenario.name,
    kind: steps === undefined ? 'bounded' : 'exhaustive',
    schedules: search.tried,
    bounds: [...program.bounds].map(([fault, atMost]) => ({ fault, atMost })),
  };
  return { coverage, fewest: { steps: steps ?? most, isCertain: steps !== undefined } };
}

/** @throws MistakeError */
function scheduleOf({ schedule: place }: Challenge, subject: Subject): Schedule {
  const [file = '', name = ''] = place.split('#');
  const value = subject.boot().exported(file, name);
  if (Array.isArray(value) && value.every(isStep)) return value;
  throw new MistakeError({
    code: 'export-missing',
    message: `${file} does not export a schedule ${name}.`,
    remedy: `Export it again: export const ${name}: Schedule = […]. kata diff shows what the starter had.`,
  });
}

function isStep(value: unknown): value is ScheduledStep {
  return typeof value === 'object' && value !== null && 'word' in value && 'of' in value;
}
