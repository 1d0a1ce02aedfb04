import { expect, test } from 'vitest';
import { KataError } from '../../src/errors.ts';
import { devCheckView } from '../../src/views/dev-check.ts';
import { diffView } from '../../src/views/diff.ts';
import { bugView, errorView } from '../../src/views/error.ts';
import { hintView } from '../../src/views/hint.ts';
import { listView } from '../../src/views/list.ts';
import { allSolvedView, stillOpenView } from '../../src/views/next.ts';
import { recoveredView } from '../../src/views/recovered.ts';
import { appliedView, solutionView } from '../../src/views/solution.ts';
import { fifteen, lostIntent, narrow, standingOf, wide, wordy } from './samples.ts';

const standings = new Map(
  [
    standingOf('double-click', { state: 'solved', checks: 4, timeMs: 9 * 60_000 }),
    standingOf('lost-intent', { state: 'solved', checks: 12, hints: 3, revealed: true }),
    standingOf('outbox', { checks: 1, timeMs: 125_000, hints: 1 }),
  ].map((standing) => [standing.exercise, standing]),
);

test('the list shows every exercise under its module', () => {
  expect(`\n${listView(wide, fifteen, standings)}\n`).toMatchInlineSnapshot(`
    "
      The user’s intent: from HTTP to messages
      ● 01 double-click      solved  4 checks, 9 min
      ● 02 lost-intent       solved  12 checks, 0 min, 3 hints, after a look at the
                             solution
      ◐ 03 outbox            open    1 check, 2 min, 1 hint

      What messages need
      ○ 04 at-least-once
      ○ 05 out-of-order
      ○ 06 immutable-facts
      ○ 07 identity
      ○ 08 retries
      ○ 09 poison

      Is our code right?
      ○ 10 invariants
      ○ 11 model
      ○ 12 conformance

      The outside world
      ○ 13 payment
      ○ 14 webhooks

      Deduplication, re-examined
      ○ 15 tokens
    "
  `);
});

test('the list on a narrow screen keeps its columns', () => {
  expect(`\n${listView(narrow, fifteen.slice(0, 3), standings)}\n`).toMatchInlineSnapshot(`
    "
      The user’s intent: from HTTP to messages
      ● 01 double-click   solved  4 checks, 9 min
      ● 02 lost-intent    solved  12 checks, 0 min, 3 hints,
                          after a look at the solution
      ◐ 03 outbox         open    1 check, 2 min, 1 hint
    "
  `);
});

test('the list in plain signs', () => {
  expect(listView(wordy, fifteen, standings)).toMatch(/^[\n\x20-\x7e]*$/);
});

test('a hint says which rung it is, and the last one leads to the solution', () => {
  expect(`\n${hintView(wide, lostIntent, 1)}\n`).toMatchInlineSnapshot(`
    "
      02 lost-intent                                                    hint 1 of 4

      Who else writes here?

      → try it, then kata check; more: kata hint
    "
  `);
  expect(hintView(wide, lostIntent, 4)).toContain('→ kata solution shows one that holds');
});

test('a comparison tells added and removed by their sign, and loses nothing that is too wide', () => {
  const before = 'one\ntwo\nthree\n';
  const after = `one\nconst sentence = ${"'so it goes on and on' + ".repeat(4)}'';\nthree\n`;
  const files = [
    { name: 'cart.ts', before, after },
    { name: 'same.ts', before, after: before },
    { name: 'gone.ts', before: 'x\n', after: undefined },
  ];
  expect(`\n${diffView(narrow, files)}\n`).toMatchInlineSnapshot(`
    "
      cart.ts
      line 1
       one
      -two
      +const sentence = 'so it goes on and on' + 'so it goes
        on and on' + 'so it goes on and on' + 'so it goes on
        and on' + '';
       three

      gone.ts
      line 1
      -x
    "
  `);
  expect(diffView(wide, [{ name: 'same.ts', before, after: before }])).toBeUndefined();
});

test('an error says what happened, and what to do now', () => {
  const error = new KataError(
    'unknown-exercise',
    'There is no exercise 16. The last one is 15 tokens.',
    'kata list shows all; did you mean 06 immutable-facts?',
  );
  expect(`\n${errorView(wide, error)}\n`).toMatchInlineSnapshot(`
    "
      ✗ There is no exercise 16. The last one is 15 tokens.
        → kata list shows all; did you mean 06 immutable-facts?
    "
  `);
});

test('an error in the learner’s file shows the line, and the caret below its place', () => {
  const error = new KataError(
    'type-error',
    [
      "checkout.ts:12:9  Argument of type '{ orderId: string; lines: readonly Line[] }' is not assignable.",
      "  12 | \tcommit({ key: 'order', value });",
      '     | \t       ^',
      "  Property 'customer' is missing.",
    ].join('\n'),
    'Mend this line, save, and check again.',
  );
  expect(`\n${errorView(narrow, error)}\n`).toMatchInlineSnapshot(`
    "
      ✗ checkout.ts:12:9  Argument of type '{ orderId: string;
        lines: readonly Line[] }' is not assignable.
          12 |   commit({ key: 'order', value });
             |          ^
          Property 'customer' is missing.
        → Mend this line, save, and check again.
    "
  `);
});

test('a caret far to the right stays in sight, with the code around it', () => {
  const line = `${'a.'.repeat(60)}wrong.${'b.'.repeat(30)}`;
  const error = new KataError(
    'syntax-error',
    ['x.ts:3:121  No.', `  3 | ${line}`, `    | ${' '.repeat(120)}^`].join('\n'),
    'Mend this line.',
  );
  const rows = errorView(narrow, error).split('\n');
  const caret = rows[2]?.indexOf('^') ?? -1;
  expect(rows[1]?.slice(caret, caret + 5)).toBe('wrong');
});

test('a bug shows its stack, and says that no work is lost', () => {
  const error = new Error('odd');
  error.stack = 'Error: odd\n    at somewhere (file.js:1:2)';
  expect(`\n${bugView(wide, error)}\n`).toMatchInlineSnapshot(`
    "
      ✗ This is a bug in kata, not in your code.
        → Your work in workspace/ is untouched. Please report the lines below, with
          the command you gave.

      Error: odd
          at somewhere (file.js:1:2)
    "
  `);
});

test('next: an exercise that is not solved yet, and all solved', () => {
  expect(`\n${stillOpenView(wide, fifteen, fifteen[1]!)}\n`).toMatchInlineSnapshot(`
    "
        02 lost-intent is not solved yet; your work in it is as you left it. To go
        on without it: kata goto outbox
    "
  `);
  expect(stillOpenView(wide, fifteen, fifteen[14]!)).not.toContain('To go on');
  expect(`\n${allSolvedView(wide)}\n`).toMatchInlineSnapshot(`
    "
      ✓ Every exercise is solved.

      → kata list shows them; kata goto NAME opens any of them again
    "
  `);
});

test('a sound exercise takes one line, another one a line for each problem', () => {
  const findings = [{ what: 'brief' }, { what: 'hints' }];
  expect(devCheckView(wide, { exercise: '02-lost-intent', findings })).toMatchInlineSnapshot(
    `"  ✓ 02-lost-intent  2 things as they should be"`,
  );
  const problem = 'breaks no-surplus, every-order, and not the one that it is declared to break';
  const unsound = [...findings, { what: 'wrong sends-twice', problem }];
  expect(`\n${devCheckView(wide, { exercise: '02-lost-intent', findings: unsound })}\n`)
    .toMatchInlineSnapshot(`
    "
      ✗ 02-lost-intent  2 things as they should be
        ✗ wrong sends-twice: breaks no-surplus, every-order, and not the one that
          it is declared to break
    "
  `);
});

test('a solution is shown with its file, and --apply says where the own work is kept', () => {
  const sources = new Map([['cart.ts', 'export const one = 1;\n']]);
  expect(`\n${solutionView(wide, lostIntent, '# Why it works\n\nIt compares.\n', sources)}\n`)
    .toMatchInlineSnapshot(`
    "
      02 lost-intent: cart.ts

        export const one = 1;

      Why it works
      ────────────

      It compares.
    "
  `);
  expect(appliedView(wide, lostIntent, 'c7')).toContain('kata restore c7 brings it back');
  expect(appliedView(wide, lostIntent, undefined)).not.toContain('restore');
});

test('a command that was cut off is named, once it is finished', () => {
  const recovered = { exercise: 'lost-intent', operation: 'reset', rescued: undefined };
  expect(recoveredView(wide, recovered)).toMatchInlineSnapshot(`
    "  The last reset of lost-intent was cut off; it is finished now.
    "
  `);
});
