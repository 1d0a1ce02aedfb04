import { expect, test } from 'vitest';
import type { Attack, AttackCoverage, PromiseVerdict, ScheduleStory } from '../../lab/index.ts';
import type { Judgement } from '../../src/domain/judgement.ts';
import { checkView } from '../../src/views/check.ts';
import { brokenText } from '../../src/views/coverage.ts';
import { exerciseOf, narrow, standingOf, wide, wordy } from './samples.ts';

const exercise = exerciseOf(10, 'be-the-adversary', {
  entry: 'schedules.ts',
  promises: [
    { id: 'first', text: 'first breaks the promise that somebody is on duty', ask: 'Who looks?' },
    { id: 'second', text: 'second breaks the promise that it counts once', ask: 'Who is late?' },
  ],
});

const first: ScheduleStory = {
  scenario: 'ada and ben both want to go home',
  lanes: ['support #1', 'support #2', 'store', 'broker'],
  steps: [
    { event: 0, kind: 'call', from: 'broker', to: 'support #1', text: 'EndShift m1' },
    {
      event: 1,
      kind: 'call',
      from: 'support #1',
      to: 'store',
      text: 'load agent-ada',
      effect: 'v3 on duty',
    },
    { event: 2, kind: 'call', from: 'broker', to: 'support #2', text: 'EndShift m2' },
    {
      event: 5,
      kind: 'call',
      from: 'support #2',
      to: 'store',
      text: 'commit',
      effect: 'agent-ben v4 at home',
    },
    {
      event: 7,
      kind: 'call',
      from: 'support #1',
      to: 'store',
      text: 'commit',
      effect: 'agent-ada v4 at home',
    },
  ],
  byItself: 3,
  so: 'nobody is on duty',
  passes: 'when one comes before the other',
  token: '1ij230001',
};
const second: ScheduleStory = { ...first, scenario: 'a box came', token: '1kkab0011' };

function attacked(
  promise: string,
  story: ScheduleStory,
  attack: Attack,
  holds = false,
): PromiseVerdict {
  return { promise, holds, brokenIn: holds ? 0 : 1, tried: 1, unit: 'attack', story, attack };
}

const bounds = [
  { fault: 'crash', atMost: 1 },
  { fault: 'lock expiry', atMost: 1 },
] as const;
const searched: AttackCoverage = {
  unit: 'attack',
  scenario: 'ada and ben both want to go home',
  kind: 'exhaustive',
  schedules: 1_083,
  bounds,
};
const shortest: Attack = { steps: 3, possible: [], fewest: { steps: 3, isCertain: true } };
const possible = [
  { step: "step('support #1')", does: 'load agent-ben' },
  { step: "deliver('m2', 'support #2')", does: 'EndShift {agent: ben, …}' },
];

function check(promises: readonly PromiseVerdict[], screen = wide): string {
  const passed = promises.every(({ holds }) => holds);
  const judgement: Judgement = {
    exercise: exercise.name,
    passed,
    promises,
    coverage: promises.flatMap(({ holds }) => (holds ? [searched] : [])),
    durationMs: 812,
  };
  const parts = { checks: 4, timeMs: 6.5 * 60_000 };
  const standing = standingOf(exercise.name, passed ? { ...parts, solvedAtCheck: 4 } : parts);
  return `\n${checkView(screen, exercise, judgement, standing)}\n`;
}

const refused: Attack = {
  steps: 5,
  refused: {
    number: 4,
    step: "deliver('m2', 'support #1')",
    why: 'support #1 is still at work on m1',
    at: { file: 'schedules.ts', line: 14, column: 3 },
  },
  possible,
};
const { scenario, lanes, token } = first;
const begun: ScheduleStory = { scenario, lanes, token, steps: first.steps.slice(0, 2) };

test('a step that is not possible: how far it came, why not, and what is', () => {
  const verdicts = [attacked('first', begun, refused), attacked('second', second, shortest, true)];
  expect(check(verdicts)).toMatchInlineSnapshot(`
    "
      ✗ 10 be-the-adversary                                          check 4, 0.8 s

      ✗ first breaks the promise that somebody is on duty
        step 4 of 5 is not possible
      ✓ second breaks the promise that it counts once
        ★★ broken in 3 steps; fewer are not enough
        so nobody is on duty
        kata replay 10.1kkab0011

        ada and ben both want to go home:

           support #1  store  broker
                │        │       │
                │◄───────┼───────┤     EndShift m1
                ├───────►│       │     load agent-ada: v3 on duty

        step 4    deliver('m2', 'support #1')                       schedules.ts:14
        why not   support #1 is still at work on m1
        possible  instead:
          step('support #1')           load agent-ben
          deliver('m2', 'support #2')  EndShift {agent: ben, …}

      → Who looks?      stuck? kata hint
    "
  `);
  expect(check(verdicts, narrow)).toMatchInlineSnapshot(`
    "
      ✗ 10 be-the-adversary                      check 4, 0.8 s

      ✗ first breaks the promise that somebody is on duty
        step 4 of 5 is not possible
      ✓ second breaks the promise that it counts once
        ★★ broken in 3 steps; fewer are not enough
        so nobody is on duty
        kata replay 10.1kkab0011

        ada and ben both want to go home:

           support #1  broker
                │  store  │
                │    │    │
                │◄───┼────┤     EndShift m1
                ├───►│    │     load agent-ada: v3 on duty

        step 4    deliver('m2', 'support #1')   schedules.ts:14
        why not   support #1 is still at work on m1
        possible  instead:
          step('support #1')           load agent-ben
          deliver('m2', 'support #2')  EndShift {agent: ben, …}

      → Who looks?      stuck? kata hint
    "
  `);
  expect(check(verdicts, wordy)).toMatchInlineSnapshot(`
    "
      x 10 be-the-adversary                                          check 4, 0.8 s

      x first breaks the promise that somebody is on duty
        step 4 of 5 is not possible
      ok second breaks the promise that it counts once
        ** broken in 3 steps; fewer are not enough
        so nobody is on duty
        kata replay 10.1kkab0011

        ada and ben both want to go home:

           1. broker to support #1: EndShift m1
           2. support #1 to store: load agent-ada: v3 on duty

        step 4    deliver('m2', 'support #1')                       schedules.ts:14
        why not   support #1 is still at work on m1
        possible  instead:
          step('support #1')           load agent-ben
          deliver('m2', 'support #2')  EndShift {agent: ben, ...}

      -> Who looks?      stuck? kata hint
    "
  `);
});

test('the very first step is not possible: there is no story yet', () => {
  const atOnce = {
    ...refused,
    steps: 1,
    refused: { ...refused.refused!, number: 1 },
    possible: [],
  };
  expect(check([attacked('first', { ...begun, steps: [] }, atOnce)])).toMatchInlineSnapshot(`
    "
      ✗ 10 be-the-adversary                                          check 4, 0.8 s

      ✗ first breaks the promise that somebody is on duty
        step 1 of 1 is not possible

        step 1    deliver('m2', 'support #1')                       schedules.ts:14
        why not   support #1 is still at work on m1

      → Who looks?      stuck? kata hint
    "
  `);
});

test('all steps are possible, and nothing is broken: what came by itself, and what could have come', () => {
  const kept: ScheduleStory = { ...first, byItself: 1 };
  const attack: Attack = { steps: 1, possible };
  expect(check([attacked('first', kept, attack)])).toMatchInlineSnapshot(`
    "
      ✗ 10 be-the-adversary                                          check 4, 0.8 s

      ✗ first breaks the promise that somebody is on duty
        its one step is possible, and nothing is broken

        ada and ben both want to go home:

           support #1  support #2  store  broker
                │           │        │       │
                │◄──────────┼────────┼───────┤     EndShift m1
                │           │        │       │     by itself from here on:
                ├───────────┼───────►│       │     load agent-ada: v3 on duty
                │           │◄───────┼───────┤     EndShift m2
                │           ├───────►│       │     commit: agent-ben v4 at home
                ├───────────┼───────►│       │     commit: agent-ada v4 at home

        possible  after step 1, instead of going on by itself:
          step('support #1')           load agent-ben
          deliver('m2', 'support #2')  EndShift {agent: ben, …}

      → Who looks?      stuck? kata hint
    "
  `);
});

test('an empty schedule shows what happens by itself, and what could be the first step', () => {
  const lines = check([attacked('first', { ...first, byItself: 0 }, { steps: 0, possible })]).split(
    '\n',
  );
  expect(lines).toContain('    an empty schedule: all goes by itself, and nothing is broken');
  expect(lines).toContain('    possible  first:');
});

test('nothing is left to happen after the last step', () => {
  const lines = check([attacked('first', first, { steps: 9, possible: [] })]).split('\n');
  expect(lines).toContain('    its 9 steps are possible, and nothing is broken');
  expect(lines).toContain('    possible  nothing more');
});

test('every schedule breaks what it is to break: the stories are the trophies', () => {
  const longer: Attack = { ...shortest, steps: 7 };
  const verdicts = [
    attacked('first', first, shortest, true),
    attacked('second', second, longer, true),
  ];
  expect(check(verdicts)).toMatchInlineSnapshot(`
    "
      ✓ 10 be-the-adversary                            solved in 7 minutes, check 4

      ✓ first breaks the promise that somebody is on duty
        ★★ broken in 3 steps; fewer are not enough
      ✓ second breaks the promise that it counts once
        ★☆ broken in 7 steps; 3 are enough

        ada and ben both want to go home:

           support #1  support #2  store  broker
                │           │        │       │
                │◄──────────┼────────┼───────┤     EndShift m1
                ├───────────┼───────►│       │     load agent-ada: v3 on duty
                │           │◄───────┼───────┤     EndShift m2
                │           │        │       │     by itself from here on:
                │           ├───────►│       │     commit: agent-ben v4 at home
                ├───────────┼───────►│       │     commit: agent-ada v4 at home

        so        nobody is on duty
        harmless  when one comes before the other
        replay    kata replay 10.1ij230001

        a box came:

           support #1  support #2  store  broker
                │           │        │       │
                │◄──────────┼────────┼───────┤     EndShift m1
                ├───────────┼───────►│       │     load agent-ada: v3 on duty
                │           │◄───────┼───────┤     EndShift m2
                │           │        │       │     by itself from here on:
                │           ├───────►│       │     commit: agent-ben v4 at home
                ├───────────┼───────►│       │     commit: agent-ada v4 at home

        so        nobody is on duty
        harmless  when one comes before the other
        replay    kata replay 10.1kkab0011

        the fewest steps are known from trying 2,166 shorter schedules with ≤ 1
        crash and ≤ 1 lock expiry, for the 2 promises together

      → kata next      compare: kata diff --solution
        why it holds: kata solution
    "
  `);
  expect(check(verdicts, wordy)).toMatchInlineSnapshot(`
    "
      ok 10 be-the-adversary                           solved in 7 minutes, check 4

      ok first breaks the promise that somebody is on duty
        ** broken in 3 steps; fewer are not enough
      ok second breaks the promise that it counts once
        *. broken in 7 steps; 3 are enough

        ada and ben both want to go home:

           1. broker to support #1: EndShift m1
           2. support #1 to store: load agent-ada: v3 on duty
           3. broker to support #2: EndShift m2
              by itself from here on:
           4. support #2 to store: commit: agent-ben v4 at home
           5. support #1 to store: commit: agent-ada v4 at home

        so        nobody is on duty
        harmless  when one comes before the other
        replay    kata replay 10.1ij230001

        a box came:

           1. broker to support #1: EndShift m1
           2. support #1 to store: load agent-ada: v3 on duty
           3. broker to support #2: EndShift m2
              by itself from here on:
           4. support #2 to store: commit: agent-ben v4 at home
           5. support #1 to store: commit: agent-ada v4 at home

        so        nobody is on duty
        harmless  when one comes before the other
        replay    kata replay 10.1kkab0011

        the fewest steps are known from trying 2,166 shorter schedules with <= 1
        crash and <= 1 lock expiry, for the 2 promises together

      -> kata next      compare: kata diff --solution
         why it holds: kata solution
    "
  `);
});

test('a search for the fewest steps that was not finished does not say more than it knows', () => {
  const uncertain: Attack = { ...shortest, fewest: { steps: 3, isCertain: false } };
  const text = check([attacked('first', first, uncertain, true)]);
  expect(text).toContain('★☆ broken in 3 steps; whether fewer are enough is not known');
});

test('the home screen has no figures of a schedule that breaks nothing', () => {
  expect(brokenText({ brokenIn: 1, tried: 1, unit: 'attack' })).toBe('not broken yet');
});
