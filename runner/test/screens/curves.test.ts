import { expect, test } from 'vitest';
import type { Curve } from '../../lab/index.ts';
import { checkView } from '../../src/views/check.ts';
import { explored, green, lostIntent, narrow, red, standingOf, wide, wordy } from './samples.ts';

const standing = standingOf('lost-intent', {
  state: 'solved',
  checks: 5,
  solvedAtCheck: 5,
  timeMs: 8.2 * 60_000,
});

const times = (length: number, value: (step: number) => number): readonly number[] =>
  Array.from({ length }, (_, step) => value(step));
const inFlight: Curve = {
  what: 'in flight',
  values: times(961, (step) => (step % 80 < 20 ? 4 : 0)),
};
/** Rises by four with each burst, and forgets what is older than three of them. */
const inbox: Curve = {
  what: 'inbox',
  values: times(961, (step) => Math.min(12, 4 * Math.ceil((step + 1) / 80))),
};
const growing: Curve = { what: 'inbox', values: times(961, (step) => Math.floor(step / 20)) };
const nothing: Curve = { what: 'tokens', values: times(961, () => 0) };

function check(curves: readonly Curve[], screen = wide, judgement = green): string {
  const [first] = explored;
  const scenario = '48 payments in 45 days';
  const coverage = [first, { ...first, scenario, kind: 'sampled' as const, seed: 1, curves }];
  return `\n${checkView(screen, lostIntent, { ...judgement, coverage }, standing)}\n`;
}

test('what was counted over a long run is drawn below the promises, all to one scale', () => {
  expect(check([inFlight, inbox, nothing])).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent                                 solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an order
      ✓ No order for a cart that was not submitted

        48 payments in 45 days:

                                                                         most   end
          in flight   ▃   ▃   ▃   ▃   ▃   ▃   ▃   ▃   ▃   ▃   ▃   ▃  ▃      4     4
          inbox       ▃▃▃▃▆▆▆▆████████████████████████████████████████     12    12
                      0                                      960 steps

        all 196 inequivalent schedules of two clicks in two web processes
        196 schedules, drawn by chance from seed 1: 48 payments in 45 days

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
});

test('what grows without end is seen to do so, and the story still follows', () => {
  const screen = check([inFlight, growing], wide, red);
  expect(screen.slice(0, screen.indexOf('customer  web'))).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                                               check 5, 0.9 s

      ✗ Every cart that a customer saw as submitted becomes an order
        broken in 3 of 41 schedules; the simplest has 6 steps
      ✓ No order for a cart that was not submitted

        48 payments in 45 days:

                                                                         most   end
          in flight   ▁   ▁   ▁   ▁   ▁   ▁   ▁   ▁   ▁   ▁   ▁   ▁  ▁      4     4
          inbox        ▁▁▁▁▁▁▂▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇▇█████     48    48
                      0                                      960 steps

        the web process crashes between its commit and its message:

           "
  `);
});

test('a terminal that knows only letters gets other bars', () => {
  const screen = check([inFlight, inbox], wordy);
  expect(screen.slice(0, screen.indexOf('all 196'))).toMatchInlineSnapshot(`
    "
      ok 02 lost-intent                                solved in 9 minutes, check 5

      ok Every cart that a customer saw as submitted becomes an order
      ok No order for a cart that was not submitted

        48 payments in 45 days:

                                                                         most   end
          in flight   -   -   -   -   -   -   -   -   -   -   -   -  -      4     4
          inbox       ----****########################################     12    12
                      0                                      960 steps

        "
  `);
});

test('on a narrow screen the picture is narrower; where there is no room, figures stand alone', () => {
  const screen = check([inFlight, inbox], narrow);
  expect(screen.slice(0, screen.indexOf('all 196'))).toMatchInlineSnapshot(`
    "
      ✓ 02 lost-intent             solved in 9 minutes, check 5

      ✓ Every cart that a customer saw as submitted becomes an
        order
      ✓ No order for a cart that was not submitted

        48 payments in 45 days:

                                                     most   end
          in flight   ▃ ▃ ▃▃ ▃ ▃ ▃▃ ▃ ▃ ▃▃ ▃ ▃ ▃▃▃      4     4
          inbox       ▃▃▆▆████████████████████████     12    12
                      0                  960 steps

        "
  `);
  const long = { ...inbox, what: 'ids in the inbox of Loyalty' };
  expect(check([long], narrow)).toContain(
    '      ids in the inbox of Loyalty: most 12, at the end 12\n',
  );
});

test('what stayed at nothing is not drawn', () => {
  expect(check([nothing])).not.toContain('48 payments in 45 days:');
});

test('a peak of a single step is seen', () => {
  const peak = { what: 'tokens', values: times(961, (step) => (step === 500 ? 1 : 0)) };
  expect(check([peak])).toMatch(/^ {6}tokens {3} +█ +1 {5}0$/m);
});
