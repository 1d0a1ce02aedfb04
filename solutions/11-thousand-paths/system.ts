/** A store, and queues with two workers each, in memory. */
import { ConcurrencyError, type Broker, type Delivery, type Document, type Store } from '#lab';

/** How calls travel to the store, and how messages travel to a queue and on to a worker. */
export interface Network {
  readonly store: Travel;
  readonly broker: Travel;
}

/** Told what travels, such as 'load payment-7'. It arrives when the promise resolves. */
export type Travel = (what: string) => Promise<void>;

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
  /** All that are not done: those that wait, and those at work. */
  messages(): readonly Message<Body>[];
}

/** @param handlers  by the names of their queues */
export function openSystem<Body>(
  network: Network,
  handlers: Readonly<Record<string, Handler<Body>>>,
): System<Body> {
  const documents = new Map<string, Document<unknown>>();
  const messages = new Set<Message<Body>>();
  const queues = new Map(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      { handle, waiting: [] as Message<Body>[], freeWorkers: 2 },
    ]),
  );

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

  function send(queue: string, message: Message<Body>): void {
    messages.add(message);
    queues.get(queue)?.waiting.push(message);
    serve(queue);
  }

  function serve(name: string): void {
    const queue = queues.get(name);
    while (queue && queue.freeWorkers > 0) {
      const message = queue.waiting.shift();
      if (!message) return;
      queue.freeWorkers -= 1;
      void work(queue.handle, message).then((isDone) => {
        queue.freeWorkers += 1;
        if (!isDone) queue.waiting.push(message);
        serve(name);
      });
    }
  }

  async function work(handle: Handler<Body>, message: Message<Body>): Promise<boolean> {
    const complete = async (): Promise<void> => void messages.delete(message);
    try {
      await network.broker(`deliver ${message.type}`);
      await handle({ ...message, complete }, { store, broker });
      await complete();
    } catch {
      // Delivered again.
    }
    return !messages.has(message);
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

/** Node's own; exercises know the language alone. */
declare function setTimeout(run: () => void, milliseconds: number): unknown;

/** For a network like the real one. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
