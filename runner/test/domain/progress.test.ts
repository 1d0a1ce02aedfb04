import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  current,
  idleAfterMs,
  lastBroken,
  standing,
  standings,
  type Fact,
} from '../../src/domain/progress.ts';

const exercises = ['double-click', 'outbox', 'tokens'];

/** Facts in the order they were recorded; the pause before each one may be negative: a clock set back. */
function factsWith(pause: fc.Arbitrary<number>): fc.Arbitrary<Fact[]> {
  const kind = fc.constantFrom('opened', 'saved', 'hinted', 'revealed', 'broken', 'solved');
  const step = fc.record({ kind, pause, exercise: fc.constantFrom(...exercises) });
  return fc.array(step, { maxLength: 25 }).map((steps) => {
    let at = 1_000_000;
    return steps.map((each, index) =>
      factOf(each.kind, index + 1, (at += each.pause), each.exercise),
    );
  });
}

function factOf(kind: string, id: number, at: number, exercise: string): Fact {
  const head = { id, at, exercise };
  switch (kind) {
    case 'hinted':
      return { ...head, kind, rung: 1 + (id % 4) };
    case 'opened':
    case 'saved':
    case 'revealed':
      return { ...head, kind };
    default: {
      const broken = kind === 'broken' ? 'a-promise' : undefined;
      const counts = { brokenIn: broken && 1, schedules: 9, durationMs: 5 };
      return { ...head, kind: 'checked', broken, ...counts, copy: 'c' } as Fact;
    }
  }
}

const monotonic = factsWith(fc.nat(20 * 60_000));
const jumping = factsWith(fc.integer({ min: -(60 * 60_000), max: 60 * 60_000 }));
const name = fc.constantFrom(...exercises);
const later = fc.nat(30 * 60_000);

test('working time is never negative, even when the clock was set back', () => {
  fc.assert(
    fc.property(jumping, name, fc.integer(), (facts, exercise, now) => {
      expect(standing(facts, exercise, now).timeMs).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('working times of all exercises together never exceed the time on the wall', () => {
  fc.assert(
    fc.property(monotonic, later, (facts, more) => {
      const now = (facts.at(-1)?.at ?? 0) + more;
      const wall = now - (facts[0]?.at ?? now);
      const times = exercises.map((exercise) => standing(facts, exercise, now).timeMs);
      expect(times.reduce((sum, time) => sum + time, 0)).toBeLessThanOrEqual(wall);
    }),
  );
});

test('a break is not counted: making a long pause longer changes nothing', () => {
  fc.assert(
    fc.property(monotonic, name, later, fc.nat(), (facts, exercise, more, longer) => {
      const now = (facts.at(-1)?.at ?? 0) + more;
      const from = facts.findIndex(
        (fact, index) => fact.at - (facts[index - 1]?.at ?? fact.at) > idleAfterMs,
      );
      fc.pre(from > 0);
      const stretched = facts.map((fact, index) =>
        index < from ? fact : { ...fact, at: fact.at + longer },
      );
      expect(standing(stretched, exercise, now + longer).timeMs).toBe(
        standing(facts, exercise, now).timeMs,
      );
    }),
  );
});

test('a pause counts up to ten minutes, and not at all beyond', () => {
  const facts = [factOf('opened', 1, 0, 'outbox')];
  expect(standing(facts, 'outbox', idleAfterMs).timeMs).toBe(idleAfterMs);
  expect(standing(facts, 'outbox', idleAfterMs + 1).timeMs).toBe(0);
});

test('what was done in other exercises changes no count of this one, and never adds to its time', () => {
  fc.assert(
    fc.property(monotonic, name, later, (facts, exercise, more) => {
      const now = (facts.at(-1)?.at ?? 0) + more;
      const own = facts.filter((fact) => fact.exercise === exercise);
      const { timeMs, ...among } = standing(facts, exercise, now);
      const { timeMs: _, ...alone } = standing(own, exercise, now);
      expect(among).toEqual(alone);
      const others = facts.filter((fact) => fact.exercise !== exercise);
      expect(standing(others, exercise, now)).toMatchObject({ state: 'untouched', timeMs: 0 });
      expect(timeMs).toBeLessThanOrEqual(now - (own[0]?.at ?? now));
    }),
  );
});

test('the clock stops when the exercise is solved, whatever is done in it later', () => {
  fc.assert(
    fc.property(jumping, name, later, (facts, exercise, more) => {
      const at = facts.findIndex(
        (fact) =>
          fact.exercise === exercise && fact.kind === 'checked' && fact.broken === undefined,
      );
      fc.pre(at >= 0);
      const then = facts[at]!.at;
      const before = standing(facts.slice(0, at + 1), exercise, then);
      const after = standing(facts, exercise, then + more);
      expect(after.timeMs).toBe(before.timeMs);
      expect(after.solvedAtCheck).toBe(before.checks);
      expect(after.state).toBe('solved');
    }),
  );
});

test('renumbering is irrelevant: facts know exercises by name, and nothing else of them is asked', () => {
  fc.assert(
    fc.property(monotonic, (facts) => {
      const numbered = exercises.map((each, index) => ({ name: each, number: index + 1 }));
      const shuffled = exercises.map((each, index) => ({ name: each, number: 40 - index }));
      const now = facts.at(-1)?.at ?? 0;
      expect(standings(facts, numbered, now)).toEqual(standings(facts, shuffled, now));
    }),
  );
});

test('a look at the solution counts only before the exercise is solved', () => {
  const looked = factOf('revealed', 1, 10, 'outbox');
  const solved = factOf('solved', 2, 20, 'outbox');
  expect(standing([looked, solved], 'outbox', 30).revealed).toBe(true);
  expect(standing([solved, { ...looked, id: 3, at: 25 }], 'outbox', 30).revealed).toBe(false);
});

test('the exercise at hand is the one that was touched last', () => {
  expect(current([])).toBeUndefined();
  const facts = ['outbox', 'tokens'].map((each, index) => factOf('saved', index + 1, 0, each));
  expect(current(facts)).toBe('tokens');
});

test('promises that nothing put to the test do not solve an exercise', () => {
  const passed = factOf('solved', 1, 1_000, 'outbox');
  expect(standing([passed], 'outbox', 2_000).state).toBe('solved');
  expect(standing([{ ...passed, missed: 'a crash' } as Fact], 'outbox', 2_000).state).toBe('open');
});

test('the last check in which a promise broke is found behind later ones that passed', () => {
  const broken = { ...factOf('broken', 1, 1_000, 'outbox'), token: '1abcd' } as Fact;
  const facts = [
    broken,
    factOf('solved', 2, 2_000, 'outbox'),
    factOf('broken', 3, 3_000, 'tokens'),
  ];
  expect(lastBroken(facts, 'outbox')).toEqual(broken);
  expect(lastBroken(facts, 'double-click')).toBeUndefined();
});
