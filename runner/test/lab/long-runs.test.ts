/** Long executions: what is counted over one of them, and what is told where they are too long for a story. */
import { expect, test } from 'vitest';
import { explore, type Exploration } from '../../lab/explore.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { subjectOf } from './programs.ts';

const counts = `
export async function work({ body }, { store }) {
  await store.commit({ key: 'note-' + body.job, value: {} });
  if (body.job % 2 === 0) await store.commit({ key: 'note-' + body.job, delete: true });
}
`;

const manyJobs: Omit<Scenario, 'name'> = {
  queued: { jobs: [1, 2, 3, 4].map((job) => ({ type: 'Job', body: { job } })) },
  processes: { 'worker #1': { 'queue jobs': 'run.ts#work' } },
  promises: {
    tidy: (outcome) => {
      const { length } = outcome.documents('note-');
      return length === 0 ? undefined : `${length} notes are left`;
    },
  },
  measures: { notes: (now) => now.documents('note-').length },
};

function explored(scenario: Omit<Scenario, 'name'>, code = counts): Promise<Exploration> {
  const subject = subjectOf({ 'run.ts': code });
  return explore({ ...scenario, name: 'jobs' }, subject, { seed: 1, breathe: () => {} });
}

test('what is counted begins with the start, and each step adds a value', async () => {
  const { coverage } = await explored({ ...manyJobs, search: { sample: 3 } });
  const [notes, ...others] = coverage.curves!;
  expect(others).toEqual([]);
  expect(notes?.what).toBe('notes');
  // Delivered, committed and completed, and where the number is even, committed once more.
  expect(notes?.values).toHaveLength(1 + 4 * 3 + 2);
  expect(notes?.values[0]).toBe(0);
  expect(notes?.values.at(-1)).toBe(2);
  expect(Math.max(...notes!.values)).toBeGreaterThan(1);
});

test('the same seed gives the same curve, and a scenario that counts nothing has none', async () => {
  const search = { sample: 3 };
  const first = await explored({ ...manyJobs, search });
  const again = await explored({ ...manyJobs, search });
  expect(again.coverage).toEqual(first.coverage);
  const { measures: _, ...silent } = manyJobs;
  expect(await explored({ ...silent, search })).not.toHaveProperty('coverage.curves');
});

test('an exhaustive search counts over the schedule that it ran first', async () => {
  const { coverage } = await explored(manyJobs);
  expect(coverage).toMatchObject({ kind: 'exhaustive', curves: [{ what: 'notes' }] });
});

test('where nothing is told step by step, what is wrong is said all the same', async () => {
  const { broken } = await explored({ ...manyJobs, search: { sample: 3, stories: false } });
  expect(broken.get('tidy')).toEqual({ count: 3, story: undefined, so: '2 notes are left' });
});

test('an execution may take as many steps as its scenario says', async () => {
  const jobs = Array.from({ length: 200 }, (_, job) => ({ type: 'Job', body: { job: 2 * job } }));
  const many = { ...manyJobs, queued: { jobs }, search: { sample: 1 } };
  await expect(explored(many)).rejects.toThrow('more than 500 steps');
  const { broken } = await explored({ ...many, stepsMost: 1_000 });
  expect(broken.get('tidy')?.count).toBe(0);
});

test('no commit spans two databases, and each of the two can be written', async () => {
  const both = `
export async function work(delivery, { store }) {
  await store.commit({ key: 'order-7', value: 1 }, { key: 'order-8', value: 1 });
  await store.commit({ key: 'points-ada', value: 1 }, { key: 'token-1', value: 1 });
  await store.commit({ key: 'order-7', value: 2 }, { key: 'points-ada', value: 2 });
}
`;
  const scenario: Omit<Scenario, 'name'> = {
    queued: { jobs: [{ type: 'Job', body: {} }] },
    processes: { 'worker #1': { 'queue jobs': 'run.ts#work' } },
    databases: ['order-'],
    promises: {
      both: (outcome) =>
        outcome.documents('').every(({ value }) => value === 2) ? undefined : 'not both',
    },
  };
  const apart = await explored(scenario, both);
  expect(apart.broken.get('both')?.story?.steps.map(({ text }) => text)).toContain(
    'throws Error: order-7 and points-ada are in two databases, and no commit spans both',
  );
  const { databases: _, ...together } = scenario;
  const written = await explored(
    {
      ...together,
      promises: {
        both: (outcome) =>
          outcome.document('order-7')?.value === outcome.document('points-ada')?.value
            ? undefined
            : 'not both',
      },
    },
    both,
  );
  expect(written.broken.get('both')?.count).toBe(0);
});
