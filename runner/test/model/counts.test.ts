import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTypes, explore, openModel, type Explored } from '../../model/index.ts';
import { dieHard, lastCapybara, modelOf, peterson, river } from './specifications.ts';

/**
 * How many states there are, and how far away the farthest is, must not be the engine's word alone: each
 * number here comes from a search written by hand for its model, or from elsewhere.
 */

const root = resolve(import.meta.dirname, '../../..');

describe('as counted elsewhere', () => {
  test('two jugs: 16 distinct states of 97 that TLC generates', async () => {
    const found = await explored(dieHard);
    expect(found.states).toBe(16);
    // TLC counts the first state as generated, too.
    expect(found.transitions + 1).toBe(97);
    expect(found.deadlocks).toBe(0);
  });

  test('two jugs: four litres after six steps', async () => {
    const { broken } = await explored(dieHard, 'notFour');
    expect(broken.get('notFour')?.trace).toHaveLength(7);
  });

  test('wolf, goat and cabbage: ten states, and seven crossings', async () => {
    expect((await explored(river)).states).toBe(10);
    const { broken } = await explored(river, 'notOver');
    expect(broken.get('notOver')?.trace).toHaveLength(8);
  });

  test.each([
    [2, 11],
    [3, 48],
    [4, 241],
    [5, 1_358],
  ])('the last capybara, %i customers: %i states, as the talk says', async (customers, states) => {
    expect((await explored(lastCapybara(customers))).states).toBe(states);
  });
});

describe('as counted by a search written by hand', () => {
  test('Peterson’s mutual exclusion', async () => {
    const found = await explored(peterson);
    expect(found).toMatchObject(searched(petersonByHand));
    expect(await explored(peterson, 'oneInside')).toMatchObject({ broken: new Map() });
  });

  test.each([
    ['starter', 'exercises/12-model-check/starter', 2, 2],
    ['solution', 'solutions/12-model-check', 2, 2],
  ] as const)(
    'exercise 12, %s: two workers and two messages',
    async (kind, folder, workers, messages) => {
      const model = openModel({ path: join(root, folder, 'inbox-outbox.qnt') });
      const found = await explore(model.machine(), { invariants: [] });
      expect(found).toMatchObject(searched(workersByHand(kind, workers, messages)));
    },
  );

  test.each([
    ['twoWorkers', 2, 1],
    ['twoMessages', 1, 2],
  ] as const)(
    'exercise 12 as it is judged, from %s: the solution’s states',
    async (init, workers, messages) => {
      const solution = join(root, 'solutions/12-model-check');
      const model = openModel({
        path: join(root, 'exercises/12-model-check/hidden/check.qnt'),
        instead: {
          'system.qnt': join(solution, 'system.qnt'),
          'inbox-outbox.qnt': join(solution, 'inbox-outbox.qnt'),
        },
      });
      const found = await explore(model.machine({ init }), { invariants: [] });
      expect(found).toMatchObject(searched(workersByHand('solution', workers, messages)));
    },
  );
});

test('the author’s own part of exercise 12 is well typed', async () => {
  const starter = join(root, 'exercises/12-model-check/starter');
  const checked = checkTypes({
    path: join(root, 'exercises/12-model-check/hidden/check.qnt'),
    instead: {
      'system.qnt': join(starter, 'system.qnt'),
      'inbox-outbox.qnt': join(starter, 'inbox-outbox.qnt'),
    },
  });
  expect(await checked).toContain('nothingForgotten');
});

async function explored(text: string, ...invariants: readonly string[]): Promise<Explored> {
  return explore(modelOf(text).machine(), { invariants });
}

interface ByHand<State> {
  readonly first: State;
  after(state: State): readonly State[];
}

/** Breadth first, in the plainest way. States are compared by their JSON. */
function searched<State>({ first, after }: ByHand<State>) {
  const depths = new Map([[JSON.stringify(first), 0]]);
  const queue = [first];
  let deadlocks = 0;
  for (const state of queue) {
    const followers = after(state);
    if (followers.length === 0) deadlocks += 1;
    for (const follower of followers) {
      const text = JSON.stringify(follower);
      if (depths.has(text)) continue;
      depths.set(text, depths.get(JSON.stringify(state))! + 1);
      queue.push(follower);
    }
  }
  return { states: depths.size, depth: Math.max(...depths.values()), deadlocks };
}

type Peterson = readonly [readonly string[], readonly boolean[], number];

const petersonByHand: ByHand<Peterson> = {
  first: [['out', 'out'], [false, false], 0],
  after: ([at, wants, turn]) =>
    [0, 1].flatMap((p): readonly Peterson[] => {
      switch (at[p]) {
        case 'out':
          return [[at.with(p, 'polite'), wants.with(p, true), turn]];
        case 'polite':
          return [[at.with(p, 'waits'), wants, 1 - p]];
        case 'waits':
          return wants[1 - p] && turn !== p ? [] : [[at.with(p, 'in'), wants, turn]];
        default:
          return [[at.with(p, 'out'), wants.with(p, false), turn]];
      }
    }),
};

/** Messages and workers are numbers. -1: waiting, -2: completed, else the worker that holds the lock. */
interface Payments {
  readonly queue: readonly number[];
  readonly booked: readonly number[];
  readonly inbox: readonly boolean[];
  readonly outbox: readonly boolean[];
  readonly sent: readonly boolean[];
  readonly tasks: readonly { readonly line: string; readonly message: number }[];
}

function workersByHand(
  kind: 'starter' | 'solution',
  workers: number,
  messages: number,
): ByHand<Payments> {
  const idle = { line: 'idle', message: -1 };
  const each = <T>(count: number, value: T): readonly T[] =>
    Array.from({ length: count }, () => value);

  function after(state: Payments): readonly Payments[] {
    const { queue, booked, inbox, outbox, sent, tasks } = state;
    const found: Payments[] = [];
    for (const [message, holder] of queue.entries()) {
      if (holder >= 0) found.push({ ...state, queue: queue.with(message, -1) });
      if (holder !== -1) continue;
      for (const [worker, { line }] of tasks.entries()) {
        if (line !== 'idle') continue;
        found.push({
          ...state,
          queue: queue.with(message, worker),
          tasks: tasks.with(worker, { line: 'start', message }),
        });
      }
    }
    for (const [worker, { line, message: m }] of tasks.entries()) {
      if (line === 'idle') continue;
      const at = (next: string) => tasks.with(worker, { line: next, message: m });
      const given = (end: number): Payments => ({
        ...state,
        queue: queue[m] === worker ? queue.with(m, end) : queue,
        tasks: tasks.with(worker, idle),
      });
      found.push(given(-1));
      switch (line) {
        case 'start':
          found.push(
            inbox[m]
              ? { ...state, tasks: at('dispatch') }
              : {
                  ...state,
                  booked: booked.with(m, booked[m]! + 1),
                  inbox: inbox.with(m, true),
                  outbox: kind === 'solution' ? outbox.with(m, true) : outbox,
                  tasks: at(kind === 'solution' ? 'dispatch' : 'prepare'),
                },
          );
          break;
        case 'prepare':
          found.push({ ...state, outbox: outbox.with(m, true), tasks: at('dispatch') });
          break;
        case 'dispatch':
          found.push(
            outbox[m] ? { ...state, sent: sent.with(m, true), tasks: at('clear') } : given(-2),
          );
          break;
        case 'clear':
          found.push({ ...state, outbox: outbox.with(m, false), tasks: at('complete') });
          break;
        case 'complete':
          found.push(given(-2));
      }
    }
    return found;
  }

  return {
    first: {
      queue: each(messages, -1),
      booked: each(messages, 0),
      inbox: each(messages, false),
      outbox: each(messages, false),
      sent: each(messages, false),
      tasks: each(workers, idle),
    },
    after,
  };
}
