import { expect, test } from 'vitest';
import { MistakeError } from '../../lab/mistake.ts';
import { putToTheTest, type Tested, type Testing } from '../../lab/mutants.ts';
import type { Mistake } from '../../lab/verdict.ts';
import { folderOf } from './programs.ts';

type Network = (what: string) => Promise<void>;
/** Adds a number, where it is told to by way of the network. */
type Add = (tally: { total: number; added: number }, by: number, network: Network) => Promise<void>;

const tallyWith = (add: Add) => (network: Network) => {
  const tally = { total: 0, added: 0 };
  return {
    add: (by: number) => void add(tally, by, network).then(() => (tally.added += 1)),
    total: () => tally.total,
    added: () => tally.added,
  };
};

const testing: Testing = {
  name: 'a tally, and numbers that are added at the same time',
  test: 'tally-test.ts#testTally',
  program: 'tally',
  right: {
    'the tally': tallyWith(async (tally, by, network) => {
      await network('add');
      tally.total += by;
    }),
    'a tally in two steps': tallyWith(async (tally, by, network) => {
      await network('reserve');
      await network('add');
      tally.total += by;
    }),
  },
  mutants: {
    'that loses one of two numbers': tallyWith(async (tally, by, network) => {
      await network('load');
      const { total } = tally;
      await network('store');
      tally.total = total + by;
    }),
    'that adds ones only': tallyWith(async (tally, _by, network) => {
      await network('add');
      tally.total += 1;
    }),
  },
};

/** A property of two numbers, with these lines as its body: the first of them is line 7. */
const property = (...lines: readonly string[]) =>
  [
    "import fc from 'fast-check';",
    'const must = (holds, otherwise) => { if (!holds) throw new Error(otherwise); };',
    'export async function testTally(open) {',
    '  await fc.assert(fc.asyncProperty(fc.scheduler(), async (s) => {',
    '    const tally = open((what) => s.schedule(Promise.resolve(), what));',
    '    tally.add(1); tally.add(2);',
    ...lines,
    '  }));',
    '}',
  ].join('\n');

const good = property(
  'await s.waitIdle();',
  'must(tally.total() === 3, `it says ${tally.total()}`);',
);

function tested(
  source: string,
  changes: Partial<Testing> = {},
  others: Readonly<Record<string, string>> = {},
): Promise<Tested> {
  const folder = folderOf({ 'tally-test.ts': source, ...others });
  return putToTheTest({ ...testing, ...changes }, folder, () => undefined);
}

async function mistakeIn(source: string): Promise<Mistake & { line: number | undefined }> {
  const error = await tested(source).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MistakeError)) throw error ?? new Error('no mistake was found');
  return { ...error.mistake, line: error.mistake.at?.line };
}

const kept = { holds: true, brokenIn: 0 };

test('a good test passes with every right program and rejects every mutant, with each of 20 seeds', async () => {
  const { verdicts, coverage } = await tested(good);
  expect(verdicts).toEqual({
    'passes-the-right-one': { ...kept, tried: 2, unit: 'program', program: 'tally' },
    'rejects-every-mutant': { ...kept, tried: 2, unit: 'mutant', program: 'tally' },
    'never-sleeps': { ...kept, tried: 4, unit: 'program', program: 'tally' },
  });
  expect(coverage).toMatchObject({ unit: 'mutant', right: 2, mutants: 2, seeds: 20 });
  // Each right program in 100 runs with each seed, and each mutant until it is rejected.
  expect(coverage.runs).toBeGreaterThan(2 * 20 * 100);
});

test('a test in which nothing ever meets is told so, once it does not sleep', async () => {
  const oneByOne = good.replace(
    'tally.add(1); tally.add(2);',
    'tally.add(1); await s.waitIdle(); tally.add(2);',
  );
  const { verdicts } = await tested(oneByOne);
  expect(verdicts['rejects-every-mutant']).toMatchObject({
    those: ['that loses one of two numbers'],
    so: 'in no run are two calls of the tally under way at the same time, and nothing could come in another order',
  });
  const asleep = oneByOne.replace(
    'await s.waitIdle();',
    'await new Promise((r) => setTimeout(r));',
  );
  expect((await tested(asleep)).verdicts['rejects-every-mutant']).not.toHaveProperty('so');
  // Here they meet, and nobody looks.
  const blind = good.replace('=== 3', '> 0');
  expect((await tested(blind)).verdicts['rejects-every-mutant']).not.toHaveProperty('so');
});

test('what is no promise arrives whenever it likes, and nothing is said of who meets', async () => {
  const instant = good
    .replace('s.schedule(Promise.resolve(), what)', '({ then: (go) => go() })')
    .replace('tally.add(1); tally.add(2);', 'tally.add(1); await null; await null; tally.add(2);');
  const { verdicts } = await tested(instant.replace('=== 3', '> 0'));
  expect(verdicts['rejects-every-mutant']).toMatchObject({ brokenIn: 2 });
  expect(verdicts['rejects-every-mutant']).not.toHaveProperty('so');
});

test('how soon each mutant was rejected is told in runs', async () => {
  const { coverage } = await tested(good);
  const { runs, runsOfRight, rejections } = coverage;
  expect(runsOfRight).toBe(100);
  expect(rejections.map(({ mutant }) => mutant)).toEqual(Object.keys(testing.mutants));
  const [byChance, atOnce] = rejections;
  // Two of three orders are wrong: sometimes it takes a second draw, or a third.
  expect(byChance!.runsMean).toBeGreaterThan(1);
  expect(byChance!.runsMost).toBeGreaterThan(byChance!.runsMean);
  expect(atOnce).toEqual({ mutant: 'that adds ones only', runsMean: 1, runsMost: 1 });
  expect(runs).toBe(2 * 20 * 100 + 20 * byChance!.runsMean + 20);
});

test('a mutant that lives with one of the seeds is not among the rejected', async () => {
  const { coverage } = await tested(good.replace('}));', '}), { numRuns: 2 });'));
  expect(coverage).toMatchObject({ mutants: 2, runsOfRight: 2 });
  expect(coverage.rejections).toEqual([
    { mutant: 'that adds ones only', runsMean: 1, runsMost: 1 },
  ]);
});

test('a mutant that lives is told by its kind', async () => {
  const { verdicts } = await tested(
    property('await s.waitIdle();', 'must(tally.total() > 1, "nothing was added");'),
  );
  expect(verdicts['rejects-every-mutant']).toMatchObject({ brokenIn: 1, tried: 2 });
  expect(verdicts['rejects-every-mutant'].those).toEqual(['that adds ones only']);
  expect(verdicts['passes-the-right-one']).toMatchObject(kept);
});

test('a mutant that was rejected by luck is told with the seed', async () => {
  const { verdicts } = await tested(good.replace('}));', '}), { numRuns: 2 });'));
  expect(verdicts['rejects-every-mutant'].those).toEqual([
    expect.stringMatching(
      /^that loses one of two numbers \(noticed with (seed 1|seeds 1 to \d+), not with \d+\)$/,
    ),
  ]);
});

test('what a test says of a right program is told with its line', async () => {
  const { verdicts } = await tested(
    property('await s.waitIdle();', 'must(tally.total() === 2, `it says ${tally.total()}`);'),
  );
  expect(verdicts['passes-the-right-one']).toMatchObject({ holds: false, brokenIn: 2, tried: 2 });
  expect(verdicts['passes-the-right-one'].so).toBe(
    'nothing is wrong with the tally, and the test rejects it: it says 3 (tally-test.ts:2), ' +
      'with { seed: 1, path: "0" }',
  );
});

test('so is what it stumbles over itself', async () => {
  const { verdicts } = await tested(property('await s.waitIdle();', 'tally.totals.sum;'));
  expect(verdicts['passes-the-right-one'].so).toMatch(
    /the test rejects it: TypeError: Cannot read properties of undefined.* \(tally-test\.ts:8\), with /,
  );
});

test('a right program that differs is told by its difference', async () => {
  const { verdicts } = await tested(
    property('await s.waitNext(2);', 'must(tally.total() === 3, `it says ${tally.total()}`);'),
  );
  expect(verdicts['passes-the-right-one'].so).toMatch(
    /^nothing is wrong with a tally in two steps,/,
  );
});

test('a test that never begins what it is given is told so', async () => {
  const { verdicts } = await tested('export async function testTally() {}');
  expect(verdicts['rejects-every-mutant']).toMatchObject({ brokenIn: 2 });
  expect(verdicts['rejects-every-mutant'].so).toMatch(/the test never begins the tally/);
  expect(verdicts['rejects-every-mutant']).not.toHaveProperty('those');
});

// Time

test('a test that sleeps is told its lines, also where another file sleeps for it; no time passes', async () => {
  const sleep = 'export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));';
  const source = [
    "import { sleep } from './sleep.ts';",
    'export async function testTally(open) {',
    '  const tally = open(() => sleep(1_000 * Math.random()));',
    '  tally.add(1);',
    '  await sleep(86_400_000);',
    '  if (tally.total() !== 1) throw new Error("slow");',
    '}',
  ].join('\n');
  const { verdicts } = await tested(source, {}, { 'sleep.ts': sleep });
  expect(verdicts['never-sleeps']).toMatchObject({ holds: false, brokenIn: 4, tried: 4 });
  expect(verdicts['never-sleeps'].so).toBe(
    'the test waits for the clock at tally-test.ts:3, tally-test.ts:5',
  );
  expect(verdicts['passes-the-right-one']).toMatchObject(kept);
});

test('timers run in the order of their time, and the clock goes with them', async () => {
  const source = [
    'export async function testTally() {',
    '  const told = [];',
    '  const began = Date.now();',
    '  const tick = setInterval(() => told.push("tick"), 10);',
    '  const never = setTimeout(() => told.push("never"), 15);',
    '  setImmediate(() => clearTimeout(never));',
    '  await new Promise((resolve) => setTimeout(resolve, 25, "later"));',
    '  clearInterval(tick);',
    '  throw new Error([...told, Date.now() - began].join(" "));',
    '}',
  ].join('\n');
  const { verdicts } = await tested(source);
  expect(verdicts['passes-the-right-one'].so).toMatch(/: tick tick 25 \(/);
});

// What never ends

test.each([
  ['await s.waitNext(9);', 'waitNext'],
  ['await new Promise(() => {});', 'await'],
  ['const added = s.schedule(Promise.resolve()); await added;', 'await'],
])('%s waits for what never comes, in its line', async (line) => {
  const mistake = await mistakeIn(property('', line));
  expect(mistake).toMatchObject({ code: 'never-settled', line: 8 });
  expect(mistake.message).toMatch(/^The test waits for something that never comes/);
  expect(mistake.remedy).toMatch(/waitIdle/);
});

test('a test that waits for ever with a mutant does not reject it', async () => {
  const waits = property(
    'await s.waitIdle();',
    'if (tally.total() !== 3) await new Promise(() => {});',
  );
  const { verdicts } = await tested(waits);
  expect(verdicts['rejects-every-mutant']).toMatchObject({ brokenIn: 2 });
  expect(verdicts['rejects-every-mutant'].those).toContain(
    'that adds ones only (the test waits for what never comes at tally-test.ts:8)',
  );
});

test.each([
  ['for (;;) open(async () => {});', /begins more than 1,000 programs in one go/],
  ['for (;;) await new Promise((resolve) => setTimeout(resolve, 1));', /more than 50,000 timers/],
])('%s is stopped', async (line, says) => {
  const mistake = await mistakeIn(`export async function testTally(open) {\n${line}\n}`);
  expect(mistake).toMatchObject({ code: 'never-settled', line: 2 });
  expect(mistake.message).toMatch(says);
});

test('a program whose calls never arrive is stopped', async () => {
  const again = tallyWith(async (_tally, _by, network) => {
    for (;;) await network('add').catch(() => undefined);
  });
  const source = property('await s.waitIdle();').replace(
    's.schedule(Promise.resolve(), what)',
    's.schedule(Promise.reject(new Error("lost")), what)',
  );
  await expect(tested(source, { right: { 'the tally': again } })).rejects.toMatchObject({
    mistake: { code: 'never-settled', message: expect.stringMatching(/more than 2,000 calls/i) },
  });
});

// What nobody waits for

test('a property that nobody awaits is told', async () => {
  const mistake = await mistakeIn(good.replace('await fc.assert', 'void fc.assert'));
  expect(mistake).toMatchObject({ code: 'floating-promise', line: 5 });
  expect(mistake.remedy).toMatch(/Await what fc\.assert returns/);
});

test('an assertion whose failure reaches nobody is told with its line', async () => {
  const lonely = property(
    'void s.waitIdle().then(() => {',
    '  if (tally.total() !== 2) throw new Error(`it says ${tally.total()}`);',
    '});',
  );
  const mistake = await mistakeIn(lonely);
  expect(mistake).toMatchObject({ code: 'floating-promise', line: 8 });
  expect(mistake.message).toMatch(/nobody waits for: Error: it says \d/);
});

// The same again

test('the same test has the same verdict, whatever it draws', async () => {
  const source = [
    "import fc, { sample } from 'fast-check';",
    'fc.configureGlobal({ numRuns: 3 });',
    'export async function testTally(open) {',
    '  const [by] = sample(fc.nat(), 1);',
    '  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.nat(), async (s, other) => {',
    '    throw new Error([by, other, Math.random(), Date.now()].join(" "));',
    '  }));',
    '}',
  ].join('\n');
  const first = await tested(source);
  expect(first.verdicts['passes-the-right-one'].so).toMatch(/rejects it: \d+ \d+ 0\.\d+ \d+ \(/);
  expect(await tested(source)).toEqual(first);
});

test('nothing is left of one go in the next', async () => {
  const source = `let goes = 0;\n${good.replace('{\n  await', '{\n  if (++goes > 1) throw new Error("again");\n  await')}`;
  const { verdicts } = await tested(source);
  expect(verdicts['passes-the-right-one']).toMatchObject(kept);
});

test('what the language gives is left as it is', async () => {
  const mistake = await mistakeIn(`${good}\nArray.prototype.seen = true;`);
  expect(mistake).toMatchObject({ code: 'left-the-lab' });
  expect(mistake.message).toMatch(/leaves “seen” in Array\.prototype/);
  expect('seen' in Array.prototype).toBe(false);
});

test('fast-check reports a promise only after a moment, which is no end', async () => {
  const source = good.replace(
    'fc.asyncProperty(fc.scheduler(), async (s) => {',
    'fc.asyncProperty(fc.scheduler(), fc.constant(new Promise(() => {})), async (s) => {',
  );
  const { verdicts } = await tested(source);
  expect(verdicts['rejects-every-mutant']).toMatchObject(kept);
});

// Whatever else a file can do wrong

test.each([
  ["import { test } from 'vitest';", 'import-refused', /imports 'vitest'/],
  ['const now = performance.now();', 'left-the-lab', /^performance leads out of the lab/],
  ['const test = eval("1");', 'left-the-lab', /^eval leads out of the lab/],
])('%s is refused in its line', async (line, code, says) => {
  const mistake = await mistakeIn(`\n${line}\n${good}`);
  expect(mistake).toMatchObject({ code, line: 2 });
  expect(mistake.message).toMatch(says);
});

test('a file without the test is told', async () => {
  expect(await mistakeIn('export const other = 1;')).toMatchObject({ code: 'export-missing' });
});
