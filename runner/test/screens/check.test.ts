import { expect, test } from 'vitest';
import type { Judgement } from '../../src/domain/judgement.ts';
import { checkView } from '../../src/views/check.ts';
import { explored, green, lostIntent, narrow, red, standingOf, wide, wordy } from './samples.ts';

const third = standingOf('lost-intent', { checks: 3, timeMs: 5 * 60_000 });
const solved = standingOf('lost-intent', {
  state: 'solved',
  checks: 5,
  solvedAtCheck: 5,
  timeMs: 8.2 * 60_000,
});

function check(judgement: Judgement, screen = wide, standing = third): string {
  return `\n${checkView(screen, lostIntent, judgement, standing)}\n`;
}

test('a failed check: the promises, the shortest story, what is wrong, what to ask oneself', () => {
  expect(check(red)).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                                               check 3, 0.9 s

      ✗ Every cart that a customer saw as submitted becomes an order
        broken in 3 of 41 schedules; the simplest has 6 steps
      ✓ No order for a cart that was not submitted

        the web process crashes between its commit and its message:

           customer  web   store  broker                                checkout.ts
               │      │      │       │
               ├─────►│      │       │     POST submit
               │      ├─────►│       │     commit cart-7: v2 submitted          :14
               │◄─────┤      │       │     200
               │      ✖      │       │     crash before send SubmitOrder, and   :16
               │      │      │       │       with it goes the message that was not
               │      │      │       │       sent yet
               │      ⟳      │       │     boots again, its memory is lost
               │      │      │       •     holds no SubmitOrder

        so      cart-7 is submitted for its customer, and no SubmitOrder exists
        passes  when the crash comes one step later
        replay  kata replay 02.14f1c0k

      → what does the customer do next, and what would your code do then?
        stuck? kata hint
    "
  `);
});

test('a failed check on a narrow screen: names in several rows, lifelines close together', () => {
  expect(check(red, narrow)).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                           check 3, 0.9 s

      ✗ Every cart that a customer saw as submitted becomes an
        order
        broken in 3 of 41 schedules; the simplest has 6 steps
      ✓ No order for a cart that was not submitted

        the web process crashes between its commit and its
        message:

           customer     broker                      checkout.ts
               │  web      │
               │   │ store │
               │   │   │   │
               ├──►│   │   │     POST submit
               │   ├──►│   │     commit cart-7: v2 submitted
               │   │   │   │                                :14
               │◄──┤   │   │     200
               │   ✖   │   │     crash before send          :16
               │   │   │   │       SubmitOrder, and with it
               │   │   │   │       goes the message that was
               │   │   │   │       not sent yet
               │   ⟳   │   │     boots again, its memory is
               │   │   │   │       lost
               │   │   │   •     holds no SubmitOrder

        so      cart-7 is submitted for its customer, and no
                SubmitOrder exists
        passes  when the crash comes one step later
        replay  kata replay 02.14f1c0k

      → what does the customer do next, and what would your
        code do then?
        stuck? kata hint
    "
  `);
});

test('a failed check without line drawing', () => {
  expect(check(red, wordy)).toMatchInlineSnapshot(`
    "
      x 02 lost-intent                                               check 3, 0.9 s

      x Every cart that a customer saw as submitted becomes an order
        broken in 3 of 41 schedules; the simplest has 6 steps
      ok No order for a cart that was not submitted

        the web process crashes between its commit and its message:

           1. customer to web: POST submit
           2. web to store: commit cart-7: v2 submitted  checkout.ts:14
           3. web to customer: 200
           4. web: crash before send SubmitOrder, and with it goes the message that
              was not sent yet  checkout.ts:16
           5. web: boots again, its memory is lost
           6. broker: holds no SubmitOrder

        so      cart-7 is submitted for its customer, and no SubmitOrder exists
        passes  when the crash comes one step later
        replay  kata replay 02.14f1c0k

      -> what does the customer do next, and what would your code do then?
         stuck? kata hint
    "
  `);
});

test('a passed check: how long it took, and what was covered', () => {
  expect(check(green, wide, solved)).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent                                 solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an order
      ✓ No order for a cart that was not submitted

        all 1,204 inequivalent schedules with ≤ 1 crash and ≤ 2 duplicate
        deliveries
        seen on the way: a crash in 412 of them, a duplicate delivery in 388, “the
        message was sent twice” in 97

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
});

test('a passed check on a narrow screen', () => {
  expect(check(green, narrow, solved)).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent             solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an
        order
      ✓ No order for a cart that was not submitted

        all 1,204 inequivalent schedules with ≤ 1 crash and ≤ 2
        duplicate deliveries
        seen on the way: a crash in 412 of them, a duplicate
        delivery in 388, “the message was sent twice” in 97

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
});

test('promises that nothing put to the test are no pass', () => {
  const coverage = explored.map((each) => ({
    ...each,
    goals: each.goals.map(({ goal }) => ({ goal, seen: 0 })),
  }));
  const screen = check({ ...green, coverage, passed: false });
  expect(screen).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                                               check 3, 1.3 s

      ✓ Every cart that a customer saw as submitted becomes an order
      ✓ No order for a cart that was not submitted
      ✗ No schedule shows “the message was sent twice”, so that the promises were
        not put to the test
        not in 1,008 schedules of: one click, and the web process crashes

        all 1,204 inequivalent schedules with ≤ 1 crash and ≤ 2 duplicate
        deliveries
        seen on the way: a crash in 412 of them, a duplicate delivery in 388

      → Why can this never happen with your code?      stuck? kata hint
    "
  `);
});

test('a check of what was solved before tells how long the check took', () => {
  expect(check(green, wide, { ...solved, checks: 6 })).toMatch(/ {3}check 6, 1\.3 s$/m);
});

test('a search that was not finished, or drawn by chance, is never called all', () => {
  const [first, second] = explored;
  const coverage = [
    { ...first, kind: 'bounded' as const, seed: 7 },
    { ...second, kind: 'sampled' as const, seed: 7 },
  ];
  const screen = check({ ...green, coverage }, wide, solved);
  const half = check({ ...green, coverage: [first, coverage[1]!] }, wide, solved);
  expect(half).toContain('    all 196 inequivalent schedules of two clicks in two web processes\n');
  expect(screen).not.toMatch(/\ball\b/);
  expect(screen).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent                                 solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an order
      ✓ No order for a cart that was not submitted

        196 schedules explored, the last of them drawn by chance from seed 7; the
        search was not finished: two clicks in two web processes
        1,008 schedules with ≤ 1 crash and ≤ 2 duplicate deliveries, drawn by
        chance from seed 7: one click, and the web process crashes
        seen on the way: a crash in 412 of them, a duplicate delivery in 388, “the
        message was sent twice” in 97

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
});

test('a broken promise without a story still asks its question', () => {
  const promises = red.promises.map(({ promise, holds, brokenIn, tried, unit }) => ({
    promise,
    holds,
    brokenIn,
    tried,
    unit,
  }));
  const screen = check({ ...red, promises });
  expect(screen).toContain('broken in 3 of 41 schedules\n');
  expect(screen).toContain('→ what does the customer do next');
});

test('what was tried may be states, or mutants, and need no story', () => {
  const [first, second] = red.promises;
  const alive = {
    brokenIn: 2,
    tried: 6,
    unit: 'mutant',
    program: 'shop',
    those: [
      'that books a payment twice when the message for it comes twice (noticed with seeds 1 to 2, not with 3)',
      'that forgets a message',
    ],
  } as const;
  const promises = [
    { promise: first!.promise, holds: false, ...alive },
    { ...second!, tried: 900, unit: 'state' as const },
  ];
  expect(check({ ...red, promises })).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                                               check 3, 0.9 s

      ✗ Every cart that a customer saw as submitted becomes an order
        2 of 6 shops with a fault are not noticed:
          one that books a payment twice when the message for it comes twice
          (noticed with seeds 1 to 2, not with 3)
          one that forgets a message
      ✓ No order for a cart that was not submitted

      → what does the customer do next, and what would your code do then?
        stuck? kata hint
    "
  `);
  const rejected = { brokenIn: 1, tried: 2, unit: 'program', program: 'shop' } as const;
  expect(
    check({ ...red, promises: [{ promise: first!.promise, holds: false, ...rejected }] }),
  ).toContain('broken with 1 of 2 shops\n');
  const goals = [{ goal: 'a copy came', seen: 40 }];
  const model = { unit: 'state', scenario: 'inbox', kind: 'exhaustive', depth: 17, goals } as const;
  const mutants = {
    unit: 'mutant',
    scenario: 'one payment',
    program: 'shop',
    mutants: 6,
    seeds: 20,
  } as const;
  const rejections = [
    { mutant: 'that books twice', runsMean: 2.35, runsMost: 6 },
    { mutant: 'that loses a booking', runsMean: 11.15, runsMost: 41 },
  ];
  const coverage = [
    { ...model, states: 1204 },
    { ...mutants, right: 2, runs: 4_312, runsOfRight: 100, rejections },
  ];
  expect(check({ ...green, coverage }, wide, solved)).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent                                 solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an order
      ✓ No order for a cart that was not submitted

        all reachable states of inbox: 1,204 states, up to 17 steps from the
        beginning
        2 right shops and 6 with a fault, with 20 seeds each: one payment
        4,312 runs, with a new shop in each; those with a fault were rejected after
        6.8 of 100 runs on average, and at worst after 41: the one that loses a
        booking
        seen on the way: “a copy came” in 40 states

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
  const missed = [{ ...model, states: 1204, goals: [{ goal: 'a copy came', seen: 0 }] }];
  expect(check({ ...green, coverage: missed, passed: false })).toContain(
    '✗ No state shows “a copy came”',
  );
  const halfway = [{ ...model, kind: 'bounded' as const, states: 9 }];
  expect(check({ ...green, coverage: halfway })).not.toMatch(/\ball\b/);
});

test('several broken promises: each has its figures, the first one its story', () => {
  const promises = red.promises.map((verdict) => ({ ...verdict, holds: false, brokenIn: 2 }));
  const screen = check({ ...red, promises });
  expect(screen.match(/^ +✗ .*$/gm)).toHaveLength(3);
  expect(screen.match(/^ +so {2}.*$/gm)).toHaveLength(1);
});

test('what a test prints is told as of all its runs', () => {
  const mutants = {
    unit: 'mutant',
    scenario: 'one',
    program: 'shop',
    right: 1,
    mutants: 6,
    seeds: 20,
    runs: 12,
    runsOfRight: 2,
    rejections: [],
  } as const;
  const output = { text: 'here\n', cutBytes: 0 };
  expect(check({ ...red, output, coverage: [mutants] })).toContain(
    'your code printed, in all its runs together:\n',
  );
});

test('what the learner’s code printed is shown up to a few lines', () => {
  const text = Array.from({ length: 40 }, (_, line) => `\u001b[31mline ${line}\u001b[39m\n`).join(
    '',
  );
  const screen = check({ ...red, output: { text, cutBytes: 0 } });
  expect(screen).toContain('    your code printed, in all schedules together:\n      line 0\n');
  expect(screen).toContain('      line 7\n    and more');
  expect(screen).not.toContain('line 8');
  const short = check({ ...red, output: { text: 'here\n', cutBytes: 0 } });
  expect(short).not.toContain('and more');
});

test('what every schedule prints again is shown once', () => {
  const text = 'c1 failed\nc2 failed\nc1 failed\nc1 failed\n';
  const screen = check({ ...red, output: { text, cutBytes: 0 } });
  expect(screen).toContain('      c1 failed\n      c2 failed\n\n');
});

test('a line that was cut off is not shown as one more', () => {
  const screen = check({ ...red, output: { text: 'c1 failed\nc1 fai', cutBytes: 900 } });
  expect(screen).toContain('      c1 failed\n    and more');
});
