import { expect, test } from 'vitest';
import type { Scenario } from '../../lab/scenario.ts';
import { loadProgram } from '../../lab/program.ts';
import { bruteForce, explored, outsidePromises, subjectOf } from './programs.ts';

const source = `
import { ConcurrencyError } from '#lab';
let calls = 0;
export async function answer() { calls += 1; return { status: 200 }; }
export async function rest() {}
export async function write(delivery, { store }) {
  calls += 1;
  await store.commit({ key: 'd' + calls, value: delivery.deliveryCount });
}
export async function create(delivery, { store }) {
  try {
    await store.commit({ key: 'd0', value: delivery.deliveryCount, ifVersion: 'absent' });
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    await store.commit({ key: 'd1', value: delivery.deliveryCount });
  }
}`;

/** Small systems in which a search that is careless with faults misses something. */
const situations: Record<string, Omit<Scenario, 'name' | 'promises'>> = {
  'a crash here or there, in any order of two answers': {
    processes: { web: { 'POST /': 'run.ts#answer' }, worker: { 'queue jobs': 'run.ts#rest' } },
    traffic: {
      ada: (visitor) => visitor.post('/', { to: 'web' }),
      ben: (visitor) => visitor.post('/', { to: 'web' }),
    },
    faults: { crashes: 1 },
  },
  'an answer lost and a message twice, in any order of two answers': {
    processes: { web: { 'POST /': 'run.ts#answer' }, worker: { 'queue jobs': 'run.ts#rest' } },
    traffic: {
      ada: (visitor) => visitor.post('/', { to: 'web' }),
      ben: (visitor) => visitor.post('/', { to: 'web' }),
    },
    faults: { lostResponses: 1, duplicateDeliveries: 1 },
  },
  'a write that arrives after its process crashed, where a run was cut short': {
    processes: {
      web: { 'POST /': 'run.ts#answer', 'queue jobs': 'run.ts#write' },
      worker: { 'queue jobs': 'run.ts#write' },
    },
    traffic: { ada: (visitor) => visitor.post('/', { to: 'web' }) },
    faults: { crashes: 1 },
  },
  'a write that is refused where it comes later': {
    processes: {
      web: { 'POST /': 'run.ts#answer' },
      'worker #1': { 'queue jobs': 'run.ts#create' },
      'worker #2': { 'queue jobs': 'run.ts#create' },
    },
    traffic: { ada: (visitor) => visitor.post('/', { to: 'web', looksAt: () => ['d0'] }) },
    faults: { crashes: 1 },
  },
};

test.each(Object.entries(situations))('%s', { timeout: 120_000 }, async (name, situation) => {
  const subject = subjectOf({ 'run.ts': source });
  const scenario: Scenario = {
    name,
    queued: { jobs: [{ type: 'Job', body: 0 }] },
    deliveriesMost: 2,
    promises: {},
    ...situation,
  };
  await outsidePromises(() => {
    const all = bruteForce(loadProgram(scenario, subject), 10_000);
    const { classes, outcomes } = explored(loadProgram(scenario, subject));
    expect(outcomes).toEqual(all?.outcomes);
    expect(classes.length).toBe(new Set(classes).size);
    expect(classes.length).toBe(all?.classes.size);
  });
});
