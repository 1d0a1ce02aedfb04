import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLectures } from '../src/adapters/lectures.ts';
import { agenda as agendaCommand } from '../src/commands/agenda.ts';
import type { Kata } from '../src/commands/command.ts';
import { moment, parseAgenda, type Slot } from '../src/domain/agenda.ts';
import type { Exercise } from '../src/domain/exercise.ts';
import type { Fact } from '../src/domain/progress.ts';
import { colourless, unicode } from '../src/views/screen.ts';

const root = join(import.meta.dirname, '../..');
const agenda = parseAgenda(readFileSync(join(root, 'lectures/agenda.json'), 'utf8'));

/** Module by module, as the curriculum has them. */
const dayOne = [
  ['double-click', 'lost-intent', 'sync-async-boundary'],
  ['settle-last', 'natural-idempotency', 'immutable-facts'],
  ['message-identity', 'deterministic-ids', 'outbox'],
].flat();
const dayTwo = [
  ['be-the-adversary', 'thousand-paths', 'model-check'],
  ['third-party-payment', 'keyless-courier', 'tokens'],
].flat();

const minutes = ({ start, end }: Slot) => end - start;
const exercises = (day: number, kind: Slot['kind']) =>
  agenda[day]?.slots.filter((slot) => slot.kind === kind).map((slot) => slot.exercise);

/** March 2026, in the machine's own zone: the agenda is about the clock on the wall. */
const at = (date: number, hours: number, mins: number) => new Date(2026, 2, date, hours, mins);
let facts = 0;
const opened = (exercise: string, when: Date): Fact => ({
  kind: 'opened',
  exercise,
  id: (facts += 1),
  at: when.getTime(),
});
const solved = (exercise: string, when: Date): Fact => ({
  kind: 'checked',
  exercise,
  id: (facts += 1),
  at: when.getTime(),
  broken: undefined,
  brokenIn: undefined,
  schedules: 41,
  durationMs: 900,
  copy: 'none',
});

describe('the two days', () => {
  test('run from 9:30 to 17:30, to the minute', () => {
    expect(agenda).toHaveLength(2);
    for (const { slots } of agenda) {
      expect(slots[0]?.start).toBe(9 * 60 + 30);
      expect(slots.at(-1)?.end).toBe(17 * 60 + 30);
      expect(slots.reduce((sum, slot) => sum + minutes(slot), 0)).toBe(8 * 60);
    }
  });

  test('have no gap and no overlap', () => {
    for (const { slots } of agenda) {
      expect(slots.slice(1).map(({ start }) => start)).toEqual(
        slots.slice(0, -1).map(({ end }) => end),
      );
      expect(slots.filter((slot) => minutes(slot) <= 0)).toEqual([]);
    }
  });

  test('hold every exercise once alone and once together, in order', () => {
    for (const kind of ['solo', 'mob'] as const) {
      expect(exercises(0, kind)).toEqual(dayOne);
      expect(exercises(1, kind)).toEqual(dayTwo);
    }
  });

  test('give ten minutes alone, then ten to fifteen together at once', () => {
    for (const { slots } of agenda) {
      for (const [index, slot] of slots.entries()) {
        if (slot.kind !== 'solo') continue;
        const mob = slots[index + 1];
        expect(mob).toMatchObject({ kind: 'mob', exercise: slot.exercise, start: slot.end });
        expect(minutes(slot)).toBe(10);
        expect([10, 11, 12, 13, 14, 15]).toContain(mob && minutes(mob));
      }
    }
  });

  test('put each talk of five to fifteen minutes right before the exercise of its number, or after all', () => {
    const order = [...dayOne, ...dayTwo];
    const talks: number[] = [];
    for (const { slots } of agenda) {
      for (const [index, slot] of slots.entries()) {
        if (slot.kind !== 'lecture') continue;
        expect(minutes(slot)).toBeGreaterThanOrEqual(5);
        expect(minutes(slot)).toBeLessThanOrEqual(15);
        const number = Number(slot.lecture?.slice(0, 2));
        expect(slots[index + 1]?.exercise).toBe(order[number - 1]);
        talks.push(number);
      }
    }
    expect(talks).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16]);
  });

  test('leave nobody without lunch, or for two hours without a break', () => {
    for (const { slots } of agenda) {
      expect(slots.filter((slot) => slot.kind === 'lunch').map(minutes)).toEqual([60]);
      const pauses = slots.filter(({ kind }) => kind === 'break' || kind === 'lunch');
      const edges = [slots[0]?.start ?? 0, ...pauses.flatMap((slot) => [slot.start, slot.end])];
      edges.push(slots.at(-1)?.end ?? 0);
      for (let index = 0; index < edges.length; index += 2) {
        expect((edges[index + 1] ?? 0) - (edges[index] ?? 0)).toBeLessThan(120);
      }
    }
  });
});

describe('what is now and what is next', () => {
  test('is day one while nothing was opened', () => {
    const here = moment(agenda, [], at(9, 9, 30));
    expect(here).toMatchObject({
      day: 1,
      now: { kind: 'room' },
      next: { lecture: '01-why-messages' },
    });
  });

  test('changes on the minute', () => {
    const first = [opened('double-click', at(9, 10, 5))];
    expect(moment(agenda, first, at(9, 10, 14)).now?.kind).toBe('solo');
    expect(moment(agenda, first, at(9, 10, 15)).now?.kind).toBe('mob');
  });

  test('is the first item before the day begins, and tomorrow after it ends', () => {
    const last = [solved('outbox', at(9, 17, 0))];
    expect(moment(agenda, [], at(9, 8, 0))).toMatchObject({ now: undefined, next: { day: 1 } });
    expect(moment(agenda, last, at(9, 17, 30))).toMatchObject({
      day: 1,
      now: undefined,
      next: { day: 2, start: 9 * 60 + 30 },
    });
  });

  test('is day two on the morning after the last exercise of day one was solved', () => {
    expect(moment(agenda, [solved('outbox', at(9, 17, 0))], at(10, 9, 30)).day).toBe(2);
    expect(moment(agenda, [opened('outbox', at(9, 17, 0))], at(10, 9, 30)).day).toBe(1);
  });

  test('is day two as soon as an exercise of day two is opened, and ends with it', () => {
    const late = [opened('tokens', at(10, 15, 5))];
    expect(moment(agenda, late, at(10, 15, 6)).now).toMatchObject({ exercise: 'tokens' });
    expect(moment(agenda, late, at(10, 17, 30))).toMatchObject({ now: undefined, next: undefined });
  });
});

describe('kata agenda', () => {
  const doubleClick = {
    number: 1,
    name: 'double-click',
    id: '01-double-click',
    title: 'Two clicks, one order',
  } as Exercise;

  async function run(input: { json?: boolean }, now: Date, log: readonly Fact[] = []) {
    const printed: string[] = [];
    const kata: Partial<Kata> = {
      catalogue: [doubleClick],
      lectures: openLectures(root),
      clock: { now: () => now.getTime() },
      progress: { facts: () => log } as Kata['progress'],
      screen: { columns: 80, style: colourless, symbols: unicode },
      terminal: { print: (text) => void printed.push(text) } as Kata['terminal'],
    };
    expect(await agendaCommand(kata as Kata, input)).toBe(0);
    return printed.join('\n');
  }

  test('shows both days, the place in them, and exercises that are not there yet', async () => {
    const log = [opened('double-click', at(9, 10, 5))];
    expect(await run({}, at(9, 10, 12), log)).toMatchInlineSnapshot(`
      "  Day 1                                                         09:30 to 17:30

          09:30            Welcome, and kata doctor on every machine
          09:50  talk      Why messages
        → 10:05  exercise  01 double-click         Two clicks, one order   mob 10:15
          10:30  talk      Partial failures
          10:45  exercise  lost-intent             Submitted, and gone     mob 10:55
          11:10            Break
          11:25  talk      The border between HTTP and messages
          11:35  exercise  sync-async-boundary     What 202 promises       mob 11:45
          12:00            Lunch
          13:00  talk      What a broker guarantees
          13:15  exercise  settle-last             When is a message done  mob 13:25
          13:40  talk      Where duplicates come from
          13:50  exercise  natural-idempotency     Counting hearts         mob 14:00
          14:15            Break
          14:30  talk      Order, and why not to rely on it
          14:40  exercise  immutable-facts         A cart in any order     mob 14:50
          15:05  talk      The identity of a message
          15:15  exercise  message-identity        The late copy           mob 15:25
          15:40            Break
          15:55  exercise  deterministic-ids       Points counted twice    mob 16:05
          16:20  talk      The outbox
          16:35  exercise  outbox                  The forgotten voucher   mob 16:45
          17:00            Time in hand: open exercises, other solutions, questions
          17:15            Looking back at day one

        Day 2                                                         09:30 to 17:30

          09:30            Good morning: what day one left open
          09:45  talk      Think like the scheduler
          10:00  exercise  be-the-adversary        Be the adversary        mob 10:10
          10:25  talk      Testing what may happen
          10:40  exercise  thousand-paths          A test without sleep    mob 10:50
          11:05            Break
          11:20  talk      Model checking, TLA+ and Quint
          11:35  exercise  model-check             Every reachable state   mob 11:45
          12:00            Lunch
          13:00  talk      The unknown outcome
          13:15  exercise  third-party-payment     Charged once            mob 13:25
          13:40  exercise  keyless-courier         Two parcels for one     mob 13:50
                                                   order
          14:05            Break
          14:20            On real parts: kata run, and SIGKILL
          14:50  talk      Kinds of deduplication, and their prices
          15:05  exercise  tokens                  The archive that was    mob 15:15
                                                   replayed
          15:30  talk      What each promise costs
          15:45            Break
          16:00            Your own system, in pairs: which promise breaks first
          16:45            Time in hand: open exercises, other solutions, questions
          17:15            Looking back at both days, and what to read next

        now   10:12, everyone alone on 01 double-click, until 10:15
        next  10:15, the mob on 01 double-click
              Day 1 follows from the exercise at hand, 01 double-click."
    `);
  });

  test('says so when the day is over', async () => {
    const text = await run({}, at(9, 18, 0));
    expect(text.slice(text.lastIndexOf('now  '))).toMatchInlineSnapshot(`
      "now   18:00, day 1 is over
        next  day 2, 09:30, Good morning: what day one left open
              No exercise of the agenda was opened yet, so this is day 1."
    `);
  });

  test('says so when the day has not begun, and when all is over', async () => {
    expect(await run({}, at(9, 8, 5))).toContain('now   08:05, day 1 has not begun\n');
    const text = await run({}, at(10, 18, 0), [opened('tokens', at(10, 17, 0))]);
    expect(text.slice(text.lastIndexOf('now  '))).toMatchInlineSnapshot(`
      "now   18:00, day 2 is over
        next  nothing, this was the last day
              Day 2 follows from the exercise at hand, tokens."
    `);
  });

  test('does not guess the day from an exercise that is not in the agenda', async () => {
    const text = await run({}, at(9, 9, 45), [opened('something-else', at(9, 9, 40))]);
    expect(text).toContain('No exercise of the agenda was opened yet, so this is day 1.');
  });

  test('fits 80 columns', async () => {
    for (const line of (await run({}, at(9, 12, 0))).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test('prints one JSON document with clock times on request', async () => {
    const log = [opened('double-click', at(9, 10, 5))];
    const document: unknown = JSON.parse(await run({ json: true }, at(9, 10, 12), log));
    expect(document).toMatchObject({
      day: 1,
      now: {
        start: '10:05',
        end: '10:15',
        kind: 'solo',
        title: 'Two clicks, one order',
        exercise: 'double-click',
      },
      next: { day: 1, start: '10:15', kind: 'mob', exercise: 'double-click' },
      days: [{ day: 1 }, { day: 2 }],
    });
  });
});

const day = (item: unknown) => JSON.stringify({ days: [{ start: '09:30', items: [item] }] });

describe('a damaged agenda.json', () => {
  test.each([
    ['no JSON', '{', 'this is not a JSON object'],
    ['no days', '{}', 'the file: “days” must be a list'],
    ['a bad start', '{"days":[{"start":"9.30","items":[{}]}]}', 'day 1: “start” must be a time'],
    ['an unknown kind', day({ kind: 'nap', title: 'Nap', minutes: 5 }), 'day 1, item 1: “kind”'],
    ['no duration', day({ kind: 'break', title: 'Break' }), 'day 1, item 1: “minutes” must be'],
    ['a fraction', day({ kind: 'break', title: 'Break', minutes: 1.5 }), '“minutes” must be'],
    ['no title', day({ kind: 'break', minutes: 5 }), '“title” must be a text'],
  ])('is refused where it is wrong: %s', (_, text, message) => {
    expect(() => parseAgenda(text)).toThrow(
      expect.objectContaining({
        code: 'unreadable-file',
        message: expect.stringContaining(message),
      }),
    );
  });
});
