import { expect, test } from 'vitest';
import type { Scenario } from '../../lab/scenario.ts';
import { loadProgram } from '../../lab/program.ts';
import { bruteForce, explored, outsidePromises, subjectOf } from './programs.ts';

/** Two people ask one process, and a worker does something of its own; nothing is shared but the faults. */
function twoAnswersAndAMessage(faults: NonNullable<Scenario['faults']>): Scenario {
  return {
    name: 'two answers and a message',
    processes: { web: { 'POST /': 'run.ts#answer' }, worker: { 'queue q0': 'run.ts#work' } },
    traffic: {
      ada: (visitor) => visitor.post('/', { to: 'web' }),
      ben: (visitor) => visitor.post('/', { to: 'web' }),
    },
    queued: { q0: [{ type: 'Do', body: 0 }] },
    faults,
    promises: {},
  };
}

const source = `
let answers = 0;
export async function answer() { answers += 1; return { status: 200, body: answers }; }
export async function work() {}`;

// A fault that one part of the system had may as well have been another's, in each order of their steps.
test.each([{ crashes: 1 }, { lostResponses: 1, duplicateDeliveries: 1 }])(
  'what is run because of a race meets the faults as well: %j',
  { timeout: 60_000 },
  async (faults) => {
    const subject = subjectOf({ 'run.ts': source });
    await outsidePromises(() => {
      const program = () => loadProgram(twoAnswersAndAMessage(faults), subject);
      const all = bruteForce(program(), 10_000);
      const { classes, outcomes } = explored(program());
      expect(outcomes).toEqual(all?.outcomes);
      expect(classes.length).toBe(new Set(classes).size);
      expect(classes.length).toBe(all?.classes.size);
    });
  },
);
