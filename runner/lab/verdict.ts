/** The lab's answers as data. Everything here survives JSON, and nothing here is text for a screen. */

/** What was explored of one scenario. */
export interface Coverage {
  readonly scenario: string;
  readonly kind: 'exhaustive' | 'bounded' | 'sampled';
  /** Inequivalent schedules run to their end. */
  readonly schedules: number;
  readonly bounds: readonly Bound[];
  /** For each goal of the scenario, in how many schedules it came about. */
  readonly goals: readonly { readonly goal: string; readonly seen: number }[];
}

/** An upper limit on a kind of fault in one schedule: at most 1 crash. */
export interface Bound {
  readonly fault: FaultKind;
  readonly atMost: number;
}

export type FaultKind = 'crash' | 'lost response' | 'unknown outcome' | 'duplicate delivery';

/** One promise over all schedules of all scenarios. */
export interface PromiseVerdict {
  readonly promise: string;
  readonly holds: boolean;
  /** Schedules in which it was broken, of `schedules`. */
  readonly brokenIn: number;
  readonly schedules: number;
  /** The shortest broken schedule. */
  readonly story?: Story;
}

/** One execution told for a reader. */
export interface Story {
  readonly scenario: string;
  /** The lanes of the diagram, left to right: customers and processes, then the store. */
  readonly lanes: readonly string[];
  readonly steps: readonly Step[];
  /** What is wrong at the end, in one sentence without a full stop. */
  readonly so: string;
}

/** One line of the diagram: an arrow between two lanes, or a mark on one. */
export type Step =
  | {
      readonly kind: 'call' | 'answer';
      readonly from: string;
      readonly to: string;
      /** Short: 'POST submit', 'load cart-7', '201 order-1'. */
      readonly text: string;
      /** What it did, shown beside the target lane: 'v2 submitted'. */
      readonly effect?: string;
      readonly at?: SourceLine;
    }
  | {
      readonly kind: 'fault' | 'note';
      readonly on: string;
      readonly text: string;
      readonly at?: SourceLine;
    };

/** A place in the learner's file. Line and column count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a subject could not be judged at all: a mistake of the learner's that the lab foresees. */
export interface Mistake {
  readonly code:
    | 'syntax-error'
    | 'export-missing'
    | 'import-threw'
    | 'import-refused'
    | 'never-settled'
    | 'floating-promise'
    | 'left-the-lab';
  /** One sentence: what happened and where. */
  readonly message: string;
  /** One sentence: what to do now. */
  readonly remedy: string;
  readonly at?: SourceLine;
}

/** What a hidden test leaves in its task's meta under the key `kata`; the reporter collects it. */
export type Report =
  | { readonly verdict: PromiseVerdict; readonly coverage: readonly Coverage[] }
  | { readonly mistake: Mistake };
