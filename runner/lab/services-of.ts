/** What a handler is given: each call on it waits in the world until it is performed. */
import { inspect } from 'node:util';
import { clone } from './clone.ts';
import {
  nextCall,
  type Held,
  type Kind,
  type Process,
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
  HttpResponse,
  Outgoing,
  RequestOptions,
  Services,
  Write,
} from './services.ts';
import type { SourceLine } from './verdict.ts';

/** What a call needs of the world that it is made in. The effects happen when their call is performed. */
export interface Stage {
  readonly program: Program;
  /** By the clock of the process that runs. Milliseconds since the epoch. */
  now(): number;
  lookAtTime(): void;
  /** Hangs a call of a task into the world until the explorer lets it happen. */
  call<T>(
    task: Task,
    kind: Kind,
    label: string,
    touches: Footprint,
    effect: (place: SourceLine | undefined) => T,
    readySince?: () => number | undefined,
  ): Promise<T>;
  load(task: Task, key: string, place: SourceLine | undefined): Document<unknown> | undefined;
  /** @throws ConcurrencyError */
  commit(
    task: Task,
    writes: readonly Write[],
    touches: Footprint,
    place: SourceLine | undefined,
  ): void;
  /** Puts a copy into each queue. */
  put(task: Task, sending: Sending, place: SourceLine | undefined): void;
  ask(task: Task, asking: Asking, place: SourceLine | undefined): HttpResponse;
  /** @throws LockLostError */
  settle(
    task: Task,
    how: Settlement,
    reason: string | undefined,
    place: SourceLine | undefined,
  ): void;
}

/** A message on its way to some queues. */
export interface Sending {
  readonly name: Name;
  readonly label: string;
  readonly queues: readonly string[];
  readonly message: Outgoing & { readonly messageId: string };
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
      async load<T>(key: string): Promise<Document<T> | undefined> {
        mustBeKey(key, 'load');
        const touches = [read(resources.of('document', key))];
        return stage.call(task, 'load', `load ${key}`, touches, (place) => {
          const found = stage.load(task, key, place) as Document<T> | undefined;
          return found && { key, value: clone(found.value), version: found.version };
        });
      },
      async commit(...given: Write[]): Promise<void> {
        const writes = clone(given);
        for (const each of writes) mustBeKey(each.key, 'commit');
        mustBeInOneDatabase(writes, scenario.databases ?? []);
        const touches = writes.map(({ key }) => write(resources.of('document', key)));
        return stage.call(task, 'effect', 'commit', touches, (place) =>
          stage.commit(task, writes, touches, place),
        );
      },
    },
    broker: {
      async send(queue: string, message: Outgoing): Promise<void> {
        return send(stage, task, `send ${message.type}`, [queue], message);
      },
      async publish(topic: string, message: Outgoing): Promise<void> {
        const queues = scenario.topics?.[topic];
        if (!queues) throw new Error(`the broker has no topic ${topic}`);
        return send(stage, task, `publish ${message.type}`, queues, message);
      },
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
  const sending = { name: nextCall(task), label, queues, message: { ...sent, messageId } };
  return stage.call(task, 'tasks' in actor ? 'effect' : 'outside', label, [], (place) =>
    stage.put(task, sending, place),
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
  const touches = [write(resources.of('api', `${host} ${concerns}`))];
  const asking = { name: nextCall(task), host, request: asked, concerns };
  return stage.call(task, 'http', `${method} ${path}`, touches, (place) =>
    stage.ask(task, asking, place),
  );
}

export function deliveryOf(stage: Stage, task: Task, { message }: Held): Delivery {
  const { lockedUntil } = message;
  const settle = (how: Settlement, reason?: string): Promise<void> => {
    const touches = [write(message.resource)];
    return stage.call(task, 'settle', `${how} ${message.messageId}`, touches, (place) =>
      stage.settle(task, how, reason, place),
    );
  };
  return {
    messageId: message.messageId,
    type: message.type,
    body: clone(message.body),
    headers: clone(message.headers),
    deliveryCount: message.deliveries,
    get lockedUntil() {
      stage.lookAtTime();
      return lockedUntil;
    },
    complete: () => settle('complete'),
    abandon: () => settle('abandon'),
    deadLetter: (reason) => settle('dead-letter', reason),
    renewLock: () => settle('renew'),
  };
}

/** Code can be without types where it reads a message or a request. @throws TypeError */
function mustBeKey(key: unknown, call: string): void {
  if (typeof key !== 'string')
    throw new TypeError(`${call} needs a text as the key, not ${inspect(key)}`);
}

/** @throws Error, as a driver does that has one connection */
function mustBeInOneDatabase(writes: readonly Write[], databases: readonly string[]): void {
  const databaseOf = ({ key }: Write) => databases.find((prefix) => key.startsWith(prefix));
  const [first, ...others] = writes;
  const other = first && others.find((each) => databaseOf(each) !== databaseOf(first));
  if (other)
    throw new Error(`${first.key} and ${other.key} are in two databases, and no commit spans both`);
}
