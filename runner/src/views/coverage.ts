/** What a search went through, and what came about on its way: a pass says how much it is worth. */
import type {
  AttackCoverage,
  Bound,
  Coverage,
  FaultKind,
  MutantCoverage,
  PromiseVerdict,
  ScheduleCoverage,
  StateCoverage,
} from '../../lab/index.ts';
import { faultNames } from '../domain/judgement.ts';
import { beside, count, room, several } from './line.ts';
import { margin, plain, type Screen } from './screen.ts';

/** A blank at which no line ends. */
const unbroken = '\u00a0';

/** More situations than these are counted, not named. */
const namesMost = 3;

/** 'all 1,204 inequivalent schedules with ≤ 1 crash'. Nothing is called all that a search left out. */
export function coverageLines(screen: Screen, coverage: readonly Coverage[]): string[] {
  const explored = coverage.filter((each) => each.unit === 'schedule');
  const complete = explored.filter(({ kind }) => kind === 'exhaustive');
  const others = explored.filter(({ kind }) => kind !== 'exhaustive');
  const attacks = coverage.filter((each) => each.unit === 'attack');
  const seen = seenText(screen, coverage);
  const sentences = [
    ...(complete.length > 0 ? [allText(screen, complete, others.length > 0)] : []),
    ...others.map((each) => partText(screen, each)),
    ...coverage.flatMap((each) =>
      each.unit === 'schedule' || each.unit === 'attack' ? [] : wholeTexts(each),
    ),
    ...(attacks.length > 0 ? [fewestText(screen, attacks)] : []),
    ...(seen === undefined ? [] : [seen]),
  ];
  return sentences
    .flatMap((sentence) => beside(margin, screen.style.dim(sentence), room(screen)))
    .map((line) => line.replaceAll(unbroken, ' '));
}

function allText(
  screen: Screen,
  coverage: readonly ScheduleCoverage[],
  besideOthers: boolean,
): string {
  const schedules = coverage.reduce((sum, each) => sum + each.schedules, 0);
  const names = coverage.map(({ scenario }) => scenario);
  const which = names.length > namesMost ? `${names.length} situations` : names.join('; ');
  const of = besideOthers ? ` of ${which}` : '';
  const bounds = boundsText(
    screen,
    coverage.flatMap((each) => each.bounds),
  );
  return `all ${several(schedules, 'inequivalent schedule')}${bounds}${of}`;
}

function partText(
  screen: Screen,
  { scenario, kind, schedules, seed, bounds }: ScheduleCoverage,
): string {
  const from = seed === undefined ? '' : ` from seed ${seed}`;
  const ran = several(schedules, 'schedule');
  const within = boundsText(screen, bounds);
  if (kind === 'sampled') return `${ran}${within}, drawn by chance${from}: ${scenario}`;
  const last = from && `, the last of them drawn by chance${from}`;
  return `${ran}${within} explored${last}; the search was not finished: ${scenario}`;
}

/** What is no search among schedules. */
function wholeTexts(coverage: StateCoverage | MutantCoverage): string[] {
  switch (coverage.unit) {
    case 'state':
      return [statesText(coverage)];
    case 'mutant': {
      const { scenario, program, right, mutants, seeds } = coverage;
      const programs = `${several(right, `right ${program}`)} and ${count(mutants)} with a fault`;
      return [`${programs}, with ${several(seeds, 'seed')} each: ${scenario}`, runsText(coverage)];
    }
  }
}

/** How much luck it took: what is found in the last of many runs is not found with the next seed. */
function runsText({ program, runs, runsOfRight, rejections }: MutantCoverage): string {
  const each = `${several(runs, 'run')}, with a new ${program} in each`;
  const worst = rejections.toSorted((a, b) => b.runsMost - a.runsMost)[0];
  if (!worst) return each;
  const mean = rejections.reduce((sum, { runsMean }) => sum + runsMean, 0) / rejections.length;
  const average = mean.toLocaleString('en-US', { maximumFractionDigits: 1 });
  const soon = `after ${average} of ${several(runsOfRight, 'run')} on average`;
  const late = `at worst after ${count(worst.runsMost)}: the one ${worst.mutant}`;
  return `${each}; those with a fault were rejected ${soon}, and ${late}`;
}

function statesText({ scenario, kind, states, depth }: StateCoverage): string {
  const reached = `${several(states, 'state')}, up to ${several(depth, 'step')} from the beginning`;
  return kind === 'exhaustive'
    ? `all reachable states of ${scenario}: ${reached}`
    : `${reached}; the search was not finished: ${scenario}`;
}

/** How many steps are enough is known by trying those that have fewer. */
function fewestText(screen: Screen, coverage: readonly AttackCoverage[]): string {
  const schedules = coverage.reduce((sum, each) => sum + each.schedules, 0);
  const bounds = boundsText(
    screen,
    coverage.flatMap((each) => each.bounds),
  );
  const of = coverage.length === 1 ? '' : `, for the ${coverage.length} promises together`;
  const tried = several(schedules, 'shorter schedule');
  const sought = `the fewest steps are known from trying ${tried}${bounds}${of}`;
  const unfinished = coverage.filter(({ kind }) => kind === 'bounded');
  return unfinished.length === 0
    ? sought
    : `${sought}; the search was not finished: ${unfinished.map(({ scenario }) => scenario).join('; ')}`;
}

function boundsText(
  { symbols }: Screen,
  bounds: readonly Pick<Bound, 'fault' | 'atMost'>[],
): string {
  const most = new Map<FaultKind, number>();
  for (const { fault, atMost } of bounds) most.set(fault, Math.max(atMost, most.get(fault) ?? 0));
  const texts = [...most].map(([fault, atMost]) => {
    const { one, many } = faultNames[fault];
    // A bound that is torn from its figure at the end of a line reads like a stray sign.
    return `${symbols.atMost}${unbroken}${several(atMost, one.replace(/^an? /, ''), many)}`;
  });
  return texts.length === 0 ? '' : ` with ${texts.join(' and ')}`;
}

/** 'seen on the way: a crash in 412 of them, “it was sent twice” in 97'. */
function seenText({ symbols }: Screen, coverage: readonly Coverage[]): string | undefined {
  const seen = new Map<string, number>();
  const add = (what: string, times: number): void => {
    // What was missed is told elsewhere, and louder.
    if (times > 0) seen.set(what, (seen.get(what) ?? 0) + times);
  };
  const [open, close] = symbols === plain ? ['"', '"'] : ['“', '”'];
  for (const each of coverage) {
    if (each.unit !== 'schedule') continue;
    for (const bound of each.bounds) add(faultNames[bound.fault].one, bound.seen);
  }
  for (const each of coverage) {
    if (!('goals' in each)) continue;
    for (const { goal, seen: times } of each.goals) add(`${open}${goal}${close}`, times);
  }
  // The first one says what is counted. Of states, there may be more than those of the model with the goals.
  const counted = coverage.some(({ unit }) => unit === 'state') ? ' states' : ' of them';
  const texts = [...seen].map(
    ([what, times], index) => `${what} in ${count(times)}${index === 0 ? counted : ''}`,
  );
  return texts.length === 0 ? undefined : `seen on the way: ${texts.join(', ')}`;
}

/** 'broken in 3 of 41 schedules' */
export function brokenText({
  brokenIn,
  tried,
  unit,
  program,
}: Pick<PromiseVerdict, 'brokenIn' | 'tried' | 'unit' | 'program'>): string {
  const of = (thing: string, things?: string): string =>
    `${count(brokenIn)} of ${several(tried, thing, things)}`;
  switch (unit) {
    case 'attack':
      return 'not broken yet';
    case 'mutant': {
      const mutants =
        program === undefined
          ? of('mutant')
          : of(`${program} with a fault`, `${program}s with a fault`);
      return `${mutants} ${brokenIn === 1 ? 'is' : 'are'} not noticed`;
    }
    case 'program':
      return `broken with ${of(program ?? unit)}`;
    case 'schedule':
    case 'state':
      return `broken in ${of(unit)}`;
  }
}
