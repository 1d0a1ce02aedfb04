/** What a search went through, and what came about on its way: a pass says how much it is worth. */
import type { Bound, Coverage, FaultKind } from '../../lab/index.ts';
import { beside, count, room, several } from './line.ts';
import { margin, type Screen } from './screen.ts';

/** A blank at which no line ends. */
const unbroken = '\u00a0';

/** 'all 1,204 inequivalent schedules with ≤ 1 crash'. Nothing is called all that a search left out. */
export function coverageLines(screen: Screen, coverage: readonly Coverage[]): string[] {
  const complete = coverage.filter(({ kind }) => kind === 'exhaustive');
  const others = coverage.filter(({ kind }) => kind !== 'exhaustive');
  const seen = seenText(coverage);
  const sentences = [
    ...(complete.length > 0 ? [allText(screen, complete, others.length > 0)] : []),
    ...others.map((each) => partText(screen, each)),
    ...(seen === undefined ? [] : [seen]),
  ];
  return sentences
    .flatMap((sentence) => beside(margin, screen.style.dim(sentence), room(screen)))
    .map((line) => line.replaceAll(unbroken, ' '));
}

function allText(screen: Screen, coverage: readonly Coverage[], besideOthers: boolean): string {
  const schedules = coverage.reduce((sum, each) => sum + each.schedules, 0);
  const of = besideOthers ? ` of ${coverage.map(({ scenario }) => scenario).join('; ')}` : '';
  const bounds = boundsText(
    screen,
    coverage.flatMap((each) => each.bounds),
  );
  return `all ${several(schedules, 'inequivalent schedule')}${bounds}${of}`;
}

function partText(screen: Screen, { scenario, kind, schedules, seed, bounds }: Coverage): string {
  const from = seed === undefined ? '' : ` from seed ${seed}`;
  const ran = several(schedules, 'schedule');
  const within = boundsText(screen, bounds);
  if (kind === 'sampled') return `${ran}${within}, drawn by chance${from}: ${scenario}`;
  const last = from && `, the last of them drawn by chance${from}`;
  return `${ran}${within} explored${last}; the search was not finished: ${scenario}`;
}

const faults: Record<FaultKind, { readonly one: string; readonly many: string }> = {
  crash: { one: 'a crash', many: 'crashes' },
  'lost response': { one: 'a lost response', many: 'lost responses' },
  'unknown outcome': { one: 'an unknown outcome', many: 'unknown outcomes' },
  'lock expiry': { one: 'a lock expiry', many: 'lock expiries' },
  'duplicate delivery': { one: 'a duplicate delivery', many: 'duplicate deliveries' },
  unavailable: { one: 'a refusal of a third party', many: 'refusals of third parties' },
};

function boundsText({ symbols }: Screen, bounds: readonly Bound[]): string {
  const most = new Map<FaultKind, number>();
  for (const { fault, atMost } of bounds) most.set(fault, Math.max(atMost, most.get(fault) ?? 0));
  const texts = [...most].map(([fault, atMost]) => {
    const { one, many } = faults[fault];
    // A bound that is torn from its figure at the end of a line reads like a stray sign.
    return `${symbols.atMost}${unbroken}${several(atMost, one.replace(/^an? /, ''), many)}`;
  });
  return texts.length === 0 ? '' : ` with ${texts.join(' and ')}`;
}

/** 'seen on the way: a crash 412 times, an answer was lost 97'. */
function seenText(coverage: readonly Coverage[]): string | undefined {
  const seen = new Map<string, number>();
  const add = (what: string, times: number): void => {
    seen.set(what, (seen.get(what) ?? 0) + times);
  };
  for (const { bounds } of coverage)
    for (const bound of bounds) add(faults[bound.fault].one, bound.seen);
  for (const { goals } of coverage) {
    // A goal that was missed is told elsewhere, and louder.
    for (const { goal, seen: times } of goals) if (times > 0) add(goal, times);
  }
  const texts = [...seen].map(([what, times], index) => `${what} ${timesText(times, index === 0)}`);
  return texts.length === 0 ? undefined : `seen on the way: ${texts.join(', ')}`;
}

/** The first one says what is counted. */
function timesText(times: number, isFirst: boolean): string {
  if (times === 0) return 'never';
  if (times === 1) return 'once';
  return isFirst ? several(times, 'time') : count(times);
}
