/** A store, and queues with two workers each, in memory. */
import { ConcurrencyError, type Broker, type Delivery, type Document, type Store } from '#lab';

/** How calls travel to the store, and how messages travel to a queue and on to a worker. */
export interface Network {
  readonly store: Travel;
  readonly broker: Travel;
}

/** Told what travels, such as 'load payment-7'. It arrives when the promise resolves. */
export type Travel = (what: string) => Promise<void>;

// What follows keeps these words, and need not be read.

export interface Message<Body> {
  readonly type: string;
  readonly body: Body;
}

/** The message is done when it resolves, and is delivered again when it throws. */
export type Handler<Body> = (
  delivery: Message<Body> & Pick<Delivery, 'complete'>,
  services: Services,
) => Promise<void>;

export interface Services {
  readonly store: Store;
  readonly broker: Pick<Broker, 'send'>;
}

export interface System<Body> {
  /** Puts a message into a queue. */
  send(queue: string, message: Message<Body>): void;
  /** The values in the store, by what follows the prefix in their keys. */
  values<Value>(prefix: string): Readonly<Record<string, Value>>;
  /** Those that are not done: on the way, waiting for a worker, or at work. */
  messages(): readonly Message<Body>[];
}

/** @param handlers  by the names of their queues */
export function openSystem<Body>(
  network: Network,
  handlers: Readonly<Record<string, Handler<Body>>>,
): System<Body> {
  const documents = new Map<string, Document<unknown>>();
  const messages = new Set<Message<Body>>();

  const store: Store = {
    async load<Value>(key: string) {
      await network.store(`load ${key}`);
      return documents.get(key) as Document<Value> | undefined;
    },
    async commit(...writes) {
      await network.store(`commit ${writes.map(({ key }) => key).join(', ')}`);
      for (const { key, ifVersion } of writes) {
        const actual = documents.get(key)?.version ?? 'absent';
        if (ifVersion !== undefined && ifVersion !== actual) {
          throw new ConcurrencyError(key, ifVersion, actual);
        }
      }
      for (const write of writes) {
        if ('delete' in write) throw new Error('nothing is deleted here');
        const { key, value } = write;
        documents.set(key, { key, value, version: (documents.get(key)?.version ?? 0) + 1 });
      }
    },
  };
  const broker: Services['broker'] = {
    async send(queue, { type, body }) {
      await network.broker(`send ${type}`);
      send(queue, { type, body: body as Body });
    },
  };

  const queues = new Map(
    Object.entries(handlers).map(([name, handle]) => [name, { handle, workers: twoWorkers() }]),
  );

  function send(name: string, message: Message<Body>): void {
    messages.add(message);
    void deliver(name, message);
  }

  /** Delivered until it is done; whichever message arrives first gets the first worker that is free. */
  async function deliver(name: string, message: Message<Body>): Promise<void> {
    const { handle, workers } = queues.get(name)!;
    while (messages.has(message)) {
      try {
        await network.broker(`deliver ${message.type}`);
        await workers.one(async () => {
          const complete = async () => void messages.delete(message);
          await handle({ ...message, complete }, { store, broker });
          await complete();
        });
      } catch {
        // Once more.
      }
    }
  }

  return {
    send,
    messages: () => [...messages],
    values: <Value>(prefix: string) =>
      Object.fromEntries(
        [...documents]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { value }]) => [key.slice(prefix.length), value as Value]),
      ),
  };
}

/** No more than two work at the same time, and the others in the order in which they came. */
function twoWorkers() {
  let free = 2;
  const waiting: (() => void)[] = [];
  return {
    async one(work: () => Promise<void>): Promise<void> {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}

declare global {
  /** Node's own. Exercises know the language alone, and what they are given. */
  function setTimeout(run: () => void, milliseconds: number): unknown;
}

/** For a network like the real one. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
