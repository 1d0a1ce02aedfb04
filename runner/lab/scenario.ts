/** What the author of a hidden test writes: a situation, the faults allowed in it, and the promises. */
import type { Document, Headers, HttpResponse, Outgoing } from './services.ts';
import type { FaultKind } from './verdict.ts';

export interface Scenario {
  /** One line for the reader: 'a double click, answered by two web processes'. */
  readonly name: string;
  /** The documents that exist at the start. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** The version that all of them have at the start. Default: 1. */
  readonly givenVersion?: number;
  /** The messages that wait at the start, by queue. They are delivered in any order. */
  readonly queued?: Readonly<Record<string, readonly Outgoing[]>>;
  /**
   * The processes by name, each with what it serves: `'POST /carts/:id/submit'` for a route, `'queue orders'`
   * for a queue. Processes that serve the same queue compete for its messages; each works on one at a time.
   */
  readonly processes: Readonly<Record<string, Bindings>>;
  /** The queues that subscribe to each topic. */
  readonly topics?: Readonly<Record<string, readonly string[]>>;
  /** Third parties, by host name: `http.post('https://gateway/charges')` reaches `gateway`. */
  readonly apis?: Readonly<Record<string, Api>>;
  /** The people outside, by name. All of them act at the same time. */
  readonly traffic?: Readonly<Record<string, (visitor: Visitor) => Promise<unknown>>>;
  /** How many faults of a kind one execution may have at most. Default: none. */
  readonly faults?: Faults;
  /** A message is dead-lettered after so many deliveries without success. Default: 3. */
  readonly deliveriesMost?: number;
  /** How long a lock holds. Default: 30. */
  readonly lockSeconds?: number;
  /** The clocks of two processes differ by so much at most. Default: 0. */
  readonly clockSkewSeconds?: number;
  /**
   * By id, as in kata.json. A promise looks at the end of one execution and says what is wrong, if anything,
   * in one sentence without a full stop.
   */
  readonly promises: Readonly<Record<string, (outcome: Outcome) => string | undefined>>;
  /** Situations that some execution must show, so that no pass is empty. */
  readonly sometimes?: Readonly<Record<string, (outcome: Outcome) => boolean>>;
  /**
   * Keys that begin with one of these are kept in a database of their own, one for each; all other keys share
   * one. No commit spans two. Default: one database for all.
   */
  readonly databases?: readonly string[];
  /** What to count at the start of one execution and after each of its steps, by name: for a curve. */
  readonly measures?: Readonly<Record<string, (now: Outcome) => number>>;
  /** More steps than this in one execution are an endless loop. Default: 500. */
  readonly stepsMost?: number;
  /** How far the search goes. */
  readonly search?: SearchLimits;
  /** Its stories are told only where no other scenario has one: for a situation that shows less of the point. */
  readonly toldLast?: true;
}

/** From a route or a queue to the learner's function, `'checkout.ts#submitCart'`, or to one of the author's. */
export type Bindings = Readonly<Record<string, string | AuthorsHandler>>;

/** A part of the system that the exercise brings along. Called with what the learner's would be called with. */
export type AuthorsHandler = (input: never, services: never) => Promise<unknown>;

export interface SearchLimits {
  /** The exhaustive search gives up after so many schedules, or 20 seconds. Default: 100,000. */
  readonly schedulesMost?: number;
  /** Instead of searching exhaustively: so many schedules, drawn by chance from the seed. */
  readonly sample?: number;
  /** Set to false where executions are too long to be told: of a broken promise, only what is wrong is told. */
  readonly stories?: boolean;
}

export interface Faults {
  /** Processes that crash at one of their own steps, and boot again: before a call, or while it is on its way. */
  readonly crashes?: number;
  /** Calls that fail although they took effect, still will, or never do: nobody can tell. */
  readonly unknownOutcomes?: number;
  /** Locks that expire while the handler still runs: the message is delivered a second time meanwhile. */
  readonly lockExpiries?: number;
  /** Messages and webhooks that are delivered once more although they were settled. */
  readonly duplicateDeliveries?: number;
  /** Answers that a process sends and the person never sees. */
  readonly lostResponses?: number;
  /** Third parties that answer 503 and do nothing. */
  readonly unavailable?: number;
}

/** A third party. Its handler is one atomic step: no two requests interleave inside it. */
export interface Api {
  /** What it knows at the start; each execution begins with a copy. */
  readonly state: unknown;
  /** Answers a request; may change the state in place. A thrown error is a bug of the scenario. */
  handle(request: ApiRequest, api: ApiContext): HttpResponse;
  /** Requests with different answers here never influence each other. Default: all do. */
  concerns?(request: ApiRequest): string;
}

export interface ApiRequest {
  readonly method: string;
  /** Without the host: '/charges'. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface ApiContext {
  // The author of an API knows its state; the lab does not.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly state: any;
  /** Calls one of our processes later; webhooks arrive in any order. */
  webhook(to: string, path: string, body: unknown): void;
}

/** A person outside, or a system that sends messages. It does not know which process answers; the scenario does. */
export interface Visitor {
  /** @throws LostResponse when the answer did not arrive; the request may have taken effect */
  post(path: string, options: PostOptions): Promise<Answer>;
  /** @throws LostResponse */
  get(path: string, options: PostOptions): Promise<Answer>;
  /** Resolves when the broker has it; `settled` when it is completed or dead-lettered. */
  send(queue: string, message: Outgoing): Promise<Sent>;
}

export interface Sent {
  /** Resolves once the message is completed or dead-lettered. */
  settled(): Promise<void>;
}

export interface PostOptions {
  /** The process that answers. */
  readonly to: string;
  readonly body?: unknown;
  readonly headers?: Headers;
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

/** The person waited, and no answer came. */
export class LostResponse extends Error {
  constructor() {
    super('no answer came');
    this.name = 'LostResponse';
  }
}

/**
 * The end of one execution. It shows final states, what each person saw, and what happened to each single
 * document, message and third party; never one global log: a promise must not see an order of steps that
 * the explorer takes for equivalent.
 */
export interface Outcome {
  /** Documents whose key begins with the prefix, in the order of their keys. */
  documents<T>(prefix: string): readonly Document<T>[];
  document<T>(key: string): Document<T> | undefined;
  /** Every state that the document has had, oldest first; undefined where it was deleted. */
  history<T>(key: string): readonly (T | undefined)[];
  /** Every answer that one person of `traffic` saw, in order; without a name, everyone's. */
  answers(person?: string): readonly Answer[];
  /** Every message that was ever in the queue, in the order of their ids. */
  messages<T>(queue: string): readonly MessageRecord<T>[];
  /** What the third party knows. */
  api<T>(host: string): T;
  /**
   * Every request that took effect at the third party, with the answer; in its order, but what `concerns`
   * tells apart comes one after the other.
   */
  calls(host: string): readonly ApiCall[];
  /** How many faults of the kind this execution had. */
  faults(kind: FaultKind): number;
  /** How many commits of this execution were refused by a condition. */
  readonly refusedCommits: number;
  readonly lostResponses: number;
}

export interface MessageRecord<T = unknown> {
  readonly messageId: string;
  readonly queue: string;
  readonly type: string;
  readonly body: T;
  readonly headers: Headers;
  /** Who sent it; undefined for those that waited at the start. */
  readonly sentBy: string | undefined;
  readonly deliveries: number;
  readonly state: 'waiting' | 'completed' | 'dead-lettered';
  /** Why it was dead-lettered. */
  readonly reason?: string;
}

export interface ApiCall {
  readonly request: ApiRequest;
  readonly response: HttpResponse;
  readonly by: string;
}
