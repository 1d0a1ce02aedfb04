import { describe, expect, test } from 'vitest';
import { storyOf } from '../../src/domain/mob-story.ts';
import { mobOf, type MobFact, type NewMobFact } from '../../src/domain/mob.ts';
import type { Standing } from '../../src/domain/progress.ts';
import type { SealedCopy } from '../../src/domain/sealed-copy.ts';
import { homeView } from '../../src/views/home.ts';
import { followView } from '../../src/views/mob-clock.ts';
import { logDocument, logMarkdown, logView, mobDocument } from '../../src/views/mob-log.ts';
import {
  driverText,
  handedOverView,
  noMobView,
  notedView,
  startedView,
  statusView,
  stoppedView,
  turnOverText,
  type MobState,
} from '../../src/views/mob.ts';
import { colourless, widths, type Screen } from '../../src/views/screen.ts';
import { watchView } from '../../src/views/watch.ts';
import { fifteen, lostIntent, standingOf, wide, wordy } from './samples.ts';

const tight: Screen = { ...wide, columns: 50 };
const seconds = 1000;
const minutes = 60 * seconds;
/** By the clock on the wall, wherever the test runs. */
const ten = new Date(2026, 0, 2, 10, 42).getTime();

const began: NewMobFact = {
  kind: 'began',
  people: ['Ada', 'Grace', 'Edsger', 'Barbara'],
  facilitators: [],
  turnMs: 4 * minutes,
};
const check = {
  kind: 'checked',
  exercise: 'lost-intent',
  broken: 'every-order',
  brokenIn: 3,
  schedules: 41,
  durationMs: 900,
  copy: 'c',
} as const;

/** Pairs of when, in ms since ten, and what. */
type Happened = readonly (readonly [number, NewMobFact])[];

function happened(...facts: Happened): MobFact[] {
  return facts.map(([at, fact], index) => ({ ...fact, uid: `u${index}`, at: ten + at }));
}

const twoTurns: Happened = [
  [0, began],
  [1, { kind: 'turn', driver: 'Ada' }],
  [4 * minutes, { kind: 'turn', driver: 'Grace' }],
];

const own: SealedCopy = {
  id: '20260102-104200-3f9a2c',
  hash: '3f9a2c'.padEnd(64, '0'),
  at: ten,
  exercise: 'lost-intent',
  reason: 'before mob',
  keep: true,
  entries: [],
};

const red = standingOf('lost-intent', {
  checks: 4,
  last: { ...check, id: 9, at: ten + 4 * minutes + 10 * seconds },
});

function stateAt(after: number, facts: Happened = twoTurns, standing: Standing = red): MobState {
  const { name } = lostIntent;
  const mob = mobOf(happened(...facts));
  return {
    exercise: lostIntent,
    mob,
    standing: { ...standing, exercise: name },
    own,
    now: ten + after,
  };
}

const running = stateAt(4 * minutes + 48 * seconds);
const over = stateAt(8 * minutes + 5 * seconds);
const paused = stateAt(9 * minutes, [...twoTurns, [5 * minutes, { kind: 'paused' }]]);
const led = stateAt(
  4 * minutes + 48 * seconds,
  [
    [0, { ...began, facilitators: ['Margaret'] }],
    ...twoTurns.slice(1),
    [4 * minutes + 1, { kind: 'dropped', name: 'Barbara' }],
  ],
  standingOf('lost-intent'),
);
const solved = stateAt(
  4 * minutes + 48 * seconds,
  twoTurns,
  standingOf('lost-intent', {
    checks: 5,
    state: 'solved',
    last: { ...check, id: 9, at: ten + 4 * minutes + 10 * seconds, broken: undefined },
  }),
);

/** No other machine takes part. */
const alone = { shared: false, unshared: undefined };
const shown = (text: string): string => `\n${text}\n`;

describe('kata mob start', () => {
  const began = stateAt(0, twoTurns.slice(0, 2), standingOf('lost-intent'));
  const brief = '# Lost intent\n\nThe web process may die at any step.';

  test('shows the brief, what became of one’s own work, and who drives', () => {
    expect(shown(startedView(wide, began, { brief, holds: 'the starter' }))).toMatchInlineSnapshot(`
      "
        Lost intent
        ───────────

        The web process may die at any step.

        → edit workspace/02-lost-intent/cart.ts, then kata check
          or kata watch beside your editor: it judges each save

        A mob is on. The workspace holds the starter.
        Your own work is sealed as 3f9a2c and comes back with kata mob stop. Until
        then checks count for the mob.

        driver      Ada
        navigator   Grace
        then        Edsger, Barbara

        → kata mob next after 4 minutes      the clock: kata mob status --follow
          the end: kata mob stop
      "
    `);
  });

  test('says when it goes on, and that there was no work, on a narrow screen', () => {
    const without = { ...began, own: undefined };
    expect(shown(startedView(tight, without, { brief, holds: 'where it stopped' })))
      .toMatchInlineSnapshot(`
      "
        Lost intent
        ───────────

        The web process may die at any step.

        → edit workspace/02-lost-intent/cart.ts, then
          kata check
          or kata watch beside your editor: it judges
          each save

        A mob is on. It goes on where the last mob at
        this exercise stopped; --fresh would begin with
        the starter.
        You had no work in it; kata mob stop takes the
        folder away again. Until then checks count for
        the mob.

        driver      Ada
        navigator   Grace
        then        Edsger, Barbara

        → kata mob next after 4 minutes
          the clock: kata mob status --follow
          the end: kata mob stop
      "
    `);
  });
});

describe('kata mob status', () => {
  test('running', () => {
    expect(shown(statusView(wide, running))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                    mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        3:12 of 4:00

        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 0:38 ago
        your own work of this exercise: sealed 2 Jan 10:42, 3f9a2c

        → kata mob next hands over      your own work back: kata mob stop
      "
    `);
  });

  test('running, narrow', () => {
    expect(shown(statusView(tight, running))).toMatchInlineSnapshot(`
      "
        02 lost-intent                      mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        3:12 of 4:00

        ✗ Every cart that a customer saw as submitted
        becomes an order              check 4, 0:38 ago
        your own work of this exercise: sealed 2 Jan
        10:42, 3f9a2c

        → kata mob next hands over
          your own work back: kata mob stop
      "
    `);
  });

  test('paused, in plain signs', () => {
    expect(shown(statusView(wordy, paused))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                    mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        3:00 of 4:00, the clock stands still

        x Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 4:50 ago
        your own work of this exercise: sealed 2 Jan 10:42, 3f9a2c

        -> kata mob next hands over      your own work back: kata mob stop
      "
    `);
  });

  test('over', () => {
    expect(shown(statusView(wide, over))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                    mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        none, the turn ended 0:05 ago

        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 3:55 ago
        your own work of this exercise: sealed 2 Jan 10:42, 3f9a2c

        → kata mob next hands over      your own work back: kata mob stop
      "
    `);
  });

  test('with somebody who leads and somebody who has left, before the first check', () => {
    expect(shown(statusView(wide, { ...led, own: undefined }))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                    mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Ada
        leads       Margaret
        has left    Barbara
        left        3:12 of 4:00

        not checked yet

        → kata mob next hands over      your own work back: kata mob stop
      "
    `);
  });

  test('solved', () => {
    expect(shown(statusView(wide, solved))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                    mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        3:12 of 4:00

        ✓ every promise holds                               solved, check 5, 0:38 ago
        your own work of this exercise: sealed 2 Jan 10:42, 3f9a2c

        → kata mob next hands over      your own work back: kata mob stop
      "
    `);
  });

  test('without a mob', () => {
    expect(shown(noMobView(wide))).toMatchInlineSnapshot(`
      "
        No mob is on.

        → kata mob start --with ada,grace,edsger begins one at the exercise at hand
      "
    `);
  });

  test('as data', () => {
    expect(mobDocument(led)).toMatchInlineSnapshot(`
      {
        "broken": null,
        "checks": 0,
        "driver": "Grace",
        "exercise": "lost-intent",
        "leftMs": 192000,
        "navigator": "Edsger",
        "ownCopy": "20260102-104200-3f9a2c",
        "paused": false,
        "people": [
          {
            "facilitates": false,
            "name": "Ada",
            "present": true,
            "turns": 1,
          },
          {
            "facilitates": false,
            "name": "Grace",
            "present": true,
            "turns": 1,
          },
          {
            "facilitates": false,
            "name": "Edsger",
            "present": true,
            "turns": 0,
          },
          {
            "facilitates": false,
            "name": "Barbara",
            "present": false,
            "turns": 0,
          },
          {
            "facilitates": true,
            "name": "Margaret",
            "present": true,
            "turns": 0,
          },
        ],
        "remote": null,
        "solved": false,
        "turn": 2,
        "turnMs": 240000,
        "upcoming": [
          "Edsger",
          "Ada",
        ],
      }
    `);
  });

  test('nobody’s name is lost where there are many', () => {
    const people = Array.from({ length: 14 }, (_, index) => `Person number ${index + 1}`);
    const crowd = stateAt(0, [[0, { ...began, people } as NewMobFact], ...twoTurns.slice(1, 2)]);
    const text = statusView(tight, crowd);
    for (const name of people) expect(text.replaceAll(/\s+/g, ' ')).toContain(name);
  });
});

describe('after a hand-over, a note and the end', () => {
  test('next: who drives now', () => {
    expect(shown(handedOverView(wide, running))).toMatchInlineSnapshot(`
      "
        driver      Grace
        navigator   Edsger
        then        Barbara, Ada
        left        3:12 of 4:00
      "
    `);
  });

  test('a note', () => {
    expect(shown(notedView(wide, lostIntent, 'who else writes here?'))).toMatchInlineSnapshot(`
      "
        Noted for 02 lost-intent: who else writes here?
        kata mob log shows all notes
      "
    `);
  });

  test('stop: one’s own work is back, and where the mob’s is', () => {
    const mobs = { ...own, hash: '77ab01'.padEnd(64, '0') };
    expect(shown(stoppedView(wide, running, { own, mobs, ...alone }))).toMatchInlineSnapshot(`
      "
        The mob at 02 lost-intent has ended after 2 turns.

        workspace/02-lost-intent is yours again, as it was on 2 Jan 10:42, 3f9a2c.
        The mob’s work is sealed as 77ab01; kata mob start 2 goes on with it.

        → kata mob log tells what the room did
      "
    `);
    expect(shown(stoppedView(tight, running, { own: undefined, mobs: undefined, ...alone })))
      .toMatchInlineSnapshot(`
        "
          The mob at 02 lost-intent has ended after 2
          turns.

          workspace/02-lost-intent is gone again: you had
          no work in it.
          The mob left nothing behind.

          → kata mob log tells what the room did
        "
      `);
  });
});

describe('the clock for the back of the room', () => {
  const at = (columns: number, screen = wide): Screen => ({ ...screen, ...widths(columns) });
  const drawn = (screen: Screen, rows: number, state: MobState): string =>
    shown(followView(screen, rows, state).join('\n'));

  test('80 by 24', () => {
    expect(drawn(at(80), 24, running)).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                         turn 2

        ████████████                     ██████         ████████████
        ████████████▄▄▄               ▄▄▄██████         ████████████▄▄▄
        ███████████████               █████████         ███████████████
                 ██████      ███         ██████               █████████
           ▄▄▄▄▄▄██████      ▀▀▀         ██████            ▄▄▄██████▀▀▀
           ████████████                  ██████            █████████
                 ██████                  ██████         █████████
        ▄▄▄▄▄▄▄▄▄███▀▀▀      ▄▄▄         ██████         █████████▄▄▄▄▄▄
        ████████████         ███         ██████         ███████████████

            ████████
          ██████████    ████████      ██████      ████████  ██████████
        ████            ████  ██    ██████████  ██████████  ████
        ████    ██████  ██████████  ████  ████  ████        ████████
          ██████████    ████  ████  ██████████  ██████████  ████
            ██████      ████  ████  ████  ████    ████████  ██████████

        navigator   Edsger
        then        Barbara, Ada
        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 0:38 ago
        n next   p pause or resume   q quit
      "
    `);
  });

  test('120 by 40', () => {
    expect(drawn(at(120), 40, running)).toMatchInlineSnapshot(`
      "

        02 lost-intent                                                                             turn 2

        ████████████████████                                   ██████████               ████████████████████
        ████████████████████                                   ██████████               ████████████████████
        ████████████████████▄▄▄▄▄                         ▄▄▄▄▄██████████               ████████████████████▄▄▄▄▄
        █████████████████████████                         ███████████████               █████████████████████████
        █████████████████████████                         ███████████████               █████████████████████████
                       ██████████          █████               ██████████                         ███████████████
                       ██████████          █████               ██████████                         ███████████████
             ▄▄▄▄▄▄▄▄▄▄██████████          ▀▀▀▀▀               ██████████                    ▄▄▄▄▄██████████▀▀▀▀▀
             ████████████████████                              ██████████                    ███████████████
             ████████████████████                              ██████████                    ███████████████
                       ██████████                              ██████████               ███████████████
                       ██████████                              ██████████               ███████████████
        ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄█████▀▀▀▀▀          ▄▄▄▄▄               ██████████               ███████████████▄▄▄▄▄▄▄▄▄▄
        ████████████████████               █████               ██████████               █████████████████████████
        ████████████████████               █████               ██████████               █████████████████████████

              ████████████
           ▄▄▄████████████      ▄▄▄▄▄▄▄▄▄▄▄▄         ▄▄▄▄▄▄▄▄▄         ▄▄▄▄▄▄▄▄▄▄▄▄   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ███████████████      ████████████         █████████         ████████████   ███████████████
        ██████                  ██████   ███      ███████████████   ███████████████   ██████
        ██████      ▄▄▄▄▄▄▄▄▄   ██████▄▄▄███▄▄▄   ██████▀▀▀██████   ██████▀▀▀▀▀▀▀▀▀   ██████▄▄▄▄▄▄
        ██████      █████████   ███████████████   ██████   ██████   ██████            ████████████
           ███████████████      ██████   ██████   ███████████████   ███████████████   ██████
           ▀▀▀█████████▀▀▀      ██████   ██████   ██████▀▀▀██████   ▀▀▀████████████   ██████▄▄▄▄▄▄▄▄▄
              █████████         ██████   ██████   ██████   ██████      ████████████   ███████████████

        navigator   Edsger
        then        Barbara, Ada

        ✗ Every cart that a customer saw as submitted becomes an order                  check 4, 0:38 ago

        n next   p pause or resume   q quit
      "
    `);
  });

  test('40 by 10', () => {
    expect(drawn(at(40), 10, running)).toMatchInlineSnapshot(`
      "

        ████▄     ▄██   ████▄
         ▄▄██  ▀   ██    ▄██▀
        ▄▄▄█▀  ▄   ██   ███▄▄

         ▄████  ▄▄▄▄   ▄▄▄   ▄▄▄▄ ▄▄▄▄▄
        ██  ▄▄▄ ██▄█▄ ██▀██ ██▀▀▀ ██▄▄
         ▀███▀  ██ ██ ██▀██ ▀████ ██▄▄▄

        navigator   Edsger
      "
    `);
  });

  test('80 by 24, in plain signs', () => {
    expect(drawn(at(80, wordy), 24, running)).toMatchInlineSnapshot(`
      "

        02 lost-intent                                                         turn 2

        ########              ####      ########        navigator   Edsger
        ##########          ######      ##########      then        Barbara, Ada
              ####    ##      ####          ######
          ########            ####        ######
              ####            ####      ######
        ########      ##      ####      ##########

            ########
          ##########    ########      ######      ########  ##########
        ####            ####  ##    ##########  ##########  ####
        ####    ######  ##########  ####  ####  ####        ########
          ##########    ####  ####  ##########  ##########  ####
            ######      ####  ####  ####  ####    ########  ##########

        x Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 0:38 ago

        n next   p pause or resume   q quit
      "
    `);
  });

  test('over', () => {
    expect(drawn(at(80), 24, over)).toMatchInlineSnapshot(`
      "

        02 lost-intent                                                         turn 2

                    ████              ████      ████████████
                  ████████          ████████    ██████
                ████    ████  ██  ████    ████  ██████████
        ██████  ████    ████      ████    ████      ████████
                  ████████          ████████          ██████
                    ████      ██      ████      ██████████

         ▄████  ▄▄▄▄   ▄▄▄   ▄▄▄▄ ▄▄▄▄▄
        ██  ▄▄▄ ██▄█▄ ██▀██ ██▀▀▀ ██▄▄
         ▀███▀  ██ ██ ██▀██ ▀████ ██▄▄▄

        navigator   Edsger
        then        Barbara, Ada

        Grace’s turn is over; Edsger drives next
        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 3:55 ago

        n next   p pause or resume   q quit
      "
    `);
  });

  test('paused', () => {
    expect(drawn(at(80), 24, paused)).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                         turn 2

        ████████████                     ██████               ██████
        ████████████▄▄▄               ▄▄▄██████▄▄▄         ▄▄▄██████▄▄▄
        ███████████████               ████████████         ████████████
                 ██████      ███   ██████      ██████   ██████      ██████
           ▄▄▄▄▄▄██████      ▀▀▀   ██████      ██████   ██████      ██████
           ████████████            ██████      ██████   ██████      ██████
                 ██████               ████████████         ████████████
        ▄▄▄▄▄▄▄▄▄███▀▀▀      ▄▄▄      ▀▀▀██████▀▀▀         ▀▀▀██████▀▀▀
        ████████████         ███         ██████               ██████

            ████████
          ██████████    ████████      ██████      ████████  ██████████
        ████            ████  ██    ██████████  ██████████  ████
        ████    ██████  ██████████  ████  ████  ████        ████████
          ██████████    ████  ████  ██████████  ██████████  ████
            ██████      ████  ████  ████  ████    ████████  ██████████
        navigator   Edsger
        then        Barbara, Ada
        the clock stands still
        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 4:50 ago
        n next   p pause or resume   q quit
      "
    `);
  });

  const driven = (driver: string, after = 4 * minutes + 48 * seconds): MobState =>
    stateAt(after, [...twoTurns.slice(0, 2), [4 * minutes, { kind: 'turn', driver }]]);

  test('a name with letters that the font lacks is bold, and the clock as large as it can be', () => {
    expect(drawn(at(80), 24, driven('李雷'))).toMatchInlineSnapshot(`
      "

        02 lost-intent                                                         turn 2

        ████████████                     ██████         ████████████
        ████████████▄▄▄               ▄▄▄██████         ████████████▄▄▄
        ███████████████               █████████         ███████████████
                 ██████      ███         ██████               █████████
           ▄▄▄▄▄▄██████      ▀▀▀         ██████            ▄▄▄██████▀▀▀
           ████████████                  ██████            █████████
                 ██████                  ██████         █████████
        ▄▄▄▄▄▄▄▄▄███▀▀▀      ▄▄▄         ██████         █████████▄▄▄▄▄▄
        ████████████         ███         ██████         ███████████████

        driver      李雷
        navigator   Grace
        then        Edsger, Barbara, Ada

        ✗ Every cart that a customer saw as submitted becomes an order
                                                                    check 4, 0:38 ago

        n next   p pause or resume   q quit
      "
    `);
  });

  test('the driver is large, and the clock larger, wherever there is room', () => {
    for (const driver of [
      'Ada',
      'Grace',
      'Barbara',
      'Jürgen',
      'Łukasz',
      'Zoë',
      'O’Neil',
      'Bo W.',
    ]) {
      for (const [columns, rows] of [
        [80, 24],
        [100, 30],
        [120, 40],
        [200, 60],
      ] as const) {
        const lines = followView(at(columns), rows, driven(driver));
        expect(lines.join('\n')).not.toContain(driver);
        const blocks = lines.filter((line) => /[█▀▄]/.test(line)).length;
        expect(blocks, `${driver} at ${columns} by ${rows}`).toBeGreaterThanOrEqual(9);
      }
    }
  });

  test('time turns to the colour for bad things when it is over, and is dim while it stands still', () => {
    const marked = (state: MobState): string => {
      const paint = (mark: string) => (text: string) => `<${mark}>${text}`;
      const style = { ...colourless, bad: paint('bad'), dim: paint('dim'), bold: paint('bold') };
      return followView({ ...at(80), style }, 24, state).find((line) => line.includes('█'))!;
    };
    expect(marked(running)).toContain('<bold>');
    expect(marked(over)).toContain('<bad>');
    expect(marked(paused)).toContain('<dim>');
  });

  test('nothing moves from one second to the next', () => {
    for (const [columns, rows] of [
      [80, 24],
      [100, 24],
      [84, 20],
    ] as const) {
      // Where each line begins with text, and where the people stand.
      const shape = (second: number): string =>
        followView(at(columns), rows, driven('Grace', 4 * minutes + second * seconds))
          .map(
            (line) =>
              `${line.search(/navigator|then/)} ${/[█▀▄]/.test(line) ? '█' : line.slice(0, 12)}`,
          )
          .join('\n');
      const first = shape(21);
      for (let second = 22; second < 4 * 60; second += 1) expect(shape(second)).toBe(first);
    }
  });

  test('no more lines than rows, none wider than the screen, and who drives on every one', () => {
    for (const screen of [wide, wordy]) {
      for (const columns of [10, 20, 38, 50, 80, 140]) {
        for (const rows of [1, 2, 5, 10, 24, 60]) {
          for (const state of [running, over, paused, led, solved]) {
            const lines = followView(at(columns, screen), rows, state);
            expect(lines.length).toBeLessThanOrEqual(rows);
            for (const line of lines) expect(line).not.toContain('\n');
            const text = lines.join('\n');
            if (columns >= 20) {
              for (const line of lines) expect(line.length).toBeLessThan(columns);
              expect(text.includes('Grace') || /[█#]/.test(text), text).toBe(true);
            }
          }
        }
      }
    }
  });
});

describe('kata mob log', () => {
  const facts = happened(
    ...twoTurns.slice(0, 2),
    [1 * minutes, { kind: 'progress', fact: { kind: 'opened', exercise: 'lost-intent' } }],
    [2 * minutes, { kind: 'progress', fact: check }],
    [3 * minutes, { kind: 'note', text: 'what does the customer do next?' }],
    ...twoTurns.slice(2),
    [5 * minutes, { kind: 'progress', fact: { kind: 'hinted', exercise: 'lost-intent', rung: 1 } }],
    [6 * minutes, { kind: 'skipped', name: 'Edsger' }],
    [7 * minutes, { kind: 'progress', fact: { ...check, broken: undefined, brokenIn: undefined } }],
    [8 * minutes, { kind: 'ended' }],
  );
  const mob = mobOf(facts);
  const turns = storyOf(facts, ten + 9 * minutes);

  test('turn by turn', () => {
    expect(shown(logView(wide, lostIntent, { turns, isOn: false }))).toMatchInlineSnapshot(`
      "
        02 lost-intent                                                  2 turns, 7:59

        1   Ada, with Grace                                         2 Jan 10:42, 3:59
            ✗ Every cart that a customer saw as submitted becomes an order: broken in
              3 of 41 schedules
            • “what does the customer do next?”
        2   Grace, with Edsger                                      2 Jan 10:46, 4:00
            • hint 1
            • Edsger was passed over
            ✓ every promise holds
      "
    `);
  });

  test('narrow, in plain signs, while it is on', () => {
    const screen = { ...wordy, columns: 50 };
    expect(shown(logView(screen, lostIntent, { turns, isOn: true }))).toMatchInlineSnapshot(`
      "
        02 lost-intent          2 turns, 7:59, still on

        1   Ada, with Grace           2 Jan 10:42, 3:59
            x Every cart that a customer saw as
              submitted becomes an order: broken in 3
              of 41 schedules
            - “what does the customer do next?”
        2   Grace, with Edsger        2 Jan 10:46, 4:00
            - hint 1
            - Edsger was passed over
            ok every promise holds
      "
    `);
  });

  test('as Markdown', () => {
    expect(shown(logMarkdown(lostIntent, mob, turns))).toMatchInlineSnapshot(`
      "
      # 02 lost-intent

      2 turns: Ada (1), Grace (1), Edsger (0), Barbara (0)

      ## 1. Ada, with Grace

      2 Jan 10:42, 3:59 minutes

      - ✗ Every cart that a customer saw as submitted becomes an order: broken in 3 of 41 schedules
      - “what does the customer do next?”

      ## 2. Grace, with Edsger

      2 Jan 10:46, 4:00 minutes

      - hint 1
      - Edsger was passed over
      - ✓ every promise holds
      "
    `);
  });

  test('as data', () => {
    const document = JSON.stringify(logDocument(lostIntent, mob, turns), undefined, 1);
    const utc = document.replaceAll(/"\d{4}-[^"]+Z"/g, '"a time"');
    expect(JSON.parse(utc)).toMatchInlineSnapshot(`
      {
        "ended": true,
        "exercise": "lost-intent",
        "people": [
          {
            "facilitates": false,
            "name": "Ada",
            "present": true,
            "turns": 1,
          },
          {
            "facilitates": false,
            "name": "Grace",
            "present": true,
            "turns": 1,
          },
          {
            "facilitates": false,
            "name": "Edsger",
            "present": true,
            "turns": 0,
          },
          {
            "facilitates": false,
            "name": "Barbara",
            "present": true,
            "turns": 0,
          },
        ],
        "turns": [
          {
            "beganAt": "a time",
            "driver": "Ada",
            "events": [
              {
                "at": "a time",
                "check": {
                  "broken": "every-order",
                  "brokenIn": 3,
                  "copy": "c",
                  "durationMs": 900,
                  "exercise": "lost-intent",
                  "kind": "checked",
                  "schedules": 41,
                },
                "kind": "check",
              },
              {
                "at": "a time",
                "kind": "note",
                "text": "what does the customer do next?",
              },
            ],
            "navigator": "Grace",
            "tookMs": 239999,
          },
          {
            "beganAt": "a time",
            "driver": "Grace",
            "events": [
              {
                "at": "a time",
                "kind": "hint",
                "rung": 1,
              },
              {
                "at": "a time",
                "kind": "passed over",
                "name": "Edsger",
              },
              {
                "at": "a time",
                "check": {
                  "copy": "c",
                  "durationMs": 900,
                  "exercise": "lost-intent",
                  "kind": "checked",
                  "schedules": 41,
                },
                "kind": "check",
              },
            ],
            "navigator": "Edsger",
            "tookMs": 240000,
          },
        ],
      }
    `);
  });
});

describe('other screens say that a mob is on', () => {
  test('kata', () => {
    const place = { kind: 'at', exercise: lostIntent, standing: red } as const;
    const text = homeView(
      wide,
      fifteen,
      new Map([[red.exercise, red]]),
      place,
      driverText(running.mob, running.now),
    );
    expect(shown(text)).toMatchInlineSnapshot(`
      "
        Rock-solid software                                            0 of 15 solved

        intent     ○ ◐ ○           outside    ○ ○
        messages   ○ ○ ○ ○ ○ ○     tokens     ○
        our code   ○ ○ ○

        02 lost-intent                                      4 checks, 0 of 10 minutes
        Every cart that a customer saw as submitted becomes an order
                                                          broken in 3 of 41 schedules

        → edit workspace/02-lost-intent/cart.ts, then kata check
          stuck? kata hint (0 of 4 taken)      the talk before it: kata lecture 02
          the brief: kata goto 02

        a mob is on: Grace drives, 3:12 left                          kata mob status
      "
    `);
  });

  test('kata watch', () => {
    const { mob, now } = running;
    const state = {
      exercise: lostIntent,
      standing: red,
      mob: { mob, now, news: undefined },
      judging: undefined,
      last: undefined,
      page: undefined,
    };
    expect(shown(watchView(wide, 12, state).join('\n'))).toMatchInlineSnapshot(`
      "

        lost-intent

        ○ Every cart that a customer saw as submitted becomes an order
        ○ No order for a cart that was not submitted





        02 lost-intent   Grace drives, 3:12 left
        h hint   d diff   l list   n next   r reset   q quit
      "
    `);
    const last = watchView(wide, 12, { ...state, mob: { mob, now: over.now, news: undefined } }).at(
      -2,
    );
    expect(last).toMatchInlineSnapshot(`"  02 lost-intent   Grace drives, 0:05 over"`);
  });

  test('the bell', () => {
    expect(turnOverText(over.mob)).toMatchInlineSnapshot(
      `"Grace’s turn is over; Edsger drives next"`,
    );
    expect(driverText(paused.mob, paused.now)).toMatchInlineSnapshot(
      `"Grace drives, 3:00 left, paused"`,
    );
  });
});
