import { expect, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { loadProgram } from '../../lab/program.ts';
import { drawing } from '../../lab/sampling.ts';
import type { Scenario, SearchLimits } from '../../lab/scenario.ts';
import { run } from '../../lab/schedule.ts';
import { explored, interpreter, outsidePromises, scenarioOf, seen, subjectOf } from './programs.ts';

const options = { seed: 7, breathe: () => {} };

/** Breaks only where the other's third step comes between the third and the fourth of one that came first. */
const deep = `
export async function handle({ body }, { store }) {
  await store.load('start');
  const turn = await store.load('turn');
  await store.commit({ key: 'turn', value: body });
  const now = await store.load('turn');
  if (!turn && now.value !== body) await store.commit({ key: 'broken', value: true });
}`;

function deepScenario(search: SearchLimits): Scenario {
  return {
    name: 'two messages',
    queued: { q: [1, 2].map((body) => ({ type: 'Do', body })) },
    processes: {
      'worker #1': { 'queue q': 'run.ts#handle' },
      'worker #2': { 'queue q': 'run.ts#handle' },
    },
    promises: { kept: (outcome) => (outcome.document('broken') ? 'they met' : undefined) },
    search,
  };
}

test('the same seed draws the same schedules, another seed others', async () => {
  const subject = subjectOf({ 'run.ts': deep });
  const drawn = (seed: number): Promise<string> =>
    outsidePromises(() => {
      const program = loadProgram(deepScenario({}), subject);
      const schedules = Array.from({ length: 30 }, (_, turn) =>
        run(program, drawing(turn, seed, 16)).schedule.map(({ variant }) => variant),
      );
      return JSON.stringify(schedules);
    });
  expect(await drawn(3)).toBe(await drawn(3));
  expect(await drawn(3)).not.toBe(await drawn(4));
});

test('what is drawn is among what an exhaustive search sees', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  const scenario = scenarioOf({
    asked: ['l0w0'],
    queued: ['l0c0'],
    workers: 2,
    faults: { crashes: 1 },
  });
  await outsidePromises(() => {
    const all = explored(loadProgram(scenario, subject)).outcomes;
    const program = loadProgram(scenario, subject);
    const some = new Set<string>();
    for (let turn = 0; turn < 900; turn += 1) {
      some.add(seen(outcomeOf(run(program, drawing(turn, 1, 20)))));
    }
    expect(some.size).toBeGreaterThan(3);
    for (const each of some) expect(all).toContain(each);
  });
});

test('a bug that needs three steps in one order is drawn, and shrunk to what a search finds', async () => {
  const subject = subjectOf({ 'run.ts': deep });
  const sampled = await explore(deepScenario({ sample: 600 }), subject, options);
  expect(sampled.coverage).toMatchObject({ kind: 'sampled', schedules: 600, seed: 7 });
  const searched = await explore(deepScenario({}), subject, options);
  expect(searched.coverage.kind).toBe('exhaustive');
  const [drawn, found] = [sampled, searched].map(({ broken }) => broken.get('kept')?.story);
  expect(drawn?.so).toBe('they met');
  expect(drawn?.steps.length).toBe(found?.steps.length);
});

test('a search that may not go on is bounded, draws some more, and says so', async () => {
  const subject = subjectOf({ 'run.ts': deep });
  const { coverage } = await explore(deepScenario({ schedulesMost: 5 }), subject, options);
  expect(coverage).toMatchObject({ kind: 'bounded', seed: 7 });
  expect(coverage.schedules).toBeGreaterThan(5);
});
