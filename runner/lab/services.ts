/** What a handler is given, and what it gives back. The same contract holds in the lab and on real parts. */

declare global {
  /** What a handler prints is shown below the verdict, cut after a few kilobytes. */
  interface Console {
    log(...values: unknown[]): void;
    error(...values: unknown[]): void;
  }
  var console: Console;
  /** The only other thing in here that is not the language’s own. */
  function structuredClone<T>(value: T): T;
}

/** What a process works with. Its own memory dies with it; the store and the broker do not. */
export interface Services {
  readonly store: Store;
  readonly broker: Broker;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A handler bound to a route. What it throws is answered with status 500. */
export type HttpHandler = (request: HttpRequest, services: Services) => Promise<HttpResponse>;

/**
 * A handler bound to a queue. Unless it settles the delivery itself, the delivery is completed when it
 * resolves and abandoned when it throws.
 */
export type QueueHandler = (delivery: Delivery<never>, services: Services) => Promise<void>;

/** Keyed documents with optimistic concurrency. */
export interface Store {
  /** The document as it is now, or undefined. The value is a copy: changing it changes nothing else. */
  load<T>(key: string): Promise<Document<T> | undefined>;
  /**
   * One atomic transaction over all writes: every one takes effect, or none.
   * @throws ConcurrencyError when a condition `ifVersion` does not hold; then nothing was written
   * @throws UnknownOutcomeError when no answer came: the writes may have taken effect, or still will
   */
  commit(...writes: Write[]): Promise<void>;
}

export interface Document<T> {
  readonly key: string;
  readonly value: T;
  /** 1 after the first write, one more with each, also after a delete: a version never comes back. */
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

/** A call failed or timed out, and nobody can tell whether it took effect, or still will. */
export class UnknownOutcomeError extends Error {
  constructor(call: string) {
    super(`no answer to ${call}: it may have taken effect, or not`);
    this.name = 'UnknownOutcomeError';
  }
}

/**
 * Durable queues: every message is delivered at least once, in any order. The broker and the store
 * share no transaction.
 */
export interface Broker {
  /**
   * Resolves on the publisher confirm: from then on the message is safe.
   * @throws UnknownOutcomeError when no confirm came: the message may be in the queue, or not
   */
  send(queue: string, message: Outgoing): Promise<void>;
  /** Sends a copy to each queue that subscribes to the topic. @throws UnknownOutcomeError */
  publish(topic: string, message: Outgoing): Promise<void>;
}

/** A message on its way out. */
export interface Outgoing<T = unknown> {
  /** Kept through every redelivery. Without one the broker makes a fresh id at each send. */
  readonly messageId?: string;
  readonly type: string;
  readonly body: T;
  readonly headers?: Headers;
  /** Not delivered before so much time has passed. */
  readonly delaySeconds?: number;
}

/** Facts about a message, such as its correlation id and its causation id. */
export type Headers = Readonly<Record<string, string>>;

/**
 * One delivery of a message under a lock (peek-lock). Nobody else gets the message until it is settled
 * or the lock expires; after an expiry it is delivered again, perhaps while this handler still runs.
 */
export interface Delivery<T = unknown> {
  /** The same in every delivery of one message. A sender that sends twice makes two messages. */
  readonly messageId: string;
  readonly type: string;
  readonly body: T;
  readonly headers: Headers;
  /** 1 at the first delivery. */
  readonly deliveryCount: number;
  /** Milliseconds since the epoch, by the broker's clock. */
  readonly lockedUntil: number;
  /** Settles: the message is done and goes away. @throws LockLostError */
  complete(): Promise<void>;
  /** Settles: the message is delivered again, up to its limit. @throws LockLostError */
  abandon(): Promise<void>;
  /** Settles: the message goes to the dead-letter queue, with the reason. @throws LockLostError */
  deadLetter(reason: string): Promise<void>;
  /** Begins the lock's time anew. @throws LockLostError */
  renewLock(): Promise<void>;
}

/** The delivery's lock is gone: it has expired, and the message is somebody else's, or it was settled before. */
export class LockLostError extends Error {
  constructor(messageId: string) {
    super(`the lock on ${messageId} is gone: it has expired, or the message was settled`);
    this.name = 'LockLostError';
  }
}

/** Calls to third parties. */
export interface HttpClient {
  /** @throws UnknownOutcomeError when no answer came: the request may have taken effect, or still will */
  get(url: string, options?: RequestOptions): Promise<HttpResponse>;
  /** @throws UnknownOutcomeError when no answer came: the request may have taken effect, or still will */
  post(url: string, body?: unknown, options?: RequestOptions): Promise<HttpResponse>;
}

export interface RequestOptions {
  readonly headers?: Headers;
}

/** Time as this process sees it. Clocks of two processes may differ. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
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
  readonly headers: Headers;
  readonly body: Body;
}

export interface HttpResponse<Body = unknown> {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: Body;
}
