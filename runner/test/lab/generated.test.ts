import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forAll } from '../../lab/generated.ts';
import { loadProgram } from '../../lab/program.ts';
import { execute } from '../../lab/schedule.ts';
import { slice, storyOf } from '../../lab/explore.ts';
import { followingToken, parseToken } from '../../lab/token.ts';
import { subjectOf } from './programs.ts';

/** Keeps a balance; whoever loads it twice at the same time loses one of the deposits. */
const careless = {
  'account.ts': `
export async function handle(delivery, { store }) {
  const account = await store.load('account');
  await store.commit({ key: 'account', value: account.value + delivery.body });
}`,
};

const deposits = forAll({
  name: 'deposits in any order',
  inputs: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
  most: 20,
  promises: ['all-count'],
  of: (amounts) => ({
    given: { account: 0 },
    processes: {
      'worker #1': { 'queue deposits': 'account.ts#handle' },
      'worker #2': { 'queue deposits': 'account.ts#handle' },
    },
    ...(amounts.length > 0 && {
      queued: { deposits: amounts.map((body) => ({ type: 'Deposit', body })) },
    }),
    promises: {
      'all-count': (outcome) => {
        const sum = amounts.reduce((total, each) => total + each, 0);
        const balance = outcome.document<number>('account')?.value;
        return balance === sum ? undefined : `${sum} were deposited, and ${balance} are there`;
      },
    },
  }),
});

test('the smallest input that breaks a promise is told, with its shortest schedule', async () => {
  const subject = subjectOf(careless);
  const { coverage, broken } = await deposits.explore(subject, 7, () => {});
  expect(coverage).toMatchObject({ kind: 'sampled', seed: 7 });
  const story = broken.get('all-count')?.story;
  // Two deposits of 1: fewer do not meet, smaller ones are not made.
  expect(story?.so).toBe('2 were deposited, and 1 are there');
  const again = await deposits.explore(subject, 7, () => {});
  expect(again.broken.get('all-count')?.story).toEqual(story);
});

test('the token of a generated input makes the input again', async () => {
  const subject = subjectOf(careless);
  const { broken } = await deposits.explore(subject, 7, () => {});
  const story = broken.get('all-count')?.story;
  const token = parseToken(story?.token ?? '');
  if ('code' in token) throw new Error(token.message);
  const replayed = await slice(() => {
    const program = loadProgram(deposits.again(token.input ?? ''), subject, token);
    return storyOf(program, execute(program, followingToken(token), 'steps'));
  });
  expect(replayed.steps).toEqual(expect.arrayContaining([...(story?.steps ?? [])]));
  expect(replayed.token).toBe(story?.token);
});

test('an input on which all is well is no failure', async () => {
  const careful = {
    'account.ts': `
import { ConcurrencyError } from '#lab';
export async function handle(delivery, { store }) {
  for (;;) {
    const account = await store.load('account');
    try {
      return await store.commit({ key: 'account', value: account.value + delivery.body, ifVersion: account.version });
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}`,
  };
  const { coverage, broken } = await deposits.explore(subjectOf(careful), 7, () => {});
  expect(broken.get('all-count')).toEqual({ count: 0, story: undefined });
  expect(coverage.schedules).toBeGreaterThan(20);
});

test('a mistake is told as it is, whatever the input', async () => {
  const subject = subjectOf({ 'account.ts': 'export const handle = 1;' });
  await expect(deposits.explore(subject, 7, () => {})).rejects.toMatchObject({
    mistake: { code: 'export-missing' },
  });
});
