import { describe, expect, test } from 'vitest';
import type { MobFact, NewMobFact } from '../../src/domain/mob.ts';
import { readLog, writeLog } from '../../src/domain/shared-log.ts';

const now = Date.UTC(2026, 0, 2, 9, 30);
const id = '00000000-0000-4000-8000-000000000000';
const uidOf = (number: number): string => id.slice(0, -3) + String(number).padStart(3, '0');

const kinds: readonly NewMobFact[] = [
  { kind: 'began', people: ['Ada', 'Édith O’Neil'], facilitators: [], turnMs: 240_000 },
  { kind: 'turn', driver: 'Ada' },
  { kind: 'turn', driver: 'Édith O’Neil' },
  { kind: 'paused' },
  { kind: 'resumed' },
  { kind: 'added', name: '票' },
  { kind: 'dropped', name: 'Ada' },
  { kind: 'skipped', name: 'Ada' },
  { kind: 'note', text: 'two lines\nand a 👩‍💻' },
  { kind: 'kept-beside', driver: 'Ada', branch: 'mob/01-tally-beside/ada-1a2b3c4' },
  { kind: 'progress', fact: { kind: 'opened', exercise: 'tally' } },
  { kind: 'progress', fact: { kind: 'hinted', exercise: 'tally', rung: 2 } },
  { kind: 'progress', fact: { kind: 'revealed', exercise: 'tally' } },
  {
    kind: 'progress',
    fact: {
      kind: 'checked',
      exercise: 'tally',
      broken: 'every-vote-counts',
      brokenIn: 2,
      schedules: 41,
      unit: 'schedule',
      durationMs: 812.5,
      copy: '20260102-093012-417-3f9a2c',
      token: '1k3f904f1c~1-0-3',
      missed: undefined,
    },
  },
];
const facts = kinds.map((fact, index): MobFact => ({
  ...fact,
  uid: uidOf(index),
  at: now + index,
}));

test('every kind of fact that travels comes back as it was', () => {
  const text = writeLog({ id, exercise: 'tally', facts });
  expect(readLog(text, now)).toEqual({ id, exercise: 'tally', facts });
});

test('saves do not travel, nor does the end of a mob at one machine', () => {
  const more: readonly MobFact[] = [
    {
      kind: 'progress',
      fact: { kind: 'saved', exercise: 'tally' },
      uid: uidOf(100),
      at: now + 100,
    },
    { kind: 'ended', uid: uidOf(101), at: now + 101 },
  ];
  const text = writeLog({ id, exercise: 'tally', facts: [...facts, ...more] });
  expect(readLog(text, now).facts).toEqual(facts);
});

describe('facts from elsewhere are refused', () => {
  const [began] = facts;
  const head = JSON.stringify({ version: 1, id, exercise: 'tally' });
  const log = (...more: readonly object[]): string =>
    [head, ...[began, ...more].map((fact) => JSON.stringify(fact))].join('\n');
  const fact = (fields: object) => ({
    uid: uidOf(200),
    at: now,
    kind: 'note',
    text: 'x',
    ...fields,
  });

  test('but only for a reason', () => {
    expect(readLog(log(fact({})), now).facts).toHaveLength(2);
    expect(readLog(log(fact({ at: now + 60_000 })), now).facts).toHaveLength(2);
  });

  test.each<readonly [string, object, RegExp]>([
    ['no identity', { uid: 'x' }, /line 3 has no identity/],
    ['a time that is no number', { at: '2026' }, /no time that can be/],
    ['a time before all of this', { at: 0 }, /no time that can be/],
    ['a time of no integer', { at: 1e300 }, /no time that can be/],
    ['the day after tomorrow', { at: now + 48 * 3_600_000 }, /future/],
    ['an unknown kind', { kind: 'shell' }, /not known here/],
    ['the end of the mob', { kind: 'ended', text: undefined }, /not known here/],
    ['a kind that every object has', { kind: 'constructor' }, /not known here/],
    ['a field too many', { more: 1 }, /does not look like/],
    ['a note that moves the cursor', { text: '\u001b[2J' }, /does not look like/],
    ['a note that is endless', { text: 'x'.repeat(3000) }, /does not look like/],
    [
      'a name that moves the cursor',
      { kind: 'added', text: undefined, name: 'A\u0007' },
      /look like/,
    ],
    ['a name that is none', { kind: 'added', text: undefined, name: '../x' }, /look like/],
    [
      'a turn of a year',
      { kind: 'began', text: undefined, people: [], facilitators: [], turnMs: 1e12 },
      /look like/,
    ],
    [
      'a branch elsewhere',
      { kind: 'kept-beside', text: undefined, driver: 'A', branch: 'main' },
      /look like/,
    ],
    [
      'another exercise',
      { kind: 'progress', text: undefined, fact: { kind: 'opened', exercise: 'x' } },
      /something else/,
    ],
    ['progress without shape', { kind: 'progress', text: undefined, fact: null }, /look like/],
    [
      'progress of an unknown kind',
      { kind: 'progress', text: undefined, fact: { kind: 'x' } },
      /not known/,
    ],
  ])('with %s', (_, fields, why) => {
    expect(() => readLog(log(fact(fields)), now)).toThrow(why);
  });

  test('when they are no lines of JSON objects, or nobody’s', () => {
    expect(() => readLog('', now)).toThrow(/line 1 does not say whose/);
    expect(() => readLog(`${head}\n{`, now)).toThrow(/line 2 is no JSON object/);
    expect(() => readLog(`${head}\n[]`, now)).toThrow(/line 2 is no JSON object/);
    expect(() => readLog(head, now)).toThrow(/does not begin a mob/);
    expect(() => readLog(log(...Array.from({ length: 20_001 }, () => fact({}))), now)).toThrow(
      /not the last one/,
    );
    expect(() => readLog(head.replace('"version":1', '"version":2'), now)).toThrow(/whose/);
  });
});
