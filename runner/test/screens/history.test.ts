import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../lab/index.ts';
import type { Replayed } from '../../src/domain/judgement.ts';
import { historyItf } from '../../src/views/history-itf.ts';
import { historyJson } from '../../src/views/history-json.ts';
import { historyMermaid } from '../../src/views/history-mermaid.ts';
import { replayView } from '../../src/views/replay.ts';
import { crashStory, lostIntent, wide } from './samples.ts';

const message = { kind: 'message', queue: 'orders', messageId: 'm1' } as const;

/** Every kind of step and of change. */
const replayed: Replayed = {
  exercise: 'lost-intent',
  given: [
    { kind: 'document', key: 'cart-7', value: { status: 'open', lines: [1.5, null] }, version: 1 },
    { kind: 'api', host: 'gateway', state: { charges: [] } },
    { ...message, messageId: 'm0', state: 'waiting' },
  ],
  story: {
    ...crashStory,
    lanes: ['customer', 'web', 'store', 'broker', 'gateway', 'nobody'],
    steps: [
      ...crashStory.steps,
      {
        event: 5,
        kind: 'call',
        from: 'web',
        to: 'broker',
        text: 'send SubmitOrder; #1',
        effect: 'm1',
        changes: [{ ...message, state: 'waiting' }],
      },
      {
        event: 6,
        kind: 'call',
        from: 'web',
        to: 'gateway',
        text: 'POST /charges',
        effect: '201 {"#id":"c1"}',
        changes: [
          { kind: 'api', host: 'gateway', state: { charges: [{ '#id': 'c1' }] } },
          { ...message, state: 'completed' },
        ],
      },
      {
        event: 7,
        kind: 'call',
        from: 'web',
        to: 'store',
        text: 'commit',
        effect: 'cart-7 gone',
        changes: [{ kind: 'document', key: 'cart-7', version: 0 }],
      },
    ],
  },
  broken: [{ promise: 'every-order', so: 'cart-7 is submitted, and no SubmitOrder exists' }],
};

const contributing = readFileSync(
  join(resolve(import.meta.dirname, '../../..'), 'CONTRIBUTING.md'),
  'utf8',
);

test('a replayed schedule: its whole history, then what it breaks', () => {
  expect(`\n${replayView(wide, lostIntent, replayed)}\n`).toMatchInlineSnapshot(`
    "
      ✗ 02 lost-intent                                            replay 02.14f1c0k

        the web process crashes between its commit and its message:

           customer    store    gateway                                 checkout.ts
               │   web   │ broker  │
               │    │    │    │    │
               ├───►│    │    │    │      POST submit
               │    ├───►│    │    │      commit cart-7: v2 submitted           :14
               │◄───┤    │    │    │      200
               │    ✖    │    │    │      crash before send SubmitOrder, and with
               │    │    │    │    │        it goes the message that was not sent
               │    │    │    │    │        yet                                 :16
               │    ⟳    │    │    │      boots again, its memory is lost
               │    │    │    •    │      holds no SubmitOrder
               │    ├────┼───►│    │      send SubmitOrder; #1: m1
               │    ├────┼────┼───►│      POST /charges: 201 {"#id":"c1"}
               │    ├───►│    │    │      commit: cart-7 gone

      ✗ Every cart that a customer saw as submitted becomes an order
        so  cart-7 is submitted, and no SubmitOrder exists

      → what does the customer do next, and what would your code do then?
        stuck? kata hint
    "
  `);
});

test('a schedule that breaks nothing any more says so, and that there are others', () => {
  expect(replayView(wide, lostIntent, { ...replayed, broken: [] })).toMatch(
    / {2}✓ This schedule no longer breaks anything\n\n {2}→ kata check runs all the others as well$/,
  );
});

test('a schedule that somebody wrote to break something is a trophy when it does', () => {
  const attack: Replayed = { ...replayed, isAttack: true };
  expect(replayView(wide, lostIntent, attack)).toMatch(
    /^ {2}✓ 02 lost-intent .*\n[^]*\n {2}✓ Every cart[^]*\n {2}→ kata check plays your schedules as they are now$/,
  );
  expect(replayView(wide, lostIntent, { ...attack, broken: [] })).toMatch(
    /^ {2}✗ 02 lost-intent .*\n[^]*\n {2}✗ This schedule breaks nothing\n/,
  );
});

test('CONTRIBUTING.md lists the fields of the JSON document, and no other', () => {
  const [, table = ''] = /<!-- history -->([^]*)<!-- \/history -->/.exec(contributing) ?? [];
  const documented = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
  const real = fieldsOf(JSON.parse(historyJson(lostIntent, replayed)));
  expect(new Set(documented)).toEqual(real);
});

/** 'steps[].at.line'. What the exercise itself put into documents and third parties is not looked into. */
function fieldsOf(json: unknown, path = ''): ReadonlySet<string> {
  if (/\.value$|^given\[\]\.state$|^steps\[\]\.changes\[\]\.state$/.test(path))
    return new Set([path]);
  if (Array.isArray(json)) return new Set(json.flatMap((each) => [...fieldsOf(each, `${path}[]`)]));
  if (typeof json !== 'object' || json === null) return new Set([path]);
  const below = Object.entries(json).flatMap(([name, value]) => [
    ...fieldsOf(value, path === '' ? name : `${path}.${name}`),
  ]);
  return new Set(below);
}

test('a Mermaid diagram: names and texts cannot be taken for Mermaid’s own', () => {
  expect(`\n${historyMermaid(replayed)}\n`).toMatchInlineSnapshot(`
    "
    sequenceDiagram
      title the web process crashes between its commit and its message
      participant lane1 as customer
      participant lane2 as web
      participant lane3 as store
      participant lane4 as broker
      participant lane5 as gateway
      lane1->>lane2: POST submit
      lane2->>lane3: commit cart-7: v2 submitted — checkout.ts:14
      lane2-->>lane1: 200
      Note over lane2: ✖ crash before send SubmitOrder, and with it goes the message that was not sent yet — checkout.ts:16
      Note over lane2: ⟳ boots again, its memory is lost
      Note over lane4: holds no SubmitOrder
      lane2->>lane4: send SubmitOrder#59; #35;1: m1
      lane2->>lane5: POST /charges: 201 {#34;#35;id#34;:#34;c1#34;}
      lane2->>lane3: commit: cart-7 gone
      Note over lane1,lane5: cart-7 is submitted, and no SubmitOrder exists
    "
  `);
});

test('whatever names and texts say, each step is one statement of its own', () => {
  const word = fc.constantFrom(
    'end',
    'wrap:',
    'a',
    '#',
    ';',
    '%%',
    '"',
    '$$',
    '<b>',
    '\n',
    '->>',
    ':',
  );
  const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => `x${words.join(' ')}`);
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 3 }), text, (lanes, said) => {
      const [from = '', to = ''] = lanes;
      const steps = [{ event: 0, kind: 'call' as const, from, to, text: said }];
      const story = { ...crashStory, scenario: said, lanes, steps };
      const [head, ...statements] = historyMermaid({ ...replayed, story }).split('\n');
      expect(head).toBe('sequenceDiagram');
      expect(statements.map((line) => line.replace(/#\d+;/g, '')).join('\n')).toMatch(
        /^ {2}title [^#;%\n]+\n( {2}participant lane\d as [^#;%\n]+\n){2} {2}lane1->>lane2: [^#;%\n]+\n {2}Note over lane1,lane2: .*$/,
      );
    }),
  );
});

interface Trace {
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, unknown>>[];
}

const trace = (of: Replayed): Trace => JSON.parse(historyItf(lostIntent, of)) as Trace;

test('a trace of states: the beginning, and one after each step', () => {
  const { vars, states } = trace(replayed);
  expect(vars).toEqual(['documents', 'messages', 'thirdParties', 'lastStep']);
  expect(states).toHaveLength(replayed.story.steps.length + 1);
  for (const [index, state] of states.entries()) {
    expect(Object.keys(state)).toEqual(['#meta', ...vars]);
    expect(state['#meta']).toEqual({ index });
  }
  expect(states[0]).toMatchObject({
    documents: {
      '#map': [
        [
          'cart-7',
          {
            value: {
              status: 'open',
              lines: [{ '#unserializable': '1.5' }, { '#unserializable': 'null' }],
            },
            version: { '#bigint': '1' },
          },
        ],
      ],
    },
    messages: { '#map': [[{ '#tup': ['orders', 'm0'] }, 'waiting']] },
    lastStep: { kind: 'beginning' },
  });
  expect(states[2]).toMatchObject({
    documents: { '#map': [['cart-7', { version: { '#bigint': '2' } }]] },
    lastStep: { event: { '#bigint': '1' }, from: 'web', to: 'store', at: 'checkout.ts:14' },
  });
  expect(states.at(-1)).toMatchObject({
    documents: { '#map': [] },
    messages: {
      '#map': [
        [{ '#tup': ['orders', 'm0'] }, 'waiting'],
        [{ '#tup': ['orders', 'm1'] }, 'completed'],
      ],
    },
    thirdParties: { '#map': [['gateway', { charges: [{ '#map': [['#id', 'c1']] }] }]] },
  });
});

test('whatever documents hold, the trace has no words but those of the format', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const given: Change[] = [{ kind: 'document', key: '#k', value, version: 1 }];
      for (const state of trace({ ...replayed, given }).states) expectItf(state['documents']);
    }),
  );
});

/** The expressions of the format, and the name for what it cannot say. */
function expectItf(value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean') return;
  if (Array.isArray(value)) return value.forEach(expectItf);
  if (typeof value !== 'object' || value === null)
    throw new Error(`${String(value)} is no expression`);
  const fields = Object.entries(value);
  const own = fields.filter(([name]) => name.startsWith('#'));
  if (own.length === 0) return fields.forEach(([, each]) => expectItf(each));
  expect(fields).toHaveLength(1);
  const [name, inner] = own[0]!;
  if (name === '#bigint') expect(inner).toMatch(/^-?\d+$/);
  else if (name === '#unserializable') expect(inner).toMatch(/^null$|^-?\d/);
  else if (name === '#tup') (inner as unknown[]).forEach(expectItf);
  else {
    expect(name).toBe('#map');
    for (const pair of inner as unknown[][]) {
      expect(pair).toHaveLength(2);
      pair.forEach(expectItf);
    }
  }
}
