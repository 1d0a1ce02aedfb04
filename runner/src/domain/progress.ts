import type { Unit } from '../../lab/index.ts';

/**
 * Progress is a fold over immutable facts: what the learner did, never what it adds up to.
 * So two `kata` processes can write at once, and a rule can change without a migration.
 */
export type Fact = Stamped<NewFact>;
type Stamped<T> = T & { readonly id: number; readonly at: number };

export type NewFact =
  | { readonly kind: 'opened'; readonly exercise: string }
  | { readonly kind: 'saved'; readonly exercise: string }
  | {
      readonly kind: 'checked';
      readonly exercise: string;
      /** Undefined when every promise held. */
      readonly broken: string | undefined;
      /** Counts of the first broken promise. */
      readonly brokenIn: number | undefined;
      /** How many schedules were tried, or units of another kind. */
      readonly schedules: number;
      /** Older records have none: they counted schedules. */
      readonly unit?: Unit | undefined;
      readonly durationMs: number;
      /** The sealed copy of what was judged. */
      readonly copy: string;
      /** Replays the schedule that was told; older records have none. */
      readonly token?: string | undefined;
      /** A goal that no schedule reached, although every promise held. */
      readonly missed?: string | undefined;
    }
  | { readonly kind: 'hinted'; readonly exercise: string; readonly rung: number }
  | { readonly kind: 'revealed'; readonly exercise: string };

export type State = 'untouched' | 'open' | 'solved';

/** What the screens say of one exercise. */
export interface Standing {
  readonly exercise: string;
  readonly state: State;
  readonly checks: number;
  readonly hints: number;
  /** The solution was shown before the exercise was solved. */
  readonly revealed: boolean;
  /** Working time in ms: gaps of over `idleAfterMs` between two facts do not count. */
  readonly timeMs: number;
  readonly solvedAtCheck: number | undefined;
  readonly last: Checked | undefined;
}

/** A longer pause than this is a break, not work. */
export const idleAfterMs = 10 * 60_000;

export function standing(facts: readonly Fact[], exercise: string, now: number): Standing {
  const own = facts.filter((fact) => fact.exercise === exercise);
  const checked = own.filter((fact) => fact.kind === 'checked');
  const solvedIndex = checked.findIndex(isPassed);
  const solvedFact = checked[solvedIndex];
  const revealed = own.find((fact) => fact.kind === 'revealed');
  return {
    exercise,
    state: solvedFact ? 'solved' : own.some(isWork) ? 'open' : 'untouched',
    checks: checked.length,
    hints: Math.max(0, ...own.filter((fact) => fact.kind === 'hinted').map((fact) => fact.rung)),
    revealed: revealed !== undefined && (solvedFact === undefined || revealed.id < solvedFact.id),
    timeMs: solvedFact
      ? workingTime(facts.slice(0, facts.indexOf(solvedFact) + 1), exercise, solvedFact.at)
      : workingTime(facts, exercise, now),
    solvedAtCheck: solvedFact ? solvedIndex + 1 : undefined,
    last: checked.at(-1),
  };
}

type Checked = Extract<Fact, { kind: 'checked' }>;

function isPassed({ broken, missed }: Checked): boolean {
  return broken === undefined && missed === undefined;
}

/** The last check of an exercise in which a promise broke. */
export function lastBroken(facts: readonly Fact[], exercise: string): Checked | undefined {
  return facts
    .filter((fact) => fact.kind === 'checked')
    .findLast((fact) => fact.exercise === exercise && fact.broken !== undefined);
}

/** Whoever reads a hint or a solution of another exercise stays at the one they work on. */
function isWork({ kind }: Fact): boolean {
  return kind === 'opened' || kind === 'saved' || kind === 'checked';
}

/** The exercise that was worked on last, if any. */
export function current(facts: readonly Fact[]): string | undefined {
  return facts.findLast(isWork)?.exercise;
}

/** A stretch belongs to the exercise of the fact that begins it, and ends at the next fact or at `until`. */
function workingTime(facts: readonly Fact[], exercise: string, until: number): number {
  let total = 0;
  for (const [index, fact] of facts.entries()) {
    if (fact.exercise !== exercise) continue;
    const gap = (facts[index + 1]?.at ?? until) - fact.at;
    // A clock that was set back makes a gap negative; such a stretch has no known length.
    if (gap > 0 && gap <= idleAfterMs) total += gap;
  }
  return total;
}

export function standings(
  facts: readonly Fact[],
  exercises: readonly { readonly name: string }[],
  now: number,
): ReadonlyMap<string, Standing> {
  return new Map(exercises.map(({ name }) => [name, standing(facts, name, now)]));
}
