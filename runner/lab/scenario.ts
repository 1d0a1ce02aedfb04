/** What the author of a hidden test writes: a situation, the faults allowed in it, and the promises. */
import type { Document } from './services.ts';

export interface Scenario {
  /** One line for the reader: 'a double click, answered by two web processes'. */
  readonly name: string;
  /** The documents that exist at the start. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The version that all of them have at the start. Default: 1. */
  readonly givenVersion?: number;
  /** The processes by name, each with its routes: `'POST /carts/:id/submit': 'checkout.ts#submitCart'`. */
  readonly processes: Readonly<Record<string, Routes>>;
  /** The people outside, by name. All of them act at the same time. */
  readonly traffic: Readonly<Record<string, (browser: Browser) => Promise<unknown>>>;
  /** How many faults of a kind one execution may have at most. Default: none. */
  readonly faults?: Faults;
  /** By id, as in kata.json. A promise looks at the end of one execution and says what is wrong, if anything. */
  readonly promises: Readonly<Record<string, (outcome: Outcome) => string | undefined>>;
  /** Situations that some execution must show, so that no pass is empty. */
  readonly sometimes?: Readonly<Record<string, (outcome: Outcome) => boolean>>;
}

export type Routes = Readonly<Record<string, string>>;

export interface Faults {
  /** Answers that a process sends and the browser never sees. */
  readonly lostResponses?: number;
}

/** A person's browser. It does not know which process answers; the scenario does. */
export interface Browser {
  /** @throws LostResponse when the answer did not arrive; the request may have taken effect */
  post(path: string, options: PostOptions): Promise<Answer>;
}

export interface PostOptions {
  /** The process that answers. */
  readonly to: string;
  readonly body?: unknown;
  /** Keys of documents to look at in the very moment in which the answer arrives. */
  readonly looksAt?: (answer: Pick<Answer, 'status' | 'body'>) => readonly string[];
}

/** What a person saw. */
export interface Answer {
  /** What was asked for: '/carts/7/submit'. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
  /** What `looksAt` asked for, as it was when the answer arrived; a key that did not exist is missing. */
  readonly found: ReadonlyMap<string, Document<unknown>>;
}

/** The browser waited, and no answer came. */
export class LostResponse extends Error {
  constructor() {
    super('no answer came');
    this.name = 'LostResponse';
  }
}

/**
 * The end of one execution. It shows final states and what each person saw, never one global log:
 * a promise must not see an order of steps that the explorer takes for equivalent.
 */
export interface Outcome {
  /** All documents whose key begins so, sorted by key. */
  documents<T>(prefix: string): readonly Document<T>[];
  document<T>(key: string): Document<T> | undefined;
  /** Every answer that one person of `traffic` saw, in order; without a name, everyone's. */
  answers(person?: string): readonly Answer[];
  /** How many commits of this execution were refused by a condition. */
  readonly refusedCommits: number;
  readonly lostResponses: number;
}
