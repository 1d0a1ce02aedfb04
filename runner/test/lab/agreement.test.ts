/**
 * The search against the plainest alternative: every interleaving without any reduction. On random small
 * programs both must meet the same classes of executions and the same outcomes, and the search none twice.
 * KATA_PROGRAMS says how many programs are compared (250), KATA_PROGRAMS_SEED which ones (1),
 * KATA_PROGRAMS_RUNS how many executions one may have by brute force (1,500).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Faults } from '../../lab/scenario.ts';
import {
  bruteForce,
  explored,
  interpreter,
  outsidePromises,
  programOf,
  subjectOf,
  type Shape,
} from './programs.ts';

const programs = Number(process.env['KATA_PROGRAMS'] ?? 250);
const seed = Number(process.env['KATA_PROGRAMS_SEED'] ?? 1);
const runsMost = Number(process.env['KATA_PROGRAMS_RUNS'] ?? 1_500);

const key = fc.constantFrom('0', '1');
const plain = fc.constantFrom('l', 'w', 'c', 'd', 'e', 'b', 't', 'n', 'u', 'g', 'x');
const settling = fc.constantFrom('C', 'A', 'D', 'R', 'U', 'r', 'k');
/** Their effect is what somebody else is told. */
const telling = fc.constantFrom('s', 'i', 'y', 'p', 'v', 'a');

function operations(letters: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(letters, key), { minLength: 1, maxLength: most })
    .map((pairs) => pairs.map((pair) => pair.join('')).join(''));
}

const forDelivery = operations(
  fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: settling }),
  2,
);
/** Up to three operations, the last of which may tell somebody else something. */
const told: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: operations(plain, 3) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.option(operations(plain, 1), { nil: '' }),
        telling,
        key,
        fc.option(fc.tuple(telling, key), { nil: ['', ''] as const, freq: 3 }),
        forDelivery,
      )
      .map(([before, way, to, second, rest]) => `${before}${way}${to}${second.join('')}>${rest}`),
  },
);
const manners = fc.constantFrom('', '', '', '!', '&', '?');

const faults: fc.Arbitrary<Faults> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(
    { crashes: 1 },
    { crashes: 2 },
    { unknownOutcomes: 1 },
    { lockExpiries: 1 },
    { duplicateDeliveries: 1 },
    { lostResponses: 1 },
    { unavailable: 1 },
  ),
  fc.record({
    crashes: fc.constantFrom(0, 1),
    unknownOutcomes: fc.constantFrom(0, 0, 1),
    lockExpiries: fc.constantFrom(0, 1),
    duplicateDeliveries: fc.constantFrom(0, 1),
    lostResponses: fc.constantFrom(0, 1),
    unavailable: fc.constantFrom(0, 0, 1),
  }),
);

const shape: fc.Arbitrary<Shape> = fc
  .record({
    asked: fc.array(
      fc.tuple(manners, told).map((parts) => parts.join('')),
      { maxLength: 3 },
    ),
    together: fc.boolean(),
    webWorks: fc.constantFrom(false, false, true),
    queued: fc.array(fc.oneof(told, forDelivery), { maxLength: 2 }),
    workers: fc.constantFrom(1, 1, 2),
    faults,
    skewed: fc.constantFrom(false, false, false, true),
    apart: fc.boolean(),
  })
  .filter(({ asked, queued }) => asked.length + queued.length > 0);

test(
  `the search and a brute-force enumeration agree on ${programs} random programs`,
  { timeout: 24 * 3_600_000 },
  async () => {
    const subject = subjectOf({ 'run.ts': interpreter });
    let compared = 0;
    let blocked = 0;
    await fc.assert(
      fc.asyncProperty(shape, async (each) => {
        await outsidePromises(() => {
          const enumerated = bruteForce(programOf(each, subject), runsMost);
          // Too large for brute force, or too small to tell anything: drawn anew, and not counted.
          fc.pre(enumerated !== undefined && enumerated.runs > 1);
          const { outcomes, classes, blocked: waste } = explored(programOf(each, subject));
          expect(enumerated.torn).toEqual([]);
          expect(classes.length).toBe(new Set(classes).size);
          expect(outcomes).toEqual(enumerated.outcomes);
          expect(classes.length).toBe(enumerated.classes.size);
          compared += 1;
          blocked += waste;
        });
      }),
      { numRuns: programs, seed, maxSkipsPerRun: 1_000 },
    );
    expect(compared).toBeGreaterThanOrEqual(programs);
    expect(blocked).toBe(0);
  },
);
