import type { Coverage, PromiseVerdict } from '../../lab/index.ts';

/** What one check found, as data: the views turn it into a screen, `--json` prints it as it is. */
export interface Judgement {
  readonly exercise: string;
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
