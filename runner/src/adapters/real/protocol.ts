/** What a run and its processes say to each other over IPC. All of it survives JSON. */
import type { FaultKind, Mistake } from '../../../lab/verdict.ts';

/** Where one process finds everything that it works with. */
export interface Assignment {
  /** The files of the hidden test that describe the system, and which of its scenarios this is. */
  readonly tests: readonly string[];
  readonly scenario: number;
  /** The folder with the learner's files. */
  readonly subject: string;
  /** The name of the process in the scenario. */
  readonly process: string;
  /** The folder with the store, the broker and the clock. */
  readonly folder: string;
  /** How often the process has been started before. */
  readonly boot: number;
  /** The one to listen on; 0 for any that is free. */
  readonly port: number;
  /** The address of each third party, by its host name. */
  readonly apis: Readonly<Record<string, string>>;
  /** Undefined: no faults. */
  readonly seed: number | undefined;
}

/** From the run to a process. */
export type Order =
  | { readonly kind: 'serve'; readonly assignment: Assignment }
  | { readonly kind: 'answer'; readonly question: number; readonly yes: boolean }
  | { readonly kind: 'rest' };

/** From a process to the run. */
export type Word =
  | { readonly kind: 'serving'; readonly port: number | undefined }
  | { readonly kind: 'rested' }
  | { readonly kind: 'told'; readonly line: Line }
  /** How much it has in hand: requests and deliveries. */
  | { readonly kind: 'busy'; readonly with: number }
  | { readonly kind: 'refused-commit' }
  /** What was sent just now will be delivered late. */
  | { readonly kind: 'late' }
  /** May this fault happen here? After a yes to a crash nobody waits for more words. */
  | {
      readonly kind: 'question';
      readonly question: number;
      readonly fault: FaultKind;
      readonly where: string;
    }
  | { readonly kind: 'mistake'; readonly mistake: Mistake };

/** One line for whoever looks on. */
export interface Line {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A process, a person, a third party or the broker. */
  readonly who: string;
  readonly text: string;
  readonly isFault?: true;
}
