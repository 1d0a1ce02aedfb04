/**
 * Programs from the literature on partial order reduction, with the published numbers of inequivalent
 * executions (Mazurkiewicz traces). A thread is a process that somebody asks once; a shared variable is a
 * document. Asking and answering touch nothing that another thread touches, so they add steps and no class.
 *
 * Sources: C. Flanagan, P. Godefroid, Dynamic Partial-Order Reduction for Model Checking Software, POPL 2005:
 * the indexer and the file system. P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, Optimal Dynamic Partial
 * Order Reduction, POPL 2014, and Source Sets: A Foundation for Optimal Dynamic Partial Order Reduction,
 * Journal of the ACM 64 (2017): readers, last zero, and the numbers for all four.
 */
import { expect, test } from 'vitest';
import { dependent, type Footprint } from '../../lab/footprint.ts';
import type { Move } from '../../lab/moves.ts';
import { loadProgram, type Program } from '../../lab/program.ts';
import type { AuthorsHandler, Scenario } from '../../lab/scenario.ts';
import { openSearch } from '../../lab/search.ts';
import { ConcurrencyError, type Services, type Store } from '../../lab/services.ts';
import { World } from '../../lab/world.ts';
import { outsidePromises, subjectOf } from './programs.ts';

type Thread = (store: Store) => Promise<void>;

function programOf(threads: readonly Thread[], given: Record<string, unknown> = {}): Program {
  const processes: Record<string, Record<string, AuthorsHandler>> = {};
  const traffic: NonNullable<Scenario['traffic']> = Object.fromEntries(
    threads.map((thread, index) => {
      const name = `thread ${index}`;
      processes[name] = {
        'POST /': async (_: never, { store }: Services) => {
          await thread(store);
          return { status: 200 };
        },
      };
      return [`starts ${index}`, (visitor) => visitor.post('/', { to: name })];
    }),
  );
  return loadProgram({ name: 'threads', given, processes, traffic, promises: {} }, subjectOf({}));
}

function explored(
  program: Program,
): Promise<{ readonly complete: number; readonly blocked: number }> {
  return outsidePromises(() => {
    const search = openSearch(program);
    let complete = 0;
    let blocked = 0;
    for (let run = search.next(); run; run = search.next()) {
      if (run.complete) complete += 1;
      else blocked += 1;
    }
    return { complete, blocked };
  });
}

/** One thread writes x; each of the others reads a variable of its own, and then x. */
function readers(count: number): Program {
  const reader =
    (own: number): Thread =>
    async (store) => {
      await store.load(`own ${own}`);
      await store.load('x');
    };
  return programOf([
    (store) => store.commit({ key: 'x', value: 42 }),
    ...Array.from({ length: count }, (_, index) => reader(index)),
  ]);
}

/** Each writer sets its element to one more than its left neighbour; a reader looks for the last zero. */
function lastZero(count: number): Program {
  const given = Object.fromEntries(Array.from({ length: count + 1 }, (_, at) => [`a${at}`, 0]));
  const valueAt = async (store: Store, at: number): Promise<number> =>
    (await store.load<number>(`a${at}`))!.value;
  const writer =
    (at: number): Thread =>
    async (store) => {
      await store.commit({ key: `a${at}`, value: (await valueAt(store, at - 1)) + 1 });
    };
  const reader: Thread = async (store) => {
    for (let at = count; at > 0; at -= 1) if ((await valueAt(store, at)) === 0) return;
  };
  return programOf(
    [reader, ...Array.from({ length: count }, (_, index) => writer(index + 1))],
    given,
  );
}

/**
 * Threads put four words each into one hash table and go to the next slot where theirs is taken. The
 * compare-and-set is a commit on condition that the key is absent: one that fails has only read. Threads
 * with numbers that differ by 11 collide three times; fewer than 12 threads never do.
 */
function indexer(count: number): Program {
  const slots = 128;
  const words = 4;
  const thread =
    (number: number): Thread =>
    async (store) => {
      for (let each = 1; each <= words; each += 1) {
        const word = each * 11 + number;
        let slot = (word * 7) % slots;
        while (!(await isPut(store, `slot ${slot}`, word))) slot = (slot + 1) % slots;
      }
    };
  return programOf(Array.from({ length: count }, (_, number) => thread(number)));
}

/**
 * Each thread allocates a block for its inode and goes on to the next where one is busy. In the original,
 * the block's flag is tested and set under the block's lock. For all who take that lock, what happens under
 * it is one atomic step, and here it is one: a commit of flag and inode on condition that the flag is absent.
 * The lock of the inode is left out, because no two threads have the same.
 */
function fileSystem(count: number): Program {
  const blocks = 26;
  const thread =
    (inode: number): Thread =>
    async (store) => {
      if (await store.load(`inode ${inode}`)) return;
      let block = (inode * 2) % blocks;
      while (
        !(await isPut(store, `busy ${block}`, true, { key: `inode ${inode}`, value: block }))
      ) {
        block = (block + 1) % blocks;
      }
    };
  return programOf(Array.from({ length: count }, (_, inode) => thread(inode)));
}

async function isPut(
  store: Store,
  key: string,
  value: unknown,
  ...besides: readonly { readonly key: string; readonly value: unknown }[]
): Promise<boolean> {
  try {
    await store.commit({ key, value, ifVersion: 'absent' }, ...besides);
    return true;
  } catch (error) {
    if (error instanceof ConcurrencyError) return false;
    throw error;
  }
}

const published: readonly (readonly [name: string, program: () => Program, traces: number])[] = [
  ['readers(2)', () => readers(2), 4],
  ['readers(8)', () => readers(8), 256],
  ['readers(11)', () => readers(11), 2_048],
  ['last zero(5)', () => lastZero(5), 64],
  ['last zero(10)', () => lastZero(10), 3_328],
  ['indexer(11)', () => indexer(11), 1],
  ['indexer(12)', () => indexer(12), 8],
  ['indexer(15)', () => indexer(15), 4_096],
  ['file system(13)', () => fileSystem(13), 1],
  ['file system(14)', () => fileSystem(14), 2],
  ['file system(16)', () => fileSystem(16), 8],
  ['file system(18)', () => fileSystem(18), 32],
  ['file system(19)', () => fileSystem(19), 64],
];

for (const [name, program, traces] of published) {
  test(`${name} has ${traces} inequivalent executions, and only those are run`, async () => {
    expect(await explored(program())).toEqual({ complete: traces, blocked: 0 });
  });
}

/**
 * The reduction that wakeup trees improve on: from each point all moves are tried but those asleep
 * (P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, 1996). Every
 * class is run to its end once, and many more runs end where all that is left sleeps.
 */
function bySleepSetsAlone(program: Program): {
  readonly complete: number;
  readonly blocked: number;
} {
  let complete = 0;
  let blocked = 0;
  type Sleeper = { readonly move: Move; readonly footprint: Footprint };
  const visit = (schedule: readonly Move[], asleep: readonly Sleeper[]): void => {
    const world = new World(program, 'none');
    for (const move of schedule) world.perform(move);
    const enabled = world.enabled();
    const awake = enabled.filter((move) => !asleep.some((each) => each.move === move));
    if (enabled.length === 0) complete += 1;
    else if (awake.length === 0) blocked += 1;
    const sleeping = [...asleep];
    for (const move of awake) {
      const next = new World(program, 'none');
      for (const each of [...schedule, move]) next.perform(each);
      const { footprint } = next;
      visit(
        [...schedule, move],
        sleeping.filter((each) => !dependent(each.footprint, footprint)),
      );
      sleeping.push({ move, footprint });
    }
  };
  visit([], []);
  return { complete, blocked };
}

test('sleep sets alone reach the same classes, and cut many executions short', async () => {
  for (const [program, waste] of [
    [() => readers(2), 31],
    [() => lastZero(2), 33],
  ] as const) {
    const { complete } = await explored(program());
    const alone = await outsidePromises(() => bySleepSetsAlone(program()));
    expect(alone).toEqual({ complete, blocked: waste });
  }
});

test('four actors with six operations, two of them on one document: 576 of 2.3·10¹² interleavings', async () => {
  const actor =
    (own: number): Thread =>
    async (store) => {
      await store.load(`own ${own}`);
      await store.load('shared');
      await store.commit({ key: `own ${own}`, value: 1 });
      await store.commit({ key: 'shared', value: own });
      await store.load(`own ${own}`);
      await store.commit({ key: `own ${own}`, value: 2 });
    };
  const { complete, blocked } = await explored(programOf([actor(0), actor(1), actor(2), actor(3)]));
  // Four writes in any order; the reader that writes in the nth place has seen one of n states.
  const classes = 4 * 3 * 2 * (1 * 2 * 3 * 4);
  expect(classes).toBe(576);
  expect(complete + blocked).toBeGreaterThanOrEqual(classes);
  expect(complete + blocked).toBeLessThanOrEqual(classes * 1.05);
});
