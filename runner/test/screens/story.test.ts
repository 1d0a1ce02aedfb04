import { expect, test } from 'vitest';
import type { Story } from '../../lab/index.ts';
import { storyView } from '../../src/views/story.ts';
import { crashStory, wide, wordy } from './samples.ts';

type Unnumbered = Story['steps'][number] extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'event'>
    : never
  : never;

/** Steps of one event each. */
function stepsOf(...steps: readonly Unnumbered[]): Story['steps'] {
  return steps.map((step, event) => ({ event, ...step }));
}

function story(parts: Partial<Story> = {}, width = 74, screen = wide): string {
  return `\n${storyView(screen, { ...crashStory, ...parts }, width).join('\n')}\n`;
}

test('arrows in both directions, a fault and a note, a long text below itself', () => {
  expect(story()).toMatchInlineSnapshot(`
    "
     customer  web   store  broker                                 checkout.ts
         │      │      │       │
         ├─────►│      │       │     POST submit
         │      ├─────►│       │     commit cart-7: v2 submitted           :14
         │◄─────┤      │       │     200
         │      ✖      │       │     crash before send SubmitOrder, and with
         │      │      │       │       it goes the message that was not sent
         │      │      │       │       yet                                 :16
         │      ⟳      │       │     boots again, its memory is lost
         │      │      │       •     holds no SubmitOrder
    "
  `);
});

test('an arrow passes over a lifeline between its ends', () => {
  const lanes = ['customer 1', 'customer 2', 'web'];
  const steps = stepsOf(
    { kind: 'call', from: 'customer 1', to: 'web', text: 'POST submit' },
    { kind: 'answer', from: 'web', to: 'customer 1', text: '201' },
    { kind: 'call', from: 'customer 2', to: 'web', text: 'POST submit' },
  );
  expect(story({ lanes, steps })).toMatchInlineSnapshot(`
    "
     customer 1  customer 2  web
          │           │       │
          ├───────────┼──────►│    POST submit
          │◄──────────┼───────┤    201
          │           ├──────►│    POST submit
    "
  `);
});

test('a story in two files names the file at each step', () => {
  const at = (file: string, line: number) => ({ at: { file, line, column: 1 } });
  const steps = stepsOf(
    { kind: 'call', from: 'web', to: 'store', text: 'commit', ...at('checkout.ts', 14) },
    { kind: 'call', from: 'web', to: 'broker', text: 'send', ...at('sender.ts', 120) },
  );
  expect(story({ steps })).toMatchInlineSnapshot(`
    "
     web   store  broker
      │      │       │
      ├─────►│       │     commit                               checkout.ts:14
      ├──────┼──────►│     send                                  sender.ts:120
    "
  `);
});

test('wide names and wide letters keep every lifeline below its name', () => {
  const lanes = ['payment provider', '倉庫', 'web'];
  const steps = stepsOf(
    { kind: 'call', from: 'web', to: '倉庫', text: 'reserve' },
    { kind: 'answer', from: 'payment provider', to: 'web', text: '402' },
  );
  expect(story({ lanes, steps })).toMatchInlineSnapshot(`
    "
     payment provider  倉庫    web
             │           │      │
             │           │◄─────┤    reserve
             ├───────────┼─────►│    402
    "
  `);
});

test('a lane in which nothing happens takes no room', () => {
  expect(story()).not.toContain('nobody');
});

const eight = ['click 1', 'click 2', 'web #1', 'web #2', 'worker', 'store', 'broker', 'gateway'];
const busy = stepsOf(
  { kind: 'call', from: 'click 1', to: 'web #1', text: 'POST /carts/7/submit' },
  { kind: 'call', from: 'click 2', to: 'web #2', text: 'POST /carts/7/submit' },
  {
    kind: 'call',
    from: 'web #2',
    to: 'store',
    text: 'commit',
    effect: 'order-b1 v1, cart-7 v2 submitted',
    at: { file: 'checkout.ts', line: 36, column: 3 },
  },
  { kind: 'call', from: 'web #2', to: 'broker', text: 'send SubmitOrder', effect: 'm-b1' },
  { kind: 'call', from: 'broker', to: 'worker', text: 'SubmitOrder m-b1' },
  { kind: 'call', from: 'worker', to: 'gateway', text: 'POST /charges', effect: '201' },
);

test('eight lanes are drawn at 80 columns, their names in several rows', () => {
  expect(story({ lanes: eight, steps: busy })).toMatchInlineSnapshot(`
    "
     click 1       web #2       broker                             checkout.ts
        │ click 2     │ worker     │ gateway
        │    │ web #1 │    │ store │    │
        │    │    │   │    │   │   │    │
        ├────┼───►│   │    │   │   │    │      POST /carts/7/submit
        │    ├────┼──►│    │   │   │    │      POST /carts/7/submit
        │    │    │   ├────┼──►│   │    │      commit: order-b1 v1, cart-7
        │    │    │   │    │   │   │    │        v2 submitted              :36
        │    │    │   ├────┼───┼──►│    │      send SubmitOrder: m-b1
        │    │    │   │    │◄──┼───┤    │      SubmitOrder m-b1
        │    │    │   │    ├───┼───┼───►│      POST /charges: 201
    "
  `);
});

test('a wide terminal gives them more room', () => {
  const drawing = storyView(wide, { ...crashStory, lanes: eight, steps: busy }, 74, 134);
  expect(`\n${drawing.join('\n')}\n`).toMatchInlineSnapshot(`
    "
     click 1  click 2  web #1  web #2  worker  store  broker  gateway                                                        checkout.ts
        │        │        │       │       │      │       │       │
        ├────────┼───────►│       │       │      │       │       │      POST /carts/7/submit
        │        ├────────┼──────►│       │      │       │       │      POST /carts/7/submit
        │        │        │       ├───────┼─────►│       │       │      commit: order-b1 v1, cart-7 v2 submitted                     :36
        │        │        │       ├───────┼──────┼──────►│       │      send SubmitOrder: m-b1
        │        │        │       │       │◄─────┼───────┤       │      SubmitOrder m-b1
        │        │        │       │       ├──────┼───────┼──────►│      POST /charges: 201
    "
  `);
});

test('of what happened, only a change of state stands out, and a fault is red', () => {
  const bold = (text: string): string => `<b>${text}</b>`;
  const bad = (text: string): string => `<red>${text}</red>`;
  const marked = story({}, 74, { ...wide, style: { ...wide.style, bold, bad } });
  expect(marked).toContain('commit cart-7: <b>v2 submitted</b>');
  expect(marked).toContain('<red>✖</red>');
  expect(marked.match(/<b>(?!v2)/g)).toHaveLength(1);
  expect(marked.match(/<red>/g)!.length).toBeGreaterThan(1);
});

test('too many lanes for the width are told in sentences instead', () => {
  const lanes = Array.from({ length: 12 }, (_, index) => `worker ${index}`);
  const steps = stepsOf(...lanes.map((on) => ({ kind: 'note' as const, on, text: 'boots' })));
  expect(story({ lanes, steps })).toMatch(/^\n 1\. worker 0: boots\n 2\. /);
  expect(story({ lanes: lanes.slice(0, 4), steps: steps.slice(0, 4) })).toContain('│');
});

test('the told form says who, what and where in plain signs', () => {
  expect(story({}, 74, wordy)).toMatchInlineSnapshot(`
    "
     1. customer to web: POST submit
     2. web to store: commit cart-7: v2 submitted  checkout.ts:14
     3. web to customer: 200
     4. web: crash before send SubmitOrder, and with it goes the message that
        was not sent yet  checkout.ts:16
     5. web: boots again, its memory is lost
     6. broker: holds no SubmitOrder
    "
  `);
});

test('a step of somebody who is no lane is a mistake of the lab, and not drawn anywhere', () => {
  const steps = stepsOf(
    { kind: 'note', on: 'web', text: 'boots' },
    { kind: 'note', on: 'a stranger', text: 'waves' },
  );
  expect(() => story({ steps })).toThrow('a stranger is no lane');
});
