import { expect, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { subjectOf } from './programs.ts';

/** Asks the clock whether the lock still holds, and then counts: what was true then may not be true now. */
const careful = `
export async function handle(delivery, { store, clock }) {
  const before = await store.load('counter');
  if (clock.now() >= delivery.lockedUntil) throw new Error('too late');
  await store.commit({ key: 'counter', value: before.value + 1 });
}`;

const scenario: Scenario = {
  name: 'a lock that is checked',
  given: { counter: 0 },
  processes: {
    'worker #1': { 'queue jobs': 'run.ts#handle' },
    'worker #2': { 'queue jobs': 'run.ts#handle' },
  },
  queued: { jobs: [{ type: 'Job', body: 0 }] },
  faults: { lockExpiries: 1 },
  promises: {
    once: (outcome) => (outcome.history('counter').length > 2 ? 'it counted twice' : undefined),
  },
};

test('a lock may expire between the look at the clock and the write', async () => {
  const subject = subjectOf({ 'run.ts': careful });
  const { broken } = await explore(scenario, subject, { seed: 1, breathe: () => {} });
  expect(broken.get('once')?.story?.so).toBe('it counted twice');
});
