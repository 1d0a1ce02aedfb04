/**
 * Programs whose number of inequivalent executions is published. Variables are documents, a thread is a
 * handler in a process of its own, a compare-and-swap is a conditional commit, which has only read when it is
 * refused. Sources: C. Flanagan, P. Godefroid, Dynamic Partial-Order Reduction for Model Checking Software,
 * POPL 2005 (indexer, file system); P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, Optimal Dynamic Partial
 * Order Reduction, POPL 2014, table 1, and Source Sets, Journal of the ACM 64 (2017) (readers, last zero, and
 * the counts of all).
 */
import { expect, test } from 'vitest';
import { loadProgram } from '../../lab/program.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { openSearch } from '../../lab/search.ts';
import { ConcurrencyError, type Services, type Store } from '../../lab/services.ts';
import { outsidePromises, subjectOf } from './programs.ts';

type Thread = (store: Store) => Promise<unknown>;

async function search(threads: readonly Thread[], given: Record<string, unknown> = {}) {
  const scenario: Scenario = {
    name: 'threads',
    given,
    processes: Object.fromEntries(
      threads.map((thread, index) => [
        `thread ${index}`,
        {
          'POST /run': async (_: unknown, { store }: Services) => {
            await thread(store);
            return { status: 204 };
          },
        },
      ]),
    ),
    traffic: Object.fromEntries(
      threads.map((_, index) => [
        `starter ${index}`,
        (person) => person.post('/run', { to: `thread ${index}` }),
      ]),
    ),
    promises: {},
  };
  const program = loadProgram(scenario, subjectOf({}));
  return outsidePromises(() => {
    const { next } = openSearch(program);
    const found = { executions: 0, blocked: 0 };
    for (let run = next(); run; run = next()) found[run.complete ? 'executions' : 'blocked'] += 1;
    return found;
  });
}

/** Whether the variable was empty and is taken now. */
async function takes(store: Store, key: string): Promise<boolean> {
  try {
    await store.commit({ key, value: true, ifVersion: 'absent' });
    return true;
  } catch (error) {
    if (error instanceof ConcurrencyError) return false;
    throw error;
  }
}

const numbered = (count: number, thread: (number: number) => Thread): Thread[] =>
  Array.from({ length: count }, (_, index) => thread(index));

test.each([
  [2, 4],
  [8, 256],
])(
  'readers(%i): one writer, and so many readers, in %i executions',
  async (readers, executions) => {
    const writer: Thread = (store) => store.commit({ key: 'x', value: 42 });
    const reader = (): Thread => (store) => store.load('x');
    expect(await search([writer, ...numbered(readers, reader)])).toEqual({
      executions,
      blocked: 0,
    });
  },
);

test.each([
  [5, 64],
  [10, 3_328],
])(
  'last zero(%i): a search in an array that changes, in %i executions',
  async (size, executions) => {
    const worker =
      (number: number): Thread =>
      async (store) => {
        const before = await store.load<number>(`a${number}`);
        await store.commit({ key: `a${number + 1}`, value: (before?.value ?? 0) + 1 });
      };
    const finder: Thread = async (store) => {
      for (let index = size; index >= 0; index -= 1) {
        if (((await store.load<number>(`a${index}`))?.value ?? 0) === 0) return;
      }
    };
    expect(await search([finder, ...numbered(size, worker)])).toEqual({ executions, blocked: 0 });
  },
);

test.each([
  [11, 1],
  [12, 8],
  [15, 4_096],
])(
  'indexer(%i): threads that put four messages each into one hash table, in %i executions',
  async (threads, executions) => {
    const size = 128;
    const messagesMost = 4;
    const indexer =
      (number: number): Thread =>
      async (store) => {
        for (let message = 1; message <= messagesMost; message += 1) {
          let hash = ((message * 11 + number) * 7) % size;
          while (!(await takes(store, `table${hash}`))) hash = (hash + 1) % size;
        }
      };
    expect(await search(numbered(threads, indexer))).toEqual({ executions, blocked: 0 });
  },
);

test.each([
  [13, 1],
  [14, 2],
  [16, 8],
  [18, 32],
  [19, 64],
])(
  'file system(%i): threads that look for a free block, in %i executions',
  async (threads, executions) => {
    // The original guards each block by a lock around look and write, which is one conditional commit here.
    const blocks = 26;
    const thread =
      (number: number): Thread =>
      async (store) => {
        if (await store.load(`inode${number}`)) return;
        let block = (number * 2) % blocks;
        while (!(await takes(store, `busy${block}`))) block = (block + 1) % blocks;
        await store.commit({ key: `inode${number}`, value: block + 1 });
      };
    expect(await search(numbered(threads, thread))).toEqual({ executions, blocked: 0 });
  },
);

test('four actors with six operations each, two of them on one document, meet in (4!)² ways', async () => {
  // Each order of the four commits, and for each commit how many of those before it its own load has seen.
  const actor =
    (number: number): Thread =>
    async (store) => {
      await store.load(`own${number}`);
      await store.commit({ key: `own${number}`, value: 1 });
      await store.load('shared');
      await store.commit({ key: 'shared', value: number });
      await store.commit({ key: `own${number}`, value: 2 });
      await store.load(`own${number}`);
    };
  expect(await search(numbered(4, actor))).toEqual({ executions: 576, blocked: 0 });
});
