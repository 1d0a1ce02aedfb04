/** Exercises in which a test is written, from the workspace to the screen. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miniWorkshop, type MiniWorkshop } from '../workshop.ts';

const hidden = `
import { judgeTest } from '#lab';
const tallyWith = (add) => (network) => {
  const tally = { total: 0 };
  return { add: (by) => void add(tally, by, network), total: () => tally.total };
};
judgeTest({
  name: 'numbers that are added at the same time',
  test: 'tally.ts#testTally',
  program: 'counter',
  right: {
    'the tally': tallyWith(async (tally, by, network) => {
      await network();
      tally.total += by;
    }),
  },
  mutants: {
    'that loses one of two numbers': tallyWith(async (tally, by, network) => {
      await network();
      const { total } = tally;
      await network();
      tally.total = total + by;
    }),
  },
});
`;

const asleep = `
declare function setTimeout(run: () => void, milliseconds: number): unknown;
type Open = (network: () => Promise<void>) => { add(by: number): void; total(): number };
export async function testTally(open: Open): Promise<void> {
  const tally = open(async () => {});
  tally.add(1);
  await new Promise<void>((resolve) => setTimeout(resolve, 60_000));
  if (tally.total() !== 1) throw new Error('it is wrong');
}
`;

const awake = `
import fc from 'fast-check';
type Open = (network: () => Promise<void>) => { add(by: number): void; total(): number };
export async function testTally(open: Open): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const tally = open(() => scheduler.schedule(Promise.resolve()));
      tally.add(1);
      tally.add(2);
      await scheduler.waitIdle();
      if (tally.total() !== 3) throw new Error('it is wrong');
    }),
  );
}
`;

/** The first exercise of the mini workshop as one in which a test is written. */
function workshopOfATest(): MiniWorkshop & { write(text: string): void } {
  const workshop = miniWorkshop();
  const exercise = join(workshop.root, 'exercises/01-tally');
  const json = JSON.parse(readFileSync(join(exercise, 'kata.json'), 'utf8')) as object;
  const promises = [
    ['passes-the-right-one', 'The test passes on a right tally'],
    ['rejects-every-mutant', 'The test rejects a wrong one'],
    ['never-sleeps', 'The test never sleeps'],
  ].map(([id, text]) => ({ id, text, ask: 'How would you know?' }));
  const breaks = ['rejects-every-mutant', 'never-sleeps'];
  writeFileSync(join(exercise, 'kata.json'), JSON.stringify({ ...json, promises, breaks }));
  writeFileSync(join(exercise, 'hidden/tally.test.ts'), hidden);
  writeFileSync(join(exercise, 'starter/tally.ts'), asleep);
  cpSync(join(exercise, 'starter'), join(workshop.root, 'solutions/01-tally'), { recursive: true });
  const file = join(workshop.workspace('01-tally'), 'tally.ts');
  return { ...workshop, write: (text) => writeFileSync(file, text) };
}

/** Without what depends on the machine. */
const still = (screen: string) => screen.replace(/ +(?:check \d+, [\d.]+ s|solved in .*)$/m, '');

test('a test is written: what it lets live, and what it waits for', async () => {
  const { kata, write } = workshopOfATest();
  await kata('next');
  const red = await kata('check');
  expect(red.exitCode).toBe(1);
  expect(still(red.stdout)).toMatchInlineSnapshot(`
    "  ✗ 01 tally

      ✓ The test passes on a right tally
      ✗ The test rejects a wrong one
        1 of 1 counter with a fault is not noticed:
          one that loses one of two numbers
      ✗ The test never sleeps
        broken with 2 of 2 counters
        so the test waits for the clock at tally.ts:7

      → How would you know?      stuck? kata hint"
  `);

  const replay = await kata('replay');
  expect(replay).toMatchObject({ exitCode: 2, stdout: '' });
  expect(replay.stderr).toMatch(/runs a test of your own/);
  expect(replay.stderr).toMatch(/fc\.assert\(property, \{ seed, path \}\)/);

  write(awake);
  const green = await kata('check');
  expect(green.exitCode).toBe(0);
  expect(still(green.stdout)).toMatchInlineSnapshot(`
    "  ✓ 01 tally

      ✓ The test passes on a right tally
      ✓ The test rejects a wrong one
      ✓ The test never sleeps

        1 right counter and 1 with a fault, with 20 seeds each: numbers that are
        added at the same time
        2,036 runs, with a new counter in each; those with a fault were rejected
        after 1.8 of 100 runs on average, and at worst after 4: the one that loses
        one of two numbers

      → kata next      compare: kata diff --solution
        why it holds: kata solution"
  `);
});

test('a red check as JSON says what lives', async () => {
  const { kata } = workshopOfATest();
  await kata('next');
  const { stdout } = await kata('check --json');
  expect(JSON.parse(stdout)).toMatchObject({
    passed: false,
    promises: [
      { promise: 'passes-the-right-one', holds: true, brokenIn: 0, tried: 1, unit: 'program' },
      {
        holds: false,
        brokenIn: 1,
        tried: 1,
        unit: 'mutant',
        program: 'counter',
        those: ['that loses one of two numbers'],
      },
      {
        holds: false,
        brokenIn: 2,
        tried: 2,
        unit: 'program',
        so: expect.stringContaining('tally.ts:7'),
      },
    ],
    coverage: [{ unit: 'mutant', right: 1, mutants: 1, seeds: 20, runs: 2 }],
  });
});

test('a loop without end in a test is stopped in its line', async () => {
  const { kata, write } = workshopOfATest();
  await kata('next');
  write(awake.replace('await scheduler.waitIdle();', 'while (tally.total() < 3);'));
  const stuck = await kata('check');
  expect(stuck.exitCode).toBe(2);
  expect(stuck.stderr).toMatch(/tally\.ts:\d+ .*runs here without end/);
});
