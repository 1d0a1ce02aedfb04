import type { Story } from '../../lab/index.ts';
import type { Explored, Sampled } from '../../model/index.ts';

/** What running a model showed, as data: the view turns it into a screen, `--json` prints it as it is. */
export interface ModelRun {
  /** The file's name, and that of its module. */
  readonly file: string;
  readonly module: string;
  readonly durationMs: number;
  readonly reached: Reached;
  /** In the order of the text. */
  readonly invariants: readonly InvariantVerdict[];
  /** If asked for: a shortest counterexample; without one, the way to the farthest state, or a sample. */
  readonly trace?: object;
}

export type Reached =
  | ({ readonly how: 'explored'; readonly nearestDeadlock?: NearestDeadlock } & Pick<
      Explored,
      'kind' | 'states' | 'depth' | 'transitions' | 'deadlocks'
    >)
  | ({ readonly how: 'sampled' } & Pick<Sampled, 'traces' | 'seed' | 'states'>);

export interface InvariantVerdict {
  readonly name: string;
  readonly holds: boolean;
  /** It is written as `true`, so it is true of anything. */
  readonly saysNothing: boolean;
  /** In how many states, or sampled traces, it is false. */
  readonly brokenIn: number;
  /** The shortest way to one of them. */
  readonly story?: Story;
  /** The last state of that way: */
  readonly state?: readonly NamedValue[];
}

/** A state from which nothing leads on: the end, or a deadlock. Only who knows the model can tell. */
export interface NearestDeadlock {
  readonly steps: number;
  readonly state: readonly NamedValue[];
}

/** A variable, as one would write its value. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}
