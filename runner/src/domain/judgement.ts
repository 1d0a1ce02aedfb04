import type { Coverage, FaultKind, Goal, PromiseVerdict, Replay, Unit } from '../../lab/index.ts';

/** What one check found, as data: the views turn it into a screen, `--json` prints it as it is. */
export interface Judgement {
  readonly exercise: string;
  /** Every promise holds, and every goal was seen: where nothing happens, every promise holds. */
  readonly passed: boolean;
  /** In the order of kata.json; a promise appears once, judged over all scenarios. */
  readonly promises: readonly PromiseVerdict[];
  readonly coverage: readonly Coverage[];
  readonly durationMs: number;
  /** What the learner's code printed; absent when it printed nothing. */
  readonly output?: Output;
}

/** The beginning of what was printed. */
export interface Output {
  readonly text: string;
  /** How much more there was. */
  readonly cutBytes: number;
}

/** What one schedule led to when it was run again. */
export interface Replayed extends Replay {
  readonly exercise: string;
  readonly output?: Output;
}

/** A goal, or a fault that may happen, that never came about. */
export interface Missed {
  readonly goal: string;
  readonly scenario: string;
  /** So many schedules, or states, were gone through. */
  readonly tried: number;
  readonly unit: Unit;
}

export function missedGoals(coverage: readonly Coverage[]): readonly Missed[] {
  return coverage.flatMap((each) => {
    const { scenario, unit } = each;
    return expectedOf(each)
      .filter(({ seen }) => seen === 0)
      .map(({ goal }) => ({ goal, scenario, tried: triedOf(each), unit }));
  });
}

function expectedOf(coverage: Coverage): readonly Goal[] {
  switch (coverage.unit) {
    case 'schedule': {
      const faults = coverage.bounds.map(({ fault, seen }) => ({
        goal: faultNames[fault].one,
        seen,
      }));
      return [...faults, ...coverage.goals];
    }
    case 'state':
      return coverage.goals;
    case 'mutant':
    case 'attack':
      return [];
  }
}

/** The seed decides what is tried. */
export function isByChance(coverage: Coverage): boolean {
  return coverage.unit === 'schedule' && coverage.kind === 'sampled';
}

function triedOf(coverage: Coverage): number {
  switch (coverage.unit) {
    case 'schedule':
    case 'attack':
      return coverage.schedules;
    case 'state':
      return coverage.states;
    case 'mutant':
      return coverage.mutants;
  }
}

export const faultNames: Readonly<
  Record<FaultKind, { readonly one: string; readonly many: string }>
> = {
  crash: { one: 'a crash', many: 'crashes' },
  'lost response': { one: 'a lost response', many: 'lost responses' },
  'unknown outcome': { one: 'an unknown outcome', many: 'unknown outcomes' },
  'lock expiry': { one: 'a lock expiry', many: 'lock expiries' },
  'duplicate delivery': { one: 'a duplicate delivery', many: 'duplicate deliveries' },
  unavailable: { one: 'a refusal of a third party', many: 'refusals of third parties' },
};

/** The broken promise that a screen tells of: the first with a story. */
export function toldOf({ promises }: Judgement): PromiseVerdict | undefined {
  const broken = promises.filter(({ holds }) => !holds);
  return broken.find(({ story }) => story) ?? broken[0];
}
