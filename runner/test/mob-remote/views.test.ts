import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { SealedCopy } from '../../src/domain/sealed-copy.ts';
import type { Mob } from '../../src/domain/mob.ts';
import { KataError } from '../../src/errors.ts';
import { followView } from '../../src/views/mob-clock.ts';
import { statusView, type MobState } from '../../src/views/mob.ts';
import { metView, newsText, type SharedState } from '../../src/views/mob-remote.ts';
import { watchView } from '../../src/views/watch.ts';
import { colourless, unicode, type Screen } from '../../src/views/screen.ts';
import { exerciseOf, standingOf } from '../screens/samples.ts';

const screen: Screen = { columns: 80, style: colourless, symbols: unicode };
const now = new Date(2026, 0, 2, 10, 42).getTime();

const mob: Mob = {
  people: ['Ada', 'Grace', 'Edsger'].map((name) => ({
    name,
    present: true,
    facilitates: false,
    turns: 1,
  })),
  turnMs: 240_000,
  turns: ['Ada', 'Grace'].map((driver, index) => ({
    driver,
    navigator: undefined,
    beganAt: now - 60_000 * (2 - index),
    endedAt: index === 0 ? now - 60_000 : undefined,
    pausedMs: 0,
  })),
  driver: 'Grace',
  navigator: 'Edsger',
  upcoming: ['Edsger', 'Ada'],
  pausedSince: undefined,
  ended: false,
};
const shared: SharedState = {
  url: 'https://example.org/room.git',
  branch: 'mob/07-message-identity',
  person: 'Edsger',
  reachedAt: now - 120_000,
  trouble: undefined,
  pending: false,
  waiting: undefined,
  beside: [],
};
const state = (change: Partial<SharedState> = {}): MobState => ({
  exercise: exerciseOf(7, 'message-identity'),
  mob,
  standing: standingOf('message-identity'),
  own: undefined,
  now,
  shared: { ...shared, ...change },
});
const sealed: SealedCopy = {
  id: '20260102-093012-417-3f9a2c',
  at: now,
  exercise: 'message-identity',
  reason: 'mob',
  keep: true,
  hash: '3f9a2c'.padEnd(64, '0'),
  entries: [],
};
const met = {
  meeting: 'hand over',
  laidOut: false,
  staying: [],
  unshared: undefined,
  replaced: undefined,
  beside: undefined,
} as const;
const beside = 'mob/07-message-identity-beside/edsger-1a2b3c4';
const trouble = new KataError(
  'remote-unreachable',
  'The room cannot be reached: no route.',
  'Wait.',
);

test('both kept: where each of the two is, and how to bring one’s own back', () => {
  const screenText = metView(screen, state(), {
    ...met,
    meeting: 'keep both',
    laidOut: true,
    replaced: sealed,
    beside,
  });
  expect(screenText).toMatchInlineSnapshot(`
    "  Two handed over at the same time, and both turns are kept.
      Theirs is laid out here; yours is on the branch
      mob/07-message-identity-beside/edsger-1a2b3c4, and sealed here as 3f9a2c.
      → look at both together; kata restore 3f9a2c brings yours back here
      shared on mob/07-message-identity
    "
  `);
});

test('taken up, and what stays', () => {
  const staying = ['a.swp', 'b', 'c', 'd', 'e', 'f'].map((path) => ({ path, why: 'is hidden' }));
  expect(metView(screen, state(), { ...met, meeting: 'take', laidOut: true, staying }))
    .toMatchInlineSnapshot(`
    "  The work of the others is laid out. Grace has the keyboard since 2 Jan 10:41.
      stays on this machine: a.swp is hidden, b is hidden, c is hidden, d is
      hidden, e is hidden, and 1 more
      shared on mob/07-message-identity
    "
  `);
});

test('not shared yet', () => {
  expect(metView(screen, state(), { ...met, unshared: trouble })).toMatchInlineSnapshot(`
    "  Not shared yet: The room cannot be reached: no route.
      The next hand-over tries again; everything is kept here.
    "
  `);
});

test('the status with news, and without the remote', () => {
  const waiting = { driver: 'Edsger', since: now, work: true };
  expect(statusView(screen, state({ waiting }))).toMatchInlineSnapshot(`
    "  07 message-identity                                               mob, turn 2

      driver      Grace
      navigator   Edsger
      then        Ada
      left        3:00 of 4:00
      shared      mob/07-message-identity at https://example.org/room.git

      not checked yet

      → You have the keyboard: kata mob next lays the work out here
        your own work back: kata mob stop"
  `);
  const kept = [{ kind: 'kept-beside', driver: 'Ada', branch: beside, uid: 'x', at: now }] as const;
  expect(statusView(screen, state({ trouble, pending: true, beside: kept })))
    .toMatchInlineSnapshot(`
      "  07 message-identity                                               mob, turn 2

        driver      Grace
        navigator   Edsger
        then        Ada
        left        3:00 of 4:00
        shared      mob/07-message-identity, last reached 2 Jan 10:40: The room
                    cannot be reached: no route.
                    your last hand-over is not shared yet
        Ada handed over at the same time as somebody else: that work is kept on
        mob/07-message-identity-beside/edsger-1a2b3c4.

        not checked yet

        → kata mob next hands over      your own work back: kata mob stop"
    `);
});

test('kata watch says that something has come', () => {
  const news = newsText({ ...shared, waiting: { driver: 'Grace', since: now, work: true } });
  const lines = watchView(screen, 24, {
    exercise: exerciseOf(7, 'message-identity'),
    standing: standingOf('message-identity'),
    mob: { mob, now, news },
    judging: undefined,
    last: undefined,
    page: undefined,
  });
  expect(lines.join('\n')).toMatch(/Grace has the keyboard: kata mob next lays the work out here/);
});

describe.each([40, 60, 80, 100])('at %i columns', (columns) => {
  const narrow = { ...screen, columns };
  const waiting = { driver: 'Grace', since: now, work: true };
  const kept = [{ kind: 'kept-beside', driver: 'Ada', branch: beside, uid: 'x', at: now }] as const;
  const full = state({ waiting, trouble, pending: true, beside: kept });

  test('nothing is wider than the screen', () => {
    const meetings = ['hand over', 'share', 'take', 'keep both', 'nothing'] as const;
    const texts = meetings.flatMap((meeting) => [
      metView(narrow, full, { ...met, meeting, unshared: trouble, replaced: sealed, beside }),
      metView(narrow, full, { ...met, meeting, laidOut: true, replaced: sealed }),
    ]);
    texts.push(statusView(narrow, full), followView(narrow, 60, full, 'a note').join('\n'));
    const lines = texts.join('\n').split('\n');
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
  });
});
