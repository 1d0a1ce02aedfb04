import { expect, test } from 'vitest';
import type { Standing } from '../../src/domain/progress.ts';
import { homeView, type Place } from '../../src/views/home.ts';
import type { Screen } from '../../src/views/screen.ts';
import { exerciseOf, fifteen, narrow, standingOf, wide, wordy } from './samples.ts';

/** The exercises 1 to `solved` are solved, and perhaps one more is begun. */
function home(screen: Screen, solved: number, open?: Partial<Standing>): string {
  const standings = new Map(
    fifteen.slice(0, solved).map(({ name }) => [name, standingOf(name, { state: 'solved' })]),
  );
  const exercise = fifteen[solved];
  const standing = open && exercise && standingOf(exercise.name, open);
  if (standing) standings.set(standing.exercise, standing);
  const place: Place = !exercise
    ? { kind: 'done' }
    : standing
      ? { kind: 'at', exercise, standing }
      : { kind: 'next', exercise };
  return `\n${homeView(screen, fifteen, standings, place)}\n`;
}

const broken: Partial<Standing> = {
  checks: 3,
  hints: 1,
  timeMs: 7.9 * 60_000,
  last: {
    kind: 'checked',
    id: 9,
    at: 0,
    exercise: 'immutable-facts',
    broken: 'no-surplus',
    brokenIn: 2,
    schedules: 96,
    durationMs: 800,
    copy: 'c1',
  },
};

test('before anything was begun, it names the first exercise and the one thing to do', () => {
  expect(home(wide, 0)).toMatchInlineSnapshot(`
    "
      Rock-solid software                                            0 of 15 solved

      intent     ○ ○ ○           outside    ○ ○
      messages   ○ ○ ○ ○ ○ ○     tokens     ○
      our code   ○ ○ ○

      01 double-click
      Every cart that a customer saw as submitted becomes an order

      → kata next      the talk before it: kata lecture 01
    "
  `);
});

test('promises that held without being put to the test are said to', () => {
  const last = { ...broken.last!, broken: undefined, missed: 'the message was sent twice' };
  expect(home(wide, 5, { ...broken, last })).toMatch(
    /^ {2}No schedule shows “the message was sent twice” +not put to the test$/m,
  );
});

test('an exercise that was opened says what is demanded, and that it was not checked yet', () => {
  expect(home(wide, 1, { timeMs: 61_000, checks: 0 })).toMatchInlineSnapshot(`
    "
      Rock-solid software                                            1 of 15 solved

      intent     ● ◐ ○           outside    ○ ○
      messages   ○ ○ ○ ○ ○ ○     tokens     ○
      our code   ○ ○ ○

      02 lost-intent                                      0 checks, 1 of 10 minutes
      Every cart that a customer saw as submitted becomes an order  not checked yet

      → edit workspace/02-lost-intent/cart.ts, then kata check
        stuck? kata hint (0 of 4 taken)      the talk before it: kata lecture 02
        the brief: kata goto 02
    "
  `);
});

test('a broken promise stands beside its figures', () => {
  expect(home(wide, 5, broken)).toMatchInlineSnapshot(`
    "
      Rock-solid software                                            5 of 15 solved

      intent     ● ● ●           outside    ○ ○
      messages   ● ● ◐ ○ ○ ○     tokens     ○
      our code   ○ ○ ○

      06 immutable-facts                                  3 checks, 7 of 10 minutes
      No order for a cart that was not submitted        broken in 2 of 96 schedules

      → edit workspace/06-immutable-facts/cart.ts, then kata check
        stuck? kata hint (1 of 4 taken)      the talk before it: kata lecture 06
        the brief: kata goto 06
    "
  `);
});

test('of an exercise that is judged by mutants, it says how many are left', () => {
  const last = { ...broken.last!, unit: 'mutant' as const, brokenIn: 6, schedules: 6 };
  expect(home(wide, 5, { ...broken, last })).toMatch(
    /^ {2}No order for a cart that was not submitted +6 of 6 mutants are not noticed$/m,
  );
  const almost = { ...last, brokenIn: 1 };
  expect(home(wide, 5, { ...broken, last: almost })).toMatch(/ 1 of 6 mutants is not noticed$/m);
});

test('on a narrow screen the figures keep their place at the right end', () => {
  expect(home(narrow, 5, broken)).toMatchInlineSnapshot(`
    "
      Rock-solid software                        5 of 15 solved

      intent     ● ● ●           outside    ○ ○
      messages   ● ● ◐ ○ ○ ○     tokens     ○
      our code   ○ ○ ○

      06 immutable-facts              3 checks, 7 of 10 minutes
      No order for a cart that was not submitted
                                    broken in 2 of 96 schedules

      → edit workspace/06-immutable-facts/cart.ts, then kata
        check
        stuck? kata hint (1 of 4 taken)
        the talk before it: kata lecture 06
        the brief: kata goto 06
    "
  `);
});

test('without line drawing the same is told with plain signs', () => {
  expect(home(wordy, 5, broken)).toMatchInlineSnapshot(`
    "
      Rock-solid software                                            5 of 15 solved

      intent     * * *           outside    . .
      messages   * * ~ . . .     tokens     .
      our code   . . .

      06 immutable-facts                                  3 checks, 7 of 10 minutes
      No order for a cart that was not submitted        broken in 2 of 96 schedules

      -> edit workspace/06-immutable-facts/cart.ts, then kata check
         stuck? kata hint (1 of 4 taken)      the talk before it: kata lecture 06
         the brief: kata goto 06
    "
  `);
  expect(home(wordy, 5, broken)).toMatch(/^[\n\x20-\x7e]*$/);
});

test('when all that was begun is solved, it names the next one', () => {
  expect(home(wide, 5)).toMatchInlineSnapshot(`
    "
      Rock-solid software                                            5 of 15 solved

      intent     ● ● ●           outside    ○ ○
      messages   ● ● ○ ○ ○ ○     tokens     ○
      our code   ○ ○ ○

      06 immutable-facts
      Every cart that a customer saw as submitted becomes an order

      → kata next      the talk before it: kata lecture 06
    "
  `);
});

test('when every exercise is solved, it says so', () => {
  expect(home(wide, 15)).toMatchInlineSnapshot(`
    "
      Rock-solid software                                           15 of 15 solved

      intent     ● ● ●           outside    ● ●
      messages   ● ● ● ● ● ●     tokens     ●
      our code   ● ● ●

      Every exercise is solved.

      → kata list shows them; kata goto NAME opens any of them again
    "
  `);
});

test('a promise that the exercise no longer makes does not stop the screen', () => {
  const renamed = { ...broken, last: { ...broken.last!, broken: 'an-older-name' } };
  expect(home(wide, 5, renamed)).toContain('not checked yet');
});

test('a workshop whose only module stands at the right of the others shows it all the same', () => {
  const [only] = [exerciseOf(1, 'webhooks', { module: 'outside' })];
  const screen = homeView(wide, [only!], new Map(), { kind: 'next', exercise: only! });
  expect(screen).toContain('outside    ○');
});
