/**
 * What durable parts do for an exercise: the contract behind `Store` and `Broker`, and what a run has to ask of
 * them besides. Whatever fulfils it (SQLite in here; a RabbitMQ, a PostgreSQL) runs every exercise unchanged.
 * The suite in test/conformance says what it means.
 */
import type { Document, Headers, Outgoing, Write } from '../../../lab/services.ts';

export interface DurableStore {
  load(key: string): Promise<Document<unknown> | undefined>;
  /**
   * All writes or none, durable when it resolves.
   * @returns what each key holds now; undefined where it was deleted
   * @throws ConcurrencyError
   */
  commit(writes: readonly Write[]): Promise<readonly (Document<unknown> | undefined)[]>;
  /** Lays the documents that are there at the start. */
  begin(given: Readonly<Record<string, unknown>>, version: number): Promise<void>;
  /** All that a promise may look at. */
  snapshot(): Promise<StoreSnapshot>;
  close(): void;
}

export interface StoreSnapshot {
  /** In the order of their keys. */
  readonly documents: readonly Document<unknown>[];
  /** By key, every value so far, oldest first; undefined where it was deleted. */
  readonly histories: ReadonlyMap<string, readonly unknown[]>;
}

export interface BrokerSettings {
  /** How long a lock holds. */
  readonly lockSeconds: number;
  /** A message is dead-lettered after so many deliveries without success. */
  readonly deliveriesMost: number;
  /** Milliseconds since the epoch, the same for all that share the broker. */
  now(): number;
}

export interface DurableBroker {
  /**
   * A copy for each queue, durable when it resolves.
   * @returns what `settled` is asked with, one for each queue
   */
  send(
    queues: readonly string[],
    message: Outgoing & { readonly messageId: string },
    sentBy: string | undefined,
  ): Promise<readonly number[]>;
  /**
   * Works on the messages of these queues, one at a time, until it is closed. Any number of processes may do so:
   * they compete for the messages.
   */
  consume(queues: readonly string[], by: string, work: Work): Consumer;
  /** Resolves once the message is completed or dead-lettered. */
  settled(receipt: number): Promise<void>;
  /** Of a process that has ended: its locks have nobody any more, and run out now. */
  release(by: string): Promise<void>;
  /** The clock was set ahead: whoever waits for something to be due looks again. */
  wake(): void;
  /** Resolves at the next change that anybody makes, or when something is due. */
  changed(): Promise<void>;
  snapshot(): Promise<readonly StoredMessage[]>;
  close(): void;
}

/** @returns how to settle what the handler has left open, and who hears when that is done */
export type Work = (
  lease: Lease,
) => Promise<{ readonly how: DefaultSettlement; done(lost: boolean): void }>;
/** `lose`: it is completed, and the broker forgets that; it comes once more. `none`: it was settled already. */
export type DefaultSettlement = 'complete' | 'abandon' | 'lose' | 'none';

export interface Consumer {
  /** Takes nothing more; resolves when what it has in hand is done. */
  close(): Promise<void>;
  /** Rejects when the broker fails. */
  readonly failed: Promise<never>;
}

/** One delivery under its lock. Every settlement throws LockLostError once the lock is gone. */
export interface Lease {
  readonly message: StoredMessage;
  /** Milliseconds since the epoch, by the broker's clock. */
  readonly lockedUntil: number;
  complete(): Promise<void>;
  abandon(): Promise<void>;
  deadLetter(reason: string): Promise<void>;
  renew(): Promise<void>;
  /** The lock runs out now, as if its time had passed. */
  expire(): Promise<void>;
  /** It is completed, and comes once more all the same. */
  lose(): Promise<void>;
}

export interface StoredMessage {
  readonly queue: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: unknown;
  readonly headers: Headers;
  readonly sentBy: string | undefined;
  readonly deliveries: number;
  readonly state: 'waiting' | 'locked' | 'completed' | 'dead-lettered';
  /** When it can be delivered next: when it is due, or when its lock runs out. */
  readonly readyAt: number | undefined;
  readonly reason: string | undefined;
}
