/** What a person outside can do: each step waits in the world like a handler's call. */
import {
  child,
  nextCall,
  type Message,
  type Person,
  type Requester,
  type Task,
} from './execution.ts';
import { read, write } from './footprint.ts';
import type { Name } from './moves.ts';
import {
  LostResponse,
  type Answer,
  type PostOptions,
  type Sent,
  type Visitor,
} from './scenario.ts';
import type { Headers, Outgoing } from './services.ts';
import { send, type Stage } from './services-of.ts';
import { untraced } from './source-line.ts';

/** What people need of the world besides. */
export interface Street extends Stage {
  readonly messages: readonly Message[];
  /** The resource that all steps of a process write. */
  memoryOf(process: string, asker: string): number;
  /** A process takes up a request: its handler runs, and its answer waits to be sent. */
  knock(process: string, knocking: Knocking, requester: Requester): void;
  /** From here on it is this person's code that runs. */
  goesOn(person: Person): void;
}

/** A request that arrives at a process. */
export interface Knocking {
  readonly name: Name;
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

export function visitorOf(street: Street, task: Task, person: Person): Visitor {
  return {
    post: (path, options) => ask(street, task, person, 'POST', path, options),
    get: (path, options) => ask(street, task, person, 'GET', path, options),
    async send(queue, message) {
      return sendAndFollow(street, task, queue, message);
    },
  };
}

function ask(
  street: Street,
  task: Task,
  person: Person,
  method: string,
  path: string,
  { to, body, headers = {}, looksAt }: PostOptions,
): Promise<Answer> {
  const label = `${method} ${path}`;
  const footprint = [write(task.memory), write(street.memoryOf(to, task.lane))];
  const name = nextCall(task).child(child.firstCall);
  return new Promise((resolve, reject) => {
    void street.call(task, 'outside', label, footprint, () => {
      street.knock(
        to,
        { name, method, path, headers, body },
        {
          lane: task.lane,
          memory: task.memory,
          looksAt: (response) => looksAt?.({ status: response.status, body: response.body }) ?? [],
          answer: ({ status, body: content }, found) => {
            street.goesOn(person);
            const answer = { path, status, body: content, found };
            person.answers.push(answer);
            resolve(answer);
          },
          lost: () => {
            street.goesOn(person);
            reject(untraced(() => new LostResponse()));
          },
        },
      );
    });
  });
}

async function sendAndFollow(
  street: Street,
  task: Task,
  queue: string,
  message: Outgoing,
): Promise<Sent> {
  const name = nextCall(task).child(child.firstCall);
  await send(street, task, `send ${message.type}`, [queue], message);
  const sent = street.messages.find((each) => each.name === name)!;
  const isSettled = (): boolean => sent.state === 'completed' || sent.state === 'dead-lettered';
  return {
    settled: () =>
      street.call(
        task,
        'outside',
        `wait for ${sent.messageId}`,
        [write(task.memory), read(sent.resource)],
        () => {},
        () => (isSettled() ? sent.since : undefined),
      ),
  };
}
