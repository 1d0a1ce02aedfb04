/**
 * The search against the plainest alternative: every interleaving without any reduction. On random small
 * programs both must meet the same classes of executions and the same outcomes, and the search none twice.
 * KATA_PROGRAMS says how many programs are compared (210), KATA_PROGRAMS_SEED which ones (1),
 * KATA_PROGRAMS_RUNS how many executions one may have by brute force (800).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Faults } from '../../lab/scenario.ts';
import type { Subject } from '../../lab/subject.ts';
import {
  bruteForce,
  explored,
  interpreter,
  outsidePromises,
  programOf,
  subjectOf,
  type Shape,
} from './programs.ts';

const programs = Number(process.env['KATA_PROGRAMS'] ?? 210);
const seed = Number(process.env['KATA_PROGRAMS_SEED'] ?? 1);
const runsMost = Number(process.env['KATA_PROGRAMS_RUNS'] ?? 800);

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
const manners = fc.constantFrom('', '', '', '!', '&', '%', '?');

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

/** Compares one program; undefined where brute force would take too long. */
function compare(
  each: Shape,
  subject: Subject,
  most: number,
): { readonly runs: number; readonly waste: number } | undefined {
  const enumerated = bruteForce(programOf(each, subject), most);
  if (!enumerated) return undefined;
  const { outcomes, classes, blocked } = explored(programOf(each, subject));
  expect(enumerated.torn).toEqual([]);
  expect(outcomes).toEqual(enumerated.outcomes);
  expect(new Set(classes).size).toBe(enumerated.classes.size);
  return { runs: enumerated.runs, waste: blocked + classes.length - enumerated.classes.size };
}

test(
  `the search and a brute-force enumeration agree on ${programs} random programs`,
  { timeout: 24 * 3_600_000 },
  async ({ annotate }) => {
    const subject = subjectOf({ 'run.ts': interpreter });
    let compared = 0;
    let wasted = 0;
    await fc.assert(
      fc.asyncProperty(shape, async (each) => {
        await outsidePromises(() => {
          const found = compare(each, subject, runsMost);
          // Too large for brute force, or too small to tell anything: drawn anew, and not counted.
          fc.pre(found !== undefined && found.runs > 1);
          compared += 1;
          wasted += found.waste;
        });
      }),
      { numRuns: programs, seed, maxSkipsPerRun: 1_000 },
    );
    await annotate(
      `${compared} programs, ${wasted} runs that were blocked or had been seen before`,
    );
    expect(compared).toBeGreaterThanOrEqual(programs);
    if (seed === 1) expect(wasted).toBe(0);
  },
);

/** Small programs that the search, or the dependencies that it goes by, once had wrong. */
const once: Record<string, Shape> = {
  'a stale completion that the broker forgets': {
    asked: [],
    queued: ['l0'],
    workers: 2,
    faults: { lockExpiries: 1, duplicateDeliveries: 1 },
  },
  'a delayed message that is on its way while a lock runs out': {
    asked: [],
    queued: ['y0>l0'],
    workers: 1,
    faults: { crashes: 1 },
  },
  'a clock that is read while locks expire': {
    asked: ['t0'],
    queued: ['U0'],
    workers: 1,
    faults: { lockExpiries: 1 },
  },
  'a delivery that begins a lock while another runs out': {
    asked: [],
    queued: ['n0', 'U0'],
    workers: 2,
    faults: { lockExpiries: 1 },
  },
  'an answer on its way while its process crashes': {
    asked: ['l0', 's1s0>l0'],
    together: true,
    faults: { crashes: 1 },
  },
  'a refused commit that could have been refused by another key': {
    asked: [],
    queued: ['w1d0', 'e0'],
    workers: 1,
    faults: { crashes: 1 },
  },
  'a webhook that fails and comes once more': {
    asked: ['v0>x0'],
    faults: { duplicateDeliveries: 1 },
  },
  'two desks of a third party': { asked: ['g0', 'g1'], apart: true },
  'two messages under one id': {
    asked: [],
    queued: ['i0>l0'],
    workers: 1,
    faults: { crashes: 2 },
  },
  'a lock that expires at either of two calls': {
    asked: [],
    queued: ['b0'],
    workers: 2,
    faults: { lockExpiries: 1 },
  },
  'a lock that expires once it was renewed': {
    asked: [],
    queued: ['s0>l0r0'],
    workers: 1,
    faults: { lockExpiries: 1 },
  },
  'another receiver while two calls are under way': { asked: ['b0'], queued: ['l0'], workers: 2 },
  'a crash elsewhere while somebody asks twice': { asked: ['n0', '&n0'], faults: { crashes: 1 } },
  'two crashes at two processes': { asked: ['s1s0>l0'], workers: 1, faults: { crashes: 2 } },
  'different clocks and two crashes': {
    asked: ['s0>l0'],
    workers: 1,
    faults: { crashes: 2 },
    skewed: true,
  },
  'a crash here and a lost answer there': {
    asked: ['l0', 'l0'],
    faults: { crashes: 1, lostResponses: 1 },
  },
  'one answer of two that is lost': {
    asked: ['l0', 'l0'],
    together: true,
    faults: { lostResponses: 1 },
  },
  'a crash before a commit that would be refused': { asked: ['c0', 'l0'], faults: { crashes: 1 } },
  'a refused commit, a 503 and an expiry': {
    asked: ['g0'],
    queued: ['e0l0'],
    workers: 1,
    faults: { lockExpiries: 1, unavailable: 1 },
  },
};

for (const [what, each] of Object.entries(once)) {
  test(`they agree on ${what}`, async () => {
    const subject = subjectOf({ 'run.ts': interpreter });
    await outsidePromises(() => {
      const found = compare(each, subject, 50_000);
      expect(found?.runs).toBeGreaterThan(1);
      expect(found?.waste).toBe(0);
    });
  });
}

// Too many dependencies are not wrong, but each costs: what nobody can tell apart is run once.
const cheap: Record<string, readonly [Shape, classes: number]> = {
  'two commits that are refused': [{ asked: ['c0', 'c0'] }, 1],
  'loads of one document': [{ asked: ['l0l0', 'l0'] }, 1],
  'a crash before a commit, and a load': [{ asked: ['w1', 'l1'], faults: { crashes: 1 } }, 9],
  'an outage of a third party, and somebody else who asks it': [
    { asked: ['g0', 'g0'], faults: { unavailable: 1 } },
    4,
  ],
  'sends to one queue': [{ asked: ['s1>', 's1>', 's1>'] }, 1],
  'desks that know nothing of each other': [{ asked: ['g0', 'g1'], apart: true }, 1],
};

for (const [what, [each, expected]] of Object.entries(cheap)) {
  test(`no more than needed is run: ${what}`, async () => {
    const subject = subjectOf({ 'run.ts': interpreter });
    const { classes, blocked } = await outsidePromises(() => explored(programOf(each, subject)));
    expect({ classes: classes.length, blocked }).toEqual({ classes: expected, blocked: 0 });
  });
}

test('as long as nobody looks at the time, no step depends on another because of it', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  const expiries: Shape = {
    asked: [],
    queued: ['n0', 'n0'],
    workers: 2,
    faults: { lockExpiries: 1 },
  };
  const [without, withTime] = await outsidePromises(() => {
    const seen = programOf(expiries, subject);
    seen.timeIsSeen = true;
    return [explored(programOf(expiries, subject)), explored(seen)];
  });
  expect(without!.classes.length).toBeLessThan(withTime!.classes.length);
  expect(without!.outcomes).toEqual(withTime!.outcomes);
});
