/** What a handler is given: each call on it waits in the world until it is performed. */
import { inspect } from 'node:util';
import { clone } from './clone.ts';
import {
  nextCall,
  type Held,
  type Kind,
  type Message,
  type Process,
  type Refused,
  type Settlement,
  type Task,
} from './execution.ts';
import { read, write, type Footprint } from './footprint.ts';
import type { Name } from './moves.ts';
import type { Program } from './program.ts';
import type { ApiRequest } from './scenario.ts';
import type {
  Delivery,
  Document,
  Headers,
  HttpResponse,
  Outgoing,
  RequestOptions,
  Services,
  Write,
} from './services.ts';
import type { Site } from './source-line.ts';

/** What a call needs of the world that it is made in. The effects happen when their call is performed. */
export interface Stage {
  readonly program: Program;
  /** By the clock of the process that runs. Milliseconds since the epoch. */
  now(): number;
  lookAtTime(): void;
  /**
   * Hangs a call of a task into the world until the explorer lets it happen.
   * @param footprint  all that it touches, its task's memory too
   */
  call<T>(
    task: Task,
    kind: Kind,
    label: string,
    footprint: Footprint,
    effect: (site: Site | undefined) => T | Refused,
    readySince?: () => number | undefined,
  ): Promise<T>;
  load(task: Task, key: string, site: Site | undefined): Document<unknown> | undefined;
  /** Refused with a ConcurrencyError. */
  commit(
    task: Task,
    writes: readonly Write[],
    written: Footprint,
    site: Site | undefined,
  ): Refused | undefined;
  /** Puts a copy into each queue. */
  put(task: Task, sending: Sending, site: Site | undefined): void;
  readonly thirdParties: {
    ask(task: Task, asking: Asking, site: Site | undefined): HttpResponse;
  };
  /** Refused with a LockLostError. */
  settle(
    task: Task,
    how: Settlement,
    reason: string | undefined,
    site: Site | undefined,
  ): Refused | undefined;
}

/** A message on its way to some queues. */
export interface Sending {
  readonly name: Name;
  readonly label: string;
  readonly queues: readonly string[];
  readonly messageId: string;
  readonly message: Outgoing;
}

/** A request on its way to a third party. */
export interface Asking {
  readonly name: Name;
  readonly host: string;
  readonly request: ApiRequest;
  /** What it concerns there, by the third party's own word. */
  readonly concerns: string;
}

export function servicesFor(stage: Stage, maker: Process, task: Task): Services {
  const { resources, scenario } = stage.program;
  return {
    store: {
      load: <T>(key: string) =>
        begun(() => {
          mustBeKey(key, 'load');
          const footprint = [write(task.memory), read(resources.of('document', key))];
          return stage.call(task, 'load', `load ${key}`, footprint, (site) => {
            const found = stage.load(task, key, site) as Document<T> | undefined;
            return found && { key, value: clone(found.value), version: found.version };
          });
        }),
      commit: (...given: Write[]) =>
        begun(() => {
          const writes = clone(given);
          for (const each of writes) mustBeKey(each.key, 'commit');
          mustBeInOneDatabase(writes, scenario.databases ?? []);
          const written = writes.map(({ key }) => write(resources.of('document', key)));
          const footprint = [write(task.memory), ...written];
          return stage.call(task, 'effect', 'commit', footprint, (site) =>
            stage.commit(task, writes, written, site),
          );
        }),
    },
    broker: {
      send: (queue: string, message: Outgoing) =>
        begun(() => send(stage, task, `send ${message.type}`, [queue], message)),
      publish: (topic: string, message: Outgoing) =>
        begun(() => {
          const queues = scenario.topics?.[topic];
          if (!queues) throw new Error(`the broker has no topic ${topic}`);
          return send(stage, task, `publish ${message.type}`, queues, message);
        }),
    },
    http: {
      get: (url, options) => request(stage, task, 'GET', url, undefined, options),
      post: (url, body, options) => request(stage, task, 'POST', url, body, options),
    },
    clock: { now: () => stage.now() },
    ids: {
      next: () => {
        maker.madeIds += 1;
        return `${maker.plan.letter}${maker.madeIds}`;
      },
    },
  };
}

/**
 * What is wrong with a call is told by its promise, as an async function would; one of those takes three more turns
 * of the queue, in each step.
 */
function begun<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return begin();
  } catch (error) {
    return Promise.reject(error as Error);
  }
}

/** Of a handler, or of a person. */
export function send(
  stage: Stage,
  task: Task,
  label: string,
  queues: readonly string[],
  message: Outgoing,
): Promise<void> {
  const sent = clone(message);
  const { actor } = task;
  actor.madeMessages += 1;
  const maker = 'tasks' in actor ? actor.plan.letter : actor.plan.name;
  const messageId = sent.messageId ?? `m-${maker}${actor.madeMessages}`;
  const sending = { name: nextCall(task), label, queues, messageId, message: sent };
  const kind = 'tasks' in actor ? 'effect' : 'outside';
  return stage.call(task, kind, label, [write(task.memory)], (site) =>
    stage.put(task, sending, site),
  );
}

function request(
  stage: Stage,
  task: Task,
  method: string,
  url: string,
  body: unknown,
  options: RequestOptions = {},
): Promise<HttpResponse> {
  const { resources, scenario } = stage.program;
  const match = /^https?:\/\/([^/]+)(\/.*)?$/.exec(url);
  const [, host = '', path = '/'] = match ?? [];
  const api = scenario.apis?.[host];
  if (!api) return Promise.reject(new TypeError(`${url} cannot be reached`));
  const headers = clone(options.headers ?? {});
  const asked: ApiRequest = { method, path, headers, body: clone(body) };
  const concerns = api.concerns?.(asked) ?? '';
  const footprint = [write(task.memory), write(resources.of('api', `${host} ${concerns}`))];
  const asking = { name: nextCall(task), host, request: asked, concerns };
  return stage.call(task, 'http', `${method} ${path}`, footprint, (site) =>
    stage.thirdParties.ask(task, asking, site),
  );
}

export function deliveryOf(stage: Stage, task: Task, { message }: Held): Delivery {
  return new LockedDelivery(stage, task, message);
}

class LockedDelivery implements Delivery {
  declare readonly lockedUntil: number;
  readonly messageId: string;
  readonly type: string;
  readonly body: unknown;
  readonly headers: Headers;
  readonly deliveryCount: number;
  readonly complete: Delivery['complete'];
  readonly abandon: Delivery['abandon'];
  readonly deadLetter: Delivery['deadLetter'];
  readonly renewLock: Delivery['renewLock'];
  readonly #stage: Stage;
  readonly #lockedUntil: number;

  constructor(stage: Stage, task: Task, message: Message) {
    const settle = (how: Settlement, reason?: string): Promise<void> => {
      const footprint = [write(task.memory), write(message.resource)];
      return stage.call(task, 'settle', `${how} ${message.messageId}`, footprint, (site) =>
        stage.settle(task, how, reason, site),
      );
    };
    this.messageId = message.messageId;
    this.type = message.type;
    this.body = clone(message.body);
    this.headers = clone(message.headers);
    this.deliveryCount = message.deliveries;
    this.complete = () => settle('complete');
    this.abandon = () => settle('abandon');
    this.deadLetter = (reason) => settle('dead-letter', reason);
    this.renewLock = () => settle('renew');
    this.#stage = stage;
    this.#lockedUntil = message.lockedUntil;
    Object.defineProperty(this, 'lockedUntil', LockedDelivery.lockedUntil);
  }

  /**
   * Whoever looks at it looks at the time. A property of each delivery, so that a copy has it; and one for all, because
   * to make another for each would take longer than a step.
   */
  private static readonly lockedUntil: PropertyDescriptor & ThisType<LockedDelivery> = {
    enumerable: true,
    get() {
      this.#stage.lookAtTime();
      return this.#lockedUntil;
    },
  };
}

/** Code can be without types where it reads a message or a request. @throws TypeError */
export function mustBeKey(key: unknown, call: string): void {
  if (typeof key !== 'string')
    throw new TypeError(`${call} needs a text as the key, not ${inspect(key)}`);
}

/** @throws Error, as a driver does that has one connection */
export function mustBeInOneDatabase(writes: readonly Write[], databases: readonly string[]): void {
  const databaseOf = ({ key }: Write) => databases.find((prefix) => key.startsWith(prefix));
  const [first, ...others] = writes;
  const other = first && others.find((each) => databaseOf(each) !== databaseOf(first));
  if (other)
    throw new Error(`${first.key} and ${other.key} are in two databases, and no commit spans both`);
}
