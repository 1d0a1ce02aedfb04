/** What the judge and its child process say to each other over IPC. All of it survives JSON. */
import type { Report } from '../../../lab/index.ts';
import type { Output } from '../../domain/judgement.ts';

export interface JudgeRequest {
  /** The folder with the files to judge. */
  readonly subject: string;
  /** The hidden tests. */
  readonly tests: readonly string[];
  readonly seed: number | undefined;
  /** The lab's token of the one schedule to run, instead of all. */
  readonly replay: string | undefined;
  /** Whether a model is judged, and not a program. */
  readonly isModel: boolean;
  /** The file with the hidden specification as it was read, where it could be. */
  readonly parsed: string | undefined;
}

export type HostMessage =
  /** Schedules explored so far. */
  | { readonly kind: 'progress'; readonly schedules: number }
  /** In the order of the requests. */
  | { readonly kind: 'findings'; readonly findings: readonly Findings[] }
  /** Something happened that could be any request's doing: each must be run alone. */
  | { readonly kind: 'mixed' }
  /** The subject's code runs without end; the host itself is still well, its thread is not. */
  | { readonly kind: 'stuck'; readonly at: { readonly file: string; readonly line: number } }
  /** The host could not do its work. */
  | { readonly kind: 'failed'; readonly reason: string };

/** What the child process of an inspected replay says. */
export type InspectedMessage =
  /** It waits for a debugger there. */
  | { readonly kind: 'listening'; readonly host: string; readonly port: number }
  | Extract<HostMessage, { readonly kind: 'findings' | 'failed' }>;

/** Everything that judging one subject left behind. */
export interface Findings {
  readonly reports: readonly { readonly test: string; readonly report: Report }[];
  /** Hidden tests that did not load at all. */
  readonly unloadable: readonly { readonly test: string; readonly reason: string }[];
  /** Tests that ended without a report, or that failed although what they reported holds. */
  readonly unexplained: readonly { readonly test: string; readonly reason: string }[];
  /** Errors that nobody caught. */
  readonly stray: readonly { readonly reason: string; readonly stack: string }[];
  readonly output: Output | undefined;
}
