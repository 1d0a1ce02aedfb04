import type { Coverage, FaultKind, PromiseVerdict, Replay } from '../../lab/index.ts';

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

/** A goal, or a fault that may happen, that no schedule of its scenario showed. */
export interface Missed {
  readonly goal: string;
  readonly scenario: string;
  readonly schedules: number;
}

export function missedGoals(coverage: readonly Coverage[]): readonly Missed[] {
  return coverage.flatMap(({ scenario, schedules, bounds, goals }) =>
    [...bounds.map(({ fault, seen }) => ({ goal: faultNames[fault].one, seen })), ...goals]
      .filter(({ seen }) => seen === 0)
      .map(({ goal }) => ({ goal, scenario, schedules })),
  );
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
