/** What the golden screens show: the fifteen exercises of the two days, and a judgement or two. */
import type { ScheduleCoverage, ScheduleStory } from '../../lab/index.ts';
import type { Catalogue } from '../../src/domain/catalogue.ts';
import type { Exercise, ModuleName } from '../../src/domain/exercise.ts';
import type { ModelRun } from '../../src/domain/model.ts';
import type { Judgement } from '../../src/domain/judgement.ts';
import type { Standing } from '../../src/domain/progress.ts';
import { colourless, plain, unicode, type Screen } from '../../src/views/screen.ts';

export const wide: Screen = { columns: 80, style: colourless, symbols: unicode };
export const narrow: Screen = { ...wide, columns: 60 };
export const wordy: Screen = { ...wide, symbols: plain };

export function exerciseOf(number: number, name: string, parts: Partial<Exercise> = {}): Exercise {
  const id = `${String(number).padStart(2, '0')}-${name}`;
  return {
    number,
    name,
    id,
    title: name,
    module: 'intent',
    minutes: 10,
    lecture: '01-why-messages',
    entry: 'cart.ts',
    fixed: [],
    hints: ['Who else writes here?', 'Look at the version.', 'Compare, then write.', 'Load again.'],
    promises: [
      {
        id: 'every-order',
        text: 'Every cart that a customer saw as submitted becomes an order',
        ask: 'what does the customer do next, and what would your code do then?',
      },
      {
        id: 'no-surplus',
        text: 'No order for a cart that was not submitted',
        ask: 'who made it?',
      },
    ],
    breaks: ['every-order'],
    folders: {
      exercise: `/w/exercises/${id}`,
      starter: `/w/exercises/${id}/starter`,
      hidden: `/w/exercises/${id}/hidden`,
      variants: `/w/exercises/${id}/variants`,
      solution: `/w/solutions/${id}`,
      workspace: `/w/workspace/${id}`,
    },
    ...parts,
  };
}

const names: Readonly<Record<ModuleName, readonly string[]>> = {
  intent: ['double-click', 'lost-intent', 'outbox'],
  messages: ['at-least-once', 'out-of-order', 'immutable-facts', 'identity', 'retries', 'poison'],
  'our-code': ['invariants', 'model', 'conformance'],
  outside: ['payment', 'webhooks'],
  tokens: ['tokens'],
};

export const fifteen: Catalogue = Object.entries(names)
  .flatMap(([module, each]) => each.map((name) => ({ module: module as ModuleName, name })))
  .map(({ module, name }, index) => exerciseOf(index + 1, name, { module }));

export function standingOf(exercise: string, parts: Partial<Standing> = {}): Standing {
  return {
    exercise,
    state: 'open',
    checks: 0,
    hints: 0,
    revealed: false,
    timeMs: 0,
    solvedAtCheck: undefined,
    last: undefined,
    ...parts,
  };
}

export const lostIntent = exerciseOf(2, 'lost-intent');

export const crashStory: ScheduleStory = {
  scenario: 'the web process crashes between its commit and its message',
  lanes: ['customer', 'web', 'store', 'broker', 'nobody'],
  steps: [
    { event: 0, kind: 'call', from: 'customer', to: 'web', text: 'POST submit' },
    {
      event: 1,
      kind: 'call',
      from: 'web',
      to: 'store',
      text: 'commit cart-7',
      effect: 'v2 submitted',
      at: { file: 'checkout.ts', line: 14, column: 3 },
      changes: [{ kind: 'document', key: 'cart-7', value: { status: 'submitted' }, version: 2 }],
    },
    { event: 2, kind: 'answer', from: 'web', to: 'customer', text: '200' },
    {
      event: 3,
      kind: 'fault',
      fault: 'crash',
      on: 'web',
      text: 'crash before send SubmitOrder, and with it goes the message that was not sent yet',
      at: { file: 'checkout.ts', line: 16, column: 3 },
    },
    { event: 3, kind: 'restart', on: 'web', text: 'boots again, its memory is lost' },
    { event: 4, kind: 'note', on: 'broker', text: 'holds no SubmitOrder' },
  ],
  so: 'cart-7 is submitted for its customer, and no SubmitOrder exists',
  passes: 'when the crash comes one step later',
  token: '14f1c0k',
};

export const red: Judgement = {
  exercise: 'lost-intent',
  passed: false,
  promises: [
    {
      promise: 'every-order',
      holds: false,
      brokenIn: 3,
      tried: 41,
      unit: 'schedule',
      story: crashStory,
    },
    { promise: 'no-surplus', holds: true, brokenIn: 0, tried: 41, unit: 'schedule' },
  ],
  coverage: [
    {
      scenario: 'one crash',
      unit: 'schedule',
      kind: 'exhaustive',
      schedules: 41,
      blocked: 0,
      bounds: [],
      goals: [],
    },
  ],
  durationMs: 912,
};

export const explored: readonly [ScheduleCoverage, ScheduleCoverage] = [
  {
    scenario: 'two clicks in two web processes',
    unit: 'schedule',
    kind: 'exhaustive',
    schedules: 196,
    blocked: 0,
    bounds: [],
    goals: [],
  },
  {
    scenario: 'one click, and the web process crashes',
    unit: 'schedule',
    kind: 'exhaustive',
    schedules: 1008,
    blocked: 0,
    bounds: [
      { fault: 'crash', atMost: 1, seen: 412 },
      { fault: 'duplicate delivery', atMost: 2, seen: 388 },
    ],
    goals: [{ goal: 'the message was sent twice', seen: 97 }],
  },
];

export const green: Judgement = {
  exercise: 'lost-intent',
  passed: true,
  promises: red.promises.map(({ promise }) => ({
    promise,
    holds: true,
    brokenIn: 0,
    tried: 1204,
    unit: 'schedule',
  })),
  coverage: explored,
  durationMs: 1288,
};

/** A model whose invariants hold in every state. */
export const rightModel = {
  file: 'inbox-outbox.qnt',
  module: 'inboxOutbox',
  durationMs: 1_840,
  reached: {
    how: 'explored',
    kind: 'exhaustive',
    states: 2_415,
    depth: 17,
    transitions: 10_940,
    deadlocks: 1,
    nearestDeadlock: {
      steps: 10,
      state: [
        { name: 'queue', value: 'Map("m1" -> "completed", "m2" -> "completed")' },
        {
          name: 'store',
          value: '{ booked: Map("m1" -> 1, "m2" -> 1), inbox: Set("m1", "m2"), outbox: Set() }',
        },
        { name: 'topic', value: 'Set("m1", "m2")' },
      ],
    },
  },
  invariants: ['bookedOnce', 'noGhosts', 'nothingForgotten'].map((name) => ({
    name,
    holds: true,
    saysNothing: false,
    brokenIn: 0,
  })),
  trace: {},
} as const satisfies ModelRun;

/** The same before it was repaired. */
export const forgetful: ModelRun = {
  ...rightModel,
  reached: { ...rightModel.reached, states: 5_299, depth: 22, transitions: 22_714 },
  invariants: [
    ...rightModel.invariants.slice(0, 2),
    {
      name: 'nothingForgotten',
      holds: false,
      saysNothing: false,
      brokenIn: 352,
      story: {
        scenario: 'inboxOutbox',
        lanes: ['payments #1', 'payments #2', 'queue', 'store', 'topic'],
        steps: [
          {
            event: 0,
            kind: 'call',
            from: 'payments #1',
            to: 'queue',
            text: 'receive m1',
            effect: 'm1 → payments #1',
            changes: [],
          },
          {
            event: 1,
            kind: 'call',
            from: 'payments #1',
            to: 'store',
            text: 'commit',
            effect: 'booked m1 → 1, inbox + m1',
            at: { file: 'inbox-outbox.qnt', line: 14, column: 14 },
            changes: [],
          },
          {
            event: 2,
            kind: 'fault',
            fault: 'crash',
            on: 'payments #1',
            text: 'crash: queue m1 → waiting',
          },
          {
            event: 3,
            kind: 'note',
            on: 'payments #1',
            text: 'goOn: line → dispatch',
            at: { file: 'inbox-outbox.qnt', line: 13, column: 41 },
          },
        ],
        so: 'nothingForgotten is false',
      },
      state: [
        { name: 'queue', value: 'Map("m1" -> "completed", "m2" -> "waiting")' },
        {
          name: 'store',
          value: '{ booked: Map("m1" -> 1, "m2" -> 0), inbox: Set("m1"), outbox: Set() }',
        },
        { name: 'topic', value: 'Set()' },
      ],
    },
  ],
};
