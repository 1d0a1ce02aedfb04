/** A run of an exercise's system on real parts, as data. */

/** What happens, one line per event. */
export interface RunLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A process, a person, a third party or the broker. */
  readonly who: string;
  readonly text: string;
  readonly isFault?: true;
}

/** One of the situations of the hidden test, by its place in there. */
export interface RunScenario {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** How many the exercise has. */
  readonly of: number;
  /** Everybody who may be told of. */
  readonly names: readonly string[];
}

/** The system is up: what to try on it. */
export interface RunReady {
  readonly scenario: RunScenario;
  /** Where each process listens, by its name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Requests as the people of the scenario make them. */
  readonly requests: readonly RunRequest[];
}

export interface RunRequest {
  readonly method: string;
  readonly url: string;
  /** JSON. */
  readonly body: string | undefined;
}

export interface RunReport {
  /** Each in a world of its own. */
  readonly runs: number;
  readonly seed: number | undefined;
  readonly durationMs: number;
  readonly promises: readonly RunVerdict[];
  /** How often each kind of fault struck, by its name. */
  readonly faults: ReadonlyMap<string, number>;
  /** Where the files of the last run are, if they were to be kept. */
  readonly kept: string | undefined;
}

export interface RunVerdict {
  readonly promise: string;
  /** The runs that it was judged in. */
  readonly tried: number;
  readonly brokenIn: number;
  /** What was wrong, in the first of them. */
  readonly so?: string;
  readonly scenario?: string;
}

export function allHold({ promises }: RunReport): boolean {
  return promises.every(({ brokenIn }) => brokenIn === 0);
}

/** Another one each time; it is told, so that the same faults can be drawn again. @param now  milliseconds */
export function seedOf(now: number): number {
  return (now % 99_999) + 1;
}
