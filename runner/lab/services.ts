/** What a handler is given, and what it gives back. The same contract holds in the lab and on real parts. */

declare global {
  /** What a handler prints is shown below the verdict, cut after a few kilobytes. */
  interface Console {
    log(...values: unknown[]): void;
    error(...values: unknown[]): void;
  }
  var console: Console;
}

/** What one process is given when it boots. Its memory dies with it; the store does not. */
export interface Services {
  readonly store: Store;
  readonly ids: Ids;
}

/** Keyed documents with optimistic concurrency. */
export interface Store {
  /** The document as it is now, or undefined. The value is a copy: changing it changes nothing else. */
  load<T>(key: string): Promise<Document<T> | undefined>;
  /**
   * One atomic transaction over all writes: every one takes effect, or none.
   * @throws ConcurrencyError when a condition `ifVersion` does not hold; then nothing was written
   */
  commit(...writes: Write[]): Promise<void>;
}

export interface Document<T> {
  readonly key: string;
  readonly value: T;
  /** 1 after the first write, one more with each. */
  readonly version: number;
}

/** Without `ifVersion` a write overwrites whatever is there. */
export type Write =
  | {
      readonly key: string;
      readonly value: unknown;
      /** The version that must still be the current one; 'absent': the key must not exist. */
      readonly ifVersion?: number | 'absent';
    }
  | { readonly key: string; readonly delete: true; readonly ifVersion?: number };

/** A condition of a commit did not hold: somebody else wrote in between. */
export class ConcurrencyError extends Error {
  readonly key: string;
  /** What the commit's `ifVersion` asked for. */
  readonly expected: number | 'absent';

  constructor(key: string, expected: number | 'absent', actual: number | 'absent') {
    super(`${key} is ${describe(actual)}, not ${describe(expected)}`);
    this.name = 'ConcurrencyError';
    this.key = key;
    this.expected = expected;
  }
}

function describe(version: number | 'absent'): string {
  return version === 'absent' ? version : `at version ${version}`;
}

export interface Ids {
  /** An id that no other call anywhere returns, like a random UUID. */
  next(): string;
}

export interface HttpRequest<Params = Readonly<Record<string, string>>, Body = unknown> {
  readonly method: string;
  readonly path: string;
  /** The named parts of the route: `/carts/:id/submit` gives `{ id }`. */
  readonly params: Params;
  readonly body: Body;
}

export interface HttpResponse {
  readonly status: number;
  readonly body?: unknown;
}
