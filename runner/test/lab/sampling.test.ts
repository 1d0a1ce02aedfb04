import { expect, test } from 'vitest';
import { explore, type Exploration } from '../../lab/explore.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { drawing } from '../../lab/sampling.ts';
import { loadProgram } from '../../lab/program.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import { execute, run } from '../../lab/schedule.ts';
import { tokenOf } from '../../lab/token.ts';
import {
  explored,
  interpreter,
  outsidePromises,
  programOf,
  scenarioOf,
  seen,
  subjectOf,
  type Shape,
} from './programs.ts';

/** The ways to draw, in the order of their turns. */
const ways = ['random walk', 'POS', 'PCT'] as const;

const busy: Shape = {
  asked: ['l0c0s0>l0w1', 'l1w0'],
  queued: ['l0c0'],
  workers: 2,
  faults: { crashes: 1, duplicateDeliveries: 1 },
};

function drawn(shape: Shape, seed: number, turns: readonly number[]): Promise<readonly string[]> {
  const subject = subjectOf({ 'run.ts': interpreter });
  return outsidePromises(() => {
    const program = programOf(shape, subject);
    return turns.map((turn) =>
      tokenOf(program.signature, execute(program, drawing(turn, seed, 30))),
    );
  });
}

for (const [turn, way] of ways.entries()) {
  const turns = Array.from({ length: 12 }, (_, index) => turn + index * ways.length);

  test(`${way}: one seed draws the same schedules each time, and another seed others`, async () => {
    const first = await drawn(busy, 1, turns);
    expect(await drawn(busy, 1, turns)).toEqual(first);
    expect(await drawn(busy, 2, turns)).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(turns.length / 2);
  });

  test(`${way}: what is drawn is among what can happen`, async () => {
    const subject = subjectOf({ 'run.ts': interpreter });
    const shapes: readonly Shape[] = [
      { asked: ['l0w0', 'l0c0', 'b0'] },
      { asked: ['s0>l0c0'], queued: ['l0c0'], workers: 2, faults: { lockExpiries: 1 } },
      { asked: ['!l0g0'], workers: 1, faults: { crashes: 1, lostResponses: 1, unavailable: 1 } },
      {
        asked: ['t0', 'l0'],
        queued: ['y0>t0'],
        workers: 1,
        faults: { lockExpiries: 1 },
        skewed: true,
      },
    ];
    for (const shape of shapes) {
      await outsidePromises(() => {
        const all = explored(programOf(shape, subject));
        const program = programOf(shape, subject);
        const found = new Set<string>();
        for (let index = 0; index < 150; index += 1) {
          found.add(seen(outcomeOf(run(program, drawing(turn + index * ways.length, 1, 20)))));
        }
        expect([...found].filter((each) => !all.outcomes.has(each))).toEqual([]);
        expect(found.size).toBeGreaterThan(1);
      });
    }
  });
}

/**
 * Broken only when ben reads between ada's first and second write, ada between his two, and ben once more
 * behind her second: three orders that must be met, each among many steps of no account.
 */
const deep = `
const rest = async (store, who, count) => {
  for (let each = 0; each < count; each += 1) await store.load('own ' + who);
};
export async function ada(_, { store }) {
  await rest(store, 'ada', 5);
  await store.commit({ key: 'x', value: 1 });
  await rest(store, 'ada', 5);
  const y = (await store.load('y'))?.value;
  await store.commit({ key: 'x', value: 2 });
  await rest(store, 'ada', 3);
  return { status: 200, body: y };
}
export async function ben(_, { store }) {
  await rest(store, 'ben', 3);
  const first = (await store.load('x'))?.value;
  await store.commit({ key: 'y', value: 1 });
  await rest(store, 'ben', 5);
  const second = (await store.load('x'))?.value;
  return { status: 200, body: [first, second] };
}
`;

const deepScenario: Scenario = {
  name: 'three orders',
  processes: { 'web #1': { 'POST /': 'run.ts#ada' }, 'web #2': { 'POST /': 'run.ts#ben' } },
  traffic: {
    ada: (visitor) => visitor.post('/', { to: 'web #1' }),
    ben: (visitor) => visitor.post('/', { to: 'web #2' }),
  },
  promises: {
    deep: (outcome) => {
      const said = JSON.stringify([
        outcome.answers('ada')[0]?.body,
        outcome.answers('ben')[0]?.body,
      ]);
      return said === '[1,[1,2]]' ? 'all three orders were met' : undefined;
    },
  },
};

test('PCT finds a bug that needs three orders, at least as often as it promises', async () => {
  const schedules = 1_500;
  const subject = subjectOf({ 'run.ts': deep });
  const { found, stepsMost } = await outsidePromises(() => {
    const program = loadProgram(deepScenario, subject);
    let found = 0;
    let stepsMost = 0;
    for (let index = 0; index < schedules; index += 1) {
      const world = run(program, drawing(ways.indexOf('PCT') + index * ways.length, 1, 30));
      stepsMost = Math.max(stepsMost, world.schedule.length);
      if (deepScenario.promises['deep']!(outcomeOf(world)) !== undefined) found += 1;
    }
    return { found, stepsMost };
  });
  // With probability 1 / (n · k²) for n actors and k steps, at depth 3.
  const actors = 4;
  expect(found).toBeGreaterThanOrEqual(Math.ceil(schedules / (actors * stepsMost ** 2)));
});

function judged(
  shape: Shape,
  search: Scenario['search'],
  seed = 1,
  promise: (outcome: Outcome) => string | undefined = () => undefined,
): Promise<Exploration> {
  return explore(
    { ...scenarioOf(shape), promises: { promise }, ...(search && { search }) },
    subjectOf({ 'run.ts': interpreter }),
    { seed, breathe: () => undefined },
  );
}

const refused = (outcome: Outcome): string | undefined =>
  outcome.refusedCommits > 0 ? 'a commit was refused' : undefined;

test('a search that comes to its end is exhaustive, and draws nothing', async () => {
  const { coverage } = await judged({ asked: ['l0w0', 'l0w0'] }, undefined);
  expect(coverage).toMatchObject({ kind: 'exhaustive', blocked: 0 });
  expect(coverage).not.toHaveProperty('seed');
});

test('a search that gives up is bounded, says how far it came, and draws more by its seed', async () => {
  const { coverage, broken } = await judged(busy, { schedulesMost: 20 }, 7, refused);
  expect(coverage).toMatchObject({ kind: 'bounded', schedules: 3_020, seed: 7 });
  // The breach lies beyond the first twenty schedules.
  expect(broken.get('promise')?.count).toBeGreaterThan(0);
  expect(broken.get('promise')?.story?.so).toBe('a commit was refused');
});

test('schedules that were drawn on request are sampled, as many as asked for', async () => {
  const first = await judged(busy, { sample: 300 }, 3, refused);
  expect(first.coverage).toMatchObject({ kind: 'sampled', schedules: 300, blocked: 0, seed: 3 });
  expect(first.coverage.bounds.every(({ seen: times }) => times > 0)).toBe(true);
  const again = await judged(busy, { sample: 300 }, 3, refused);
  expect(again).toEqual(first);
  const other = await judged(busy, { sample: 300 }, 4, refused);
  expect(other.broken.get('promise')?.count).not.toBe(first.broken.get('promise')?.count);
});
