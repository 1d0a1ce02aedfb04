/** What the commands need from the world outside; the adapters implement it, main.ts joins the two. */
import type { Exercise } from './exercise.ts';
import type { Judgement } from './judgement.ts';
import type { Fact, NewFact } from './progress.ts';
import type { Observations } from './readiness.ts';
import type { SealedCopy } from './sealed-copy.ts';

/** Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** The append-only record of what the learner did. Safe with several `kata` processes at once. */
export interface ProgressLog {
  /** Every fact, oldest first. */
  facts(): readonly Fact[];
  record(fact: NewFact): Fact;
  close(): void;
}

/** Sealed copies of folders, kept under .kata/vault by content hash; nothing in it is ever overwritten. */
export interface Vault {
  /** Finishes a swap that a crash left open. Undefined when nothing was open. */
  recover(): Promise<Recovered | undefined>;
  /** Copies a folder, byte for byte. The same content twice costs one manifest. */
  seal(folder: string, label: CopyLabel): Promise<SealedCopy>;
  /** Newest first. */
  copies(): Promise<readonly SealedCopy[]>;
  /**
   * Makes `folder` equal to the folder `wanted` (or to a sealed copy), rewriting in place only what
   * differs. What stood there is sealed first under `label`, and that copy is returned.
   */
  replace(folder: string, wanted: { folder: string } | { copy: string }, label: CopyLabel): Promise<SealedCopy>;
}

export interface CopyLabel {
  /** The exercise's name. */
  readonly exercise: string;
  /** 'before reset', 'check', 'before solution', 'rescued', … */
  readonly reason: string;
  /** True while the exercise is unsolved: such copies are never pruned. */
  readonly keep?: boolean;
}

export interface Recovered {
  readonly exercise: string;
  readonly operation: string;
  /** What stood in the folder when recovery began. */
  readonly rescued: SealedCopy;
}

/** Runs an exercise's hidden tests against a folder, in a child process under a budget. */
export interface Judge {
  /**
   * @param subject  the folder with the files to judge: a workspace, a solution or a variant
   * @throws KataError when the subject cannot be judged (syntax, types, endless loop, …)
   */
  judge(exercise: Exercise, subject: string, options?: JudgeOptions): Promise<Judgement>;
  /** Ends the child process. A closed judge starts a new one at the next call. */
  close(): Promise<void>;
}

export interface JudgeOptions {
  readonly signal?: AbortSignal;
  readonly seed?: number;
  /** Schedules explored so far, at most ten times a second. */
  readonly onProgress?: (schedules: number) => void;
}

/** The computer below, as `kata doctor` looks at it. What cannot be looked at is an observation too. */
export interface Machine {
  /** @param root  the workshop's folder; undefined when it was not found */
  observe(root: string | undefined): Promise<Observations>;
}

/** The texts in lectures/, as their authors wrote them. */
export interface Lectures {
  /** File stems of the talks that exist, sorted: '01-why-messages'. */
  names(): Promise<readonly string[]>;
  /** The Markdown of one talk. @throws KataError unreadable-file */
  read(name: string): Promise<string>;
  /** The text of agenda.json. @throws KataError unreadable-file */
  agenda(): Promise<string>;
}

/** The person's terminal: where text goes, and the only place that asks. */
export interface Terminal {
  /** Columns of stdout, 80 when it is not a terminal. */
  readonly columns: number;
  readonly rows: number;
  /** Both stdin and stdout are terminals, so a prompt can be answered. */
  readonly interactive: boolean;
  /** Stdout, with one line end added. */
  print(text: string): void;
  /** Stderr, with one line end added. */
  complain(text: string): void;
  /** Only when interactive; resolves to the default on Enter. */
  confirm(question: string, byDefault: boolean): Promise<boolean>;
  /** Only when interactive. */
  choose<T>(question: string, choices: readonly { name: string; value: T }[]): Promise<T>;
  /** Shows a long text by the person's pager where there is one, else prints it. */
  page(text: string): Promise<void>;
}
