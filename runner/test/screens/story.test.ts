import { expect, test } from 'vitest';
import type { Story } from '../../lab/index.ts';
import { storyView } from '../../src/views/story.ts';
import { crashStory, wide, wordy } from './samples.ts';

function story(parts: Partial<Story> = {}, width = 74, screen = wide): string {
  return `\n${storyView(screen, { ...crashStory, ...parts }, width).join('\n')}\n`;
}

test('arrows in both directions, a fault and a note, a long text below itself', () => {
  expect(story()).toMatchInlineSnapshot(`
    "
     customer   web   store  broker                                checkout.ts
         │       │      │       │
         ├──────►│      │       │     POST submit
         │       ├─────►│       │     commit cart-7: v2 submitted          :14
         │◄──────┤      │       │     200
         │       ✖      │       │     crash before send; its memory is lost,
         │       │      │       │       and with it the message that was not
         │       │      │       │       sent yet                           :16
         │       │      │       •     holds no SubmitOrder
    "
  `);
});

test('an arrow passes over a lifeline between its ends', () => {
  const lanes = ['customer 1', 'customer 2', 'web'];
  const steps: Story['steps'] = [
    { kind: 'call', from: 'customer 1', to: 'web', text: 'POST submit' },
    { kind: 'answer', from: 'web', to: 'customer 1', text: '201' },
    { kind: 'call', from: 'customer 2', to: 'web', text: 'POST submit' },
  ];
  expect(story({ lanes, steps })).toMatchInlineSnapshot(`
    "
     customer 1  customer 2   web
          │           │        │
          ├───────────┼───────►│     POST submit
          │◄──────────┼────────┤     201
          │           ├───────►│     POST submit
    "
  `);
});

test('a story in two files names the file at each step', () => {
  const at = (file: string, line: number) => ({ at: { file, line, column: 1 } });
  const steps: Story['steps'] = [
    { kind: 'call', from: 'web', to: 'store', text: 'commit', ...at('checkout.ts', 14) },
    { kind: 'call', from: 'web', to: 'broker', text: 'send', ...at('sender.ts', 120) },
  ];
  expect(story({ steps })).toMatchInlineSnapshot(`
    "
      web   store  broker
       │      │       │
       ├─────►│       │     commit                              checkout.ts:14
       ├──────┼──────►│     send                                 sender.ts:120
    "
  `);
});

test('wide names and wide letters keep every lifeline below its name', () => {
  const lanes = ['payment provider', '倉庫', 'web'];
  const steps: Story['steps'] = [
    { kind: 'call', from: 'web', to: '倉庫', text: 'reserve' },
    { kind: 'answer', from: 'payment provider', to: 'web', text: '402' },
  ];
  expect(story({ lanes, steps })).toMatchInlineSnapshot(`
    "
     payment provider  倉庫    web
             │           │      │
             │           │◄─────┤     reserve
             ├───────────┼─────►│     402
    "
  `);
});

test('a lane in which nothing happens takes no room', () => {
  expect(story()).not.toContain('nobody');
});

test('too many lanes for the width are told in sentences instead', () => {
  const lanes = Array.from({ length: 9 }, (_, index) => `worker ${index}`);
  const steps = lanes.map((on) => ({ kind: 'note' as const, on, text: 'boots' }));
  expect(story({ lanes, steps })).toMatch(/^\n 1\. worker 0: boots\n 2\. /);
  expect(story({ lanes: lanes.slice(0, 4), steps: steps.slice(0, 4) })).toContain('│');
});

test('the told form says who, what and where in plain signs', () => {
  expect(story({}, 74, wordy)).toMatchInlineSnapshot(`
    "
     1. customer to web: POST submit
     2. web to store: commit cart-7: v2 submitted  checkout.ts:14
     3. web to customer: 200
     4. web: crash before send; its memory is lost, and with it the message
        that was not sent yet  checkout.ts:16
     5. broker: holds no SubmitOrder
    "
  `);
});

test('a step of somebody who is no lane is a mistake of the lab, and not drawn anywhere', () => {
  const steps: Story['steps'] = [
    { kind: 'note', on: 'web', text: 'boots' },
    { kind: 'note', on: 'a stranger', text: 'waves' },
  ];
  expect(() => story({ steps })).toThrow('a stranger is no lane');
});
