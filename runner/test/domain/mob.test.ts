import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storyOf } from '../../src/domain/mob-story.ts';
import {
  inOrder,
  memberNamed,
  mobOf,
  nextTurn,
  parsePeople,
  parseTurn,
  progressOf,
  timeLeft,
  pausedFor,
  type Mob,
  type MobFact,
  type NewMobFact,
} from '../../src/domain/mob.ts';
import type { Fact } from '../../src/domain/progress.ts';

const minute = 60_000;
const began = { kind: 'began', facilitators: [], turnMs: 4 * minute } as const;

/** As the desk records them: each with an identity, and later than the one before. */
function recorded(...facts: readonly (NewMobFact & { readonly at?: number })[]): MobFact[] {
  let last = 0;
  return facts.map(({ at, ...fact }, index) => ({
    ...(fact as NewMobFact),
    uid: `u${String(index).padStart(3, '0')}`,
    at: (last = at ?? last + 1),
  }));
}

function turn(driver: string, at?: number): NewMobFact & { at?: number } {
  return { kind: 'turn', driver, ...(at !== undefined && { at }) };
}

/** The room at work: each action recorded as the commands record it. */
function room(people: readonly string[], facilitators: readonly string[] = []) {
  let facts = recorded({ ...began, people, facilitators });
  const mob = (): Mob => mobOf(facts);
  const record = (...added: readonly (NewMobFact | undefined)[]): void => {
    for (const fact of added) {
      if (fact === undefined) continue;
      facts = [...facts, { ...fact, uid: `u${facts.length}`, at: facts.length + 1 }];
    }
  };
  const next = (): void => record(nextTurn(mob()));
  next();
  return {
    mob,
    next,
    /** Names in the order in which they drive, the present driver first. */
    drivers(turns: number): readonly (string | undefined)[] {
      return Array.from({ length: turns }, (_, index) => {
        if (index > 0) next();
        return mob().driver;
      });
    },
    add: (name: string) => record({ kind: 'added', name }),
    drop(name: string) {
      const drove = mob().driver === name;
      record({ kind: 'dropped', name });
      if (drove) next();
    },
    skip(name: string) {
      if (mob().driver === name) next();
      else record({ kind: 'skipped', name });
    },
  };
}

describe('who drives', () => {
  test('goes round in the order in which they were named', () => {
    const round = ['Ada', 'Grace', 'Edsger'];
    expect(room(round).drivers(7)).toEqual([...round, ...round, 'Ada']);
  });

  test('has the one before as navigator where there are only two', () => {
    const { next, mob } = room(['Ada', 'Grace']);
    next();
    expect(mob()).toMatchObject({ driver: 'Grace', navigator: 'Ada' });
    expect(mob().turns.map(({ navigator }) => navigator)).toEqual(['Grace', 'Ada']);
  });

  test('navigates before: whoever drives next tells now what to type', () => {
    const { mob, next } = room(['Ada', 'Grace', 'Edsger']);
    for (let turns = 0; turns < 9; turns += 1) {
      const { navigator } = mob();
      next();
      expect(mob().driver).toBe(navigator);
    }
  });

  test('is whoever came late, once each of the others has had a turn', () => {
    const late = room(['Ada', 'Grace', 'Edsger']);
    late.add('Barbara');
    const round = ['Ada', 'Grace', 'Edsger', 'Barbara'];
    expect(late.drivers(8)).toEqual([...round, ...round]);
    const atTheEnd = room(['Ada', 'Grace', 'Edsger']);
    atTheEnd.drivers(3);
    atTheEnd.add('Barbara');
    expect(atTheEnd.drivers(6)).toEqual(['Edsger', 'Ada', 'Grace', 'Edsger', 'Barbara', 'Ada']);
  });

  test('is whoever came late before whoever came back and has driven since', () => {
    const back = room(['Ada', 'Grace', 'Edsger']);
    back.drop('Grace');
    back.next();
    back.add('Grace');
    // Grace waits longest now. She and Edsger have one turn each, but he is still to drive in this round.
    expect(back.drivers(3)).toEqual(['Edsger', 'Grace', 'Ada']);
    back.add('Barbara');
    expect(back.drivers(5)).toEqual(['Ada', 'Edsger', 'Barbara', 'Grace', 'Ada']);
  });

  test('is somebody who was passed over in the next round, not twice in this one', () => {
    const { skip, drivers } = room(['Ada', 'Grace', 'Edsger']);
    skip('Grace');
    expect(drivers(5)).toEqual(['Ada', 'Edsger', 'Grace', 'Ada', 'Edsger']);
  });

  test('is never whoever was just passed over, be it once or twice, while somebody else waits', () => {
    const { skip, mob, next, drivers } = room(['Ada', 'Grace', 'Edsger']);
    next();
    skip('Edsger');
    skip('Edsger');
    expect(mob().upcoming).toEqual(['Ada', 'Edsger']);
    expect(drivers(4)).toEqual(['Grace', 'Ada', 'Edsger', 'Grace']);
  });

  test('goes round where everybody who waits has been passed over: each time to another one', () => {
    const { skip, mob, next } = room(['Ada', 'Grace', 'Edsger']);
    next();
    const first = (): string => mob().upcoming[0]!;
    expect(first()).toBe('Edsger');
    skip('Ada');
    skip('Edsger');
    expect(first()).toBe('Ada');
    skip('Ada');
    expect(first()).toBe('Edsger');
    next();
    expect(mob().driver).toBe('Edsger');
  });

  test('is the same one again where nobody else is there, and nobody where all facilitate', () => {
    expect(room(['Ada']).drivers(3)).toEqual(['Ada', 'Ada', 'Ada']);
    expect(room([], ['Edsger']).mob()).toMatchObject({ driver: undefined, upcoming: [] });
  });

  test('is never somebody who facilitates, also where they are named among the others', () => {
    const { drivers, mob } = room(['Ada', 'Grace', 'Edsger'], ['grace']);
    expect(drivers(4)).toEqual(['Ada', 'Edsger', 'Ada', 'Edsger']);
    expect(memberNamed(mob(), 'GRACE')).toEqual({
      name: 'Grace',
      present: true,
      facilitates: true,
      turns: 0,
    });
  });

  test('is one person however a turn spells their name', () => {
    const mob = mobOf(
      recorded({ ...began, people: ['Ada', 'Grace'], facilitators: [] }, turn('ADA')),
    );
    expect(mob).toMatchObject({ driver: 'Ada', upcoming: ['Grace'] });
  });

  type Action = readonly ['next' | 'add' | 'drop' | 'skip', string];
  const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony', 'Leslie'];
  const action: fc.Arbitrary<Action> = fc.tuple(
    fc.constantFrom('next', 'next', 'next', 'add', 'drop', 'skip'),
    fc.constantFrom(...names),
  );
  const rooms = fc.record({
    people: fc.shuffledSubarray(names, { minLength: 1 }),
    leads: fc.boolean(),
    actions: fc.array(action, { maxLength: 40 }),
  });

  /** Plays a day, and looks after each action. */
  function play(
    { people, leads, actions }: { people: string[]; leads: boolean; actions: Action[] },
    look: (mob: Mob, action: Action, before: Mob) => void,
  ): Mob {
    const at = room(people, leads ? ['Margaret'] : []);
    for (const [what, name] of actions) {
      const before = at.mob();
      const present = before.people.filter((each) => each.present && !each.facilitates);
      // As the commands: the last one who drives cannot leave, and nobody joins twice.
      if (what === 'next') at.next();
      else if (what === 'add' && memberNamed(before, name)?.present !== true) at.add(name);
      else if (what === 'skip' && present.some((each) => each.name === name)) at.skip(name);
      else if (what === 'drop' && present.some((each) => each.name === name) && present.length > 1)
        at.drop(name);
      look(at.mob(), [what, name], before);
    }
    return at.mob();
  }

  test('turns of all who are there all the time differ by at most one', () => {
    fc.assert(
      fc.property(rooms, (day) => {
        const wronged = new Set(
          day.actions.flatMap(([what, name]) => (what === 'drop' || what === 'skip' ? name : [])),
        );
        const steady = day.people.filter((name) => !wronged.has(name));
        play(day, (mob) => {
          const turns = steady.map((name) => memberNamed(mob, name)!.turns);
          if (turns.length > 0) expect(Math.max(...turns) - Math.min(...turns)).toBeLessThan(2);
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('it is somebody who is there and does not lead, and two in a row only if alone', () => {
    fc.assert(
      fc.property(rooms, (day) => {
        play(day, (mob, [what, name], before) => {
          const driver = memberNamed(mob, mob.driver!)!;
          expect(driver).toMatchObject({ present: true, facilitates: false });
          expect(mob.upcoming).not.toContain(mob.driver);
          // Whoever drives and is skipped hands over, and waits like the others.
          const passedOver = what === 'skip' && before.driver !== name;
          if (passedOver && mob.upcoming.length > 1) expect(mob.upcoming[0]).not.toBe(name);
          if (mob.turns.length > before.turns.length && mob.driver === before.driver) {
            expect(before.upcoming).toEqual([]);
          }
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('nobody who has just come drives before those who have driven least', () => {
    fc.assert(
      fc.property(rooms, (day) => {
        const waiting = new Map<string, Set<string>>();
        // Who was passed over, away or late is not owed those turns; what they are owed, other tests say.
        const actions = day.actions.filter(([what]) => what !== 'skip');
        const away = new Set<string>();
        play({ ...day, actions }, (mob, [what, name], before) => {
          if (what === 'add' && !before.people.some((each) => each.name === name)) {
            const turns = (each: string): number => memberNamed(before, each)!.turns;
            const least = Math.min(...before.upcoming.map(turns));
            const owed = before.upcoming
              .filter((each) => turns(each) === least && !away.has(each))
              .filter((each) => least === 0 || day.people.includes(each));
            waiting.set(name, new Set(owed));
          }
          if (what === 'drop') {
            away.add(name);
            for (const each of waiting.values()) each.delete(name);
          }
          if (mob.turns.length === before.turns.length) return;
          expect([...(waiting.get(mob.driver!) ?? [])]).toEqual([]);
          waiting.delete(mob.driver!);
          for (const each of waiting.values()) each.delete(mob.driver!);
        });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the clock', () => {
  const four = recorded({ ...began, people: ['Ada', 'Grace'], facilitators: [], at: 0 });
  const facts = (...more: readonly (NewMobFact & { at?: number })[]): MobFact[] => [
    ...four,
    ...recorded(...more).map((fact, index) => ({ ...fact, uid: `v${index}` })),
  ];

  test('runs down, and below nothing once the turn is over', () => {
    const mob = mobOf(facts(turn('Ada', 1000)));
    expect(timeLeft(mob, 1000)).toBe(4 * minute);
    expect(timeLeft(mob, 1000 + minute)).toBe(3 * minute);
    expect(timeLeft(mob, 1000 + 5 * minute)).toBe(-minute);
  });

  test('stands still while it is paused, and goes on where it stood', () => {
    const paused = facts(turn('Ada', 0), { kind: 'paused', at: minute });
    expect(timeLeft(mobOf(paused), 9 * minute)).toBe(3 * minute);
    expect(pausedFor(mobOf(paused), 9 * minute)).toBe(8 * minute);
    const again = [
      ...paused,
      ...recorded({ kind: 'paused', at: 2 * minute }, { kind: 'resumed', at: 5 * minute }),
    ];
    expect(timeLeft(mobOf(again), 6 * minute)).toBe(2 * minute);
    expect(mobOf(again)).toMatchObject({ pausedSince: undefined });
  });

  test('begins anew with each turn, and runs even if it was paused', () => {
    const mob = mobOf(
      facts(turn('Ada', 0), { kind: 'paused', at: minute }, turn('Grace', 3 * minute)),
    );
    expect(timeLeft(mob, 4 * minute)).toBe(3 * minute);
    expect(mob.turns.map(({ beganAt, endedAt, pausedMs }) => [beganAt, endedAt, pausedMs])).toEqual(
      [
        [0, 3 * minute, 2 * minute],
        [3 * minute, undefined, 0],
      ],
    );
  });

  test('shows a whole turn, and no more, until a clock that was set back has caught up', () => {
    const mob = mobOf(facts(turn('Ada', 60 * minute)));
    expect(timeLeft(mob, 0)).toBe(4 * minute);
    expect(timeLeft(mob, 61 * minute)).toBe(3 * minute);
    const paused = mobOf(facts(turn('Ada', 0), { kind: 'paused', at: 60 * minute }));
    expect(pausedFor(paused, 0)).toBe(0);
  });

  test('has nothing to show before the first turn, and after the end', () => {
    expect(timeLeft(mobOf(four), 0)).toBeUndefined();
    const ended = mobOf(facts(turn('Ada', 0), { kind: 'ended', at: minute }));
    expect(ended).toMatchObject({ ended: true, driver: undefined, navigator: undefined });
    expect(timeLeft(ended, minute)).toBeUndefined();
    expect(ended.turns.at(-1)).toMatchObject({ endedAt: minute });
  });

  test('a turn has only the time that passed in it: never less than nothing, never more than all', () => {
    const step = fc.record({
      kind: fc.constantFrom('paused' as const, 'resumed' as const, 'turn' as const),
      pause: fc.integer({ min: 1, max: 5 * minute }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.nat(minute), (steps, later) => {
        let at = 1;
        const all = facts(
          turn('Ada', at),
          ...steps.map(({ kind, pause }) => {
            at += pause;
            return kind === 'turn' ? turn('Grace', at) : { kind, at };
          }),
        );
        const mob = mobOf(all);
        const last = mob.turns.at(-1)!;
        const passed = mob.turnMs - timeLeft(mob, at + later)!;
        expect(passed).toBeGreaterThanOrEqual(0);
        expect(passed).toBeLessThanOrEqual(at + later - last.beganAt);
        // The story of the turns counts the same time, by itself.
        const told = storyOf(all, at + later);
        expect(told.at(-1)!.tookMs).toBe(passed);
        for (const [index, { beganAt, endedAt = at + later, pausedMs }] of mob.turns.entries()) {
          const still = index === mob.turns.length - 1 ? pausedFor(mob, at + later) : pausedMs;
          expect(told[index]!.tookMs).toBe(endedAt - beganAt - still);
        }
      }),
    );
  });
});

describe('the facts of two machines', () => {
  const anyFact: fc.Arbitrary<NewMobFact> = fc.oneof(
    fc.constantFrom('Ada', 'Grace', 'Tony').map((driver) => turn(driver) as NewMobFact),
    fc.constantFrom('Ada', 'Grace', 'Tony').map((name): NewMobFact => ({ kind: 'added', name })),
    fc.constantFrom('Ada', 'Grace').map((name): NewMobFact => ({ kind: 'skipped', name })),
    fc.constantFrom('Ada', 'Grace').map((name): NewMobFact => ({ kind: 'dropped', name })),
    fc.constantFrom<NewMobFact>(
      { kind: 'paused' },
      { kind: 'resumed' },
      { kind: 'note', text: 'why twice?' },
    ),
  );
  const log = fc
    .uniqueArray(fc.record({ uid: fc.uuid(), at: fc.nat(6), fact: anyFact }), {
      maxLength: 12,
      selector: ({ uid }) => uid,
    })
    .map((rows): MobFact[] => rows.map(({ fact, uid, at }) => ({ ...fact, uid, at })));
  const first: MobFact = { ...began, people: ['Ada', 'Grace'], uid: '', at: -1 };

  test('give the same mob in whatever order, and however often, they are merged', () => {
    fc.assert(
      fc.property(log, log, fc.infiniteStream(fc.nat()), (here, there, dice) => {
        const one = inOrder([first, ...here, ...there]);
        const rolled = [...there, ...here, first, ...here, first].map((fact) => ({
          fact,
          place: dice.next().value as number,
        }));
        const other = inOrder(rolled.toSorted((a, b) => a.place - b.place).map(({ fact }) => fact));
        expect(other).toEqual(one);
        expect(mobOf(other)).toEqual(mobOf(one));
        expect(inOrder([...inOrder(here), ...one])).toEqual(one);
        expect(storyOf(other, 9)).toEqual(storyOf(one, 9));
      }),
    );
  });
});

describe('names', () => {
  test.each([
    ['ada', ['ada']],
    [' ada ,grace,, Edsger W. ', ['ada', 'grace', 'Edsger W.']],
    [
      "O'Neil,Anne-Sophie,Jürgen,R2_D2,李雷,Zoë",
      ["O'Neil", 'Anne-Sophie', 'Jürgen', 'R2_D2', '李雷', 'Zoë'],
    ],
    ['Grace   Brewster\tMurray', ['Grace Brewster Murray']],
    ['a'.repeat(30), ['a'.repeat(30)]],
  ])('%j are people', (text, people) => {
    expect(parsePeople(text)).toEqual(people);
  });

  test.each([
    ['', 'There is no name in it.'],
    [' , ,', 'There is no name in it.'],
    ['ada,Ada', 'Ada is named twice.'],
    ['Zoë,Zoe\u0308', 'is named twice'],
    ['a'.repeat(31), 'longer than 30 characters'],
    ['-rf', '“-rf” is no name.'],
    ['ada\u001b[2J', '“ada [2J” is no name.'],
    ['ada\u202egrace', '“ada grace” is no name.'],
    ['ada\u0007', '“ada ” is no name.'],
    ['<ada>', '“<ada>” is no name.'],
  ])('%j is refused, in words that cannot harm a screen', (text, message) => {
    expect(() => parsePeople(text)).toThrow(message);
  });

  test('whatever is accepted is a name that comes out as it went in', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 })), (texts) => {
        let people: readonly string[];
        try {
          people = parsePeople(texts.join(','));
        } catch {
          return;
        }
        expect(people.length).toBeGreaterThan(0);
        expect(parsePeople(people.join(', '))).toEqual(people);
        for (const name of people) expect(name).toMatch(/^[^\p{C}\s,](?:[^\p{C},]*[^\p{C}\s,])?$/u);
      }),
    );
  });
});

describe('a turn’s length', () => {
  test.each([
    ['4m', 4 * minute],
    ['4min', 4 * minute],
    ['4', 4 * minute],
    ['90s', 90_000],
    ['1m30s', 90_000],
    [' 10s ', 10_000],
    ['60m', 60 * minute],
    ['3600s', 60 * minute],
  ])('%j', (text, ms) => {
    expect(parseTurn(text)).toBe(ms);
  });

  test.each([
    '',
    ' ',
    '0',
    '9s',
    '61m',
    '3601s',
    '4h',
    'm',
    's',
    '-4m',
    '1.5m',
    '4m4',
    '4 m',
    '1e3s',
    '٤m',
    'four',
  ])('%j is refused', (text) => {
    expect(() => parseTurn(text)).toThrow('is not between ten seconds and an hour');
  });

  test('is what was said, between ten seconds and an hour', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(4000), (minutes, seconds) => {
        const ms = (minutes * 60 + seconds) * 1000;
        const parsed = () => parseTurn(`${minutes}m${seconds}s`);
        if (ms >= 10_000 && ms <= 60 * minute) expect(parsed()).toBe(ms);
        else expect(parsed).toThrow('is not between');
      }),
    );
  });
});

const check = {
  kind: 'checked',
  exercise: 'outbox',
  broken: undefined,
  brokenIn: undefined,
  schedules: 0,
  durationMs: 5,
  copy: 'c1',
} as const;

test('the mob’s exercise is the mob’s, all others are the person’s, in one order of time', () => {
  const own: Fact[] = [
    { id: 1, at: 10, kind: 'opened', exercise: 'outbox' },
    { id: 2, at: 20, ...check },
    { id: 3, at: 40, kind: 'opened', exercise: 'tokens' },
  ];
  const facts = recorded(
    { ...began, people: ['Ada'], facilitators: [], at: 29 },
    { kind: 'progress', fact: { kind: 'opened', exercise: 'outbox' }, at: 30 },
    { kind: 'progress', fact: { kind: 'hinted', exercise: 'tokens', rung: 1 }, at: 35 },
    { kind: 'progress', fact: { ...check, broken: 'every-order' }, at: 50 },
  );
  expect(progressOf(own, facts, 'outbox')).toEqual([
    { id: 1, at: 30, kind: 'opened', exercise: 'outbox' },
    { id: 2, at: 40, kind: 'opened', exercise: 'tokens' },
    { id: 3, at: 50, ...check, broken: 'every-order' },
  ]);
});

test('the story tells of each turn what happened in it', () => {
  const facts = recorded(
    { ...began, people: ['Ada', 'Grace'], facilitators: [], at: 0 },
    turn('Ada', 1000),
    { kind: 'progress', fact: { kind: 'opened', exercise: 'outbox' }, at: 1001 },
    { kind: 'progress', fact: { kind: 'saved', exercise: 'outbox' }, at: 2000 },
    { kind: 'progress', fact: check, at: 3000 },
    { kind: 'note', text: 'why twice?', at: 4000 },
    { kind: 'added', name: 'Tony', at: 5000 },
    turn('Grace', 61_000),
    { kind: 'progress', fact: { kind: 'hinted', exercise: 'outbox', rung: 2 }, at: 62_000 },
    { kind: 'progress', fact: { kind: 'revealed', exercise: 'outbox' }, at: 63_000 },
    { kind: 'skipped', name: 'Tony', at: 64_000 },
    { kind: 'dropped', name: 'Tony', at: 65_000 },
    { kind: 'ended', at: 71_000 },
  );
  expect(storyOf(facts, 999_999)).toEqual([
    {
      driver: 'Ada',
      navigator: 'Grace',
      beganAt: 1000,
      tookMs: 60_000,
      events: [
        { kind: 'check', at: 3000, check },
        { kind: 'note', at: 4000, text: 'why twice?' },
        { kind: 'came', at: 5000, name: 'Tony' },
      ],
    },
    {
      driver: 'Grace',
      navigator: 'Tony',
      beganAt: 61_000,
      tookMs: 10_000,
      events: [
        { kind: 'hint', at: 62_000, rung: 2 },
        { kind: 'solution', at: 63_000 },
        { kind: 'passed over', at: 64_000, name: 'Tony' },
        { kind: 'left', at: 65_000, name: 'Tony' },
      ],
    },
  ]);
});
