import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { drawing } from '../../lab/sampling.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import { costOf, execute, isLess, shrink, type Executed } from '../../lab/schedule.ts';
import type { Story } from '../../lab/verdict.ts';
import {
  interpreter,
  outsidePromises,
  programOf,
  scenarioOf,
  subjectOf,
  type Shape,
} from './programs.ts';

const refused = (outcome: Outcome): string | undefined =>
  outcome.refusedCommits > 0 ? 'a commit was refused' : undefined;
const twice = (outcome: Outcome): string | undefined =>
  outcome.messages('q0').some(({ deliveries }) => deliveries > 1) ? 'delivered twice' : undefined;
const zombie = (outcome: Outcome): string | undefined =>
  outcome.history('d0').length > 2 && outcome.faults('crash') > 0 ? 'written again' : undefined;

/** Each with a promise that some schedules break. */
const broken: Record<string, readonly [Shape, (outcome: Outcome) => string | undefined]> = {
  'a lost update': [{ asked: ['l0c0', 'l0c0', 'l1w1'] }, refused],
  'a late loser': [{ asked: ['l0l1c0', 'l1w0'], queued: ['l1w1'], workers: 1 }, refused],
  'a second delivery': [
    { asked: ['s0>u0', 'l1w1'], workers: 2, faults: { crashes: 1, duplicateDeliveries: 1 } },
    twice,
  ],
  'an expired lock': [
    { asked: ['w1'], queued: ['l0'], workers: 2, faults: { lockExpiries: 1 } },
    twice,
  ],
  'a write that comes again': [
    { asked: ['l1w1'], queued: ['w0'], workers: 1, faults: { crashes: 1, unknownOutcomes: 1 } },
    zombie,
  ],
};

async function storyOf(
  shape: Shape,
  promise: (outcome: Outcome) => string | undefined,
  search?: Scenario['search'],
  seed = 1,
): Promise<Story> {
  const { broken: breaches } = await explore(
    { ...scenarioOf(shape), promises: { promise }, ...(search && { search }) },
    subjectOf({ 'run.ts': interpreter }),
    { seed, breathe: () => undefined },
  );
  const { story } = breaches.get('promise')!;
  if (!story) throw new Error('nothing broke the promise');
  return story;
}

/** What happens in it, whoever of several equals does it, and in whatever order of equally simple ones. */
function read({ steps, so }: Story): unknown {
  const texts = steps.map((step) =>
    ('from' in step ? `${step.from} → ${step.to}: ${step.text}` : `${step.on}: ${step.text}`)
      .replaceAll(/ #\d|\ba\d/g, '')
      .replaceAll(/@\d|refused by \w+/g, ''),
  );
  return { texts: texts.toSorted(), so };
}

for (const [name, [shape, promise]] of Object.entries(broken)) {
  test(`${name}: what was drawn by chance shrinks to as simple a story as the exhaustive search tells`, async () => {
    const told = read(await storyOf(shape, promise));
    for (const seed of [1, 2, 3]) {
      expect(read(await storyOf(shape, promise, { sample: 300 }, seed))).toEqual(told);
    }
  });
}

test('a shrunk schedule breaks the same promise, costs no more, and cannot be shrunk further', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  let shrunk = 0;
  const which = fc.constantFrom(...Object.values(broken));
  await fc.assert(
    fc.asyncProperty(which, fc.nat({ max: 10_000 }), async ([shape, promise], turn) => {
      await outsidePromises(() => {
        const isBroken = ({ world }: Executed): boolean => promise(outcomeOf(world)) !== undefined;
        const program = programOf(shape, subject);
        const found = execute(program, drawing(turn, 1, 25));
        fc.pre(isBroken(found));
        const attempt = (): void => void (shrunk += 1);
        const simplest = shrink(program, found.schedule, isBroken, attempt);
        expect(isBroken(simplest)).toBe(true);
        expect(isLess(costOf(found.world), costOf(simplest.world))).toBe(false);
        const again = shrink(program, simplest.schedule, isBroken, attempt);
        expect(costOf(again.world)).toEqual(costOf(simplest.world));
      });
    }),
    { numRuns: 60, seed: 1, maxSkipsPerRun: 200 },
  );
  expect(shrunk).toBeGreaterThan(0);
});
