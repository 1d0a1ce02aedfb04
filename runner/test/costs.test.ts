import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProgram } from '../lab/program.ts';
import type { Api, Scenario } from '../lab/scenario.ts';
import { execute } from '../lab/schedule.ts';
import { loadSubject } from '../lab/subject.ts';
import { outsidePromises } from './lab/programs.ts';

const root = join(import.meta.dirname, '../..');

/** The last talk counts what each promise costs on a good day. Here it is counted by the lab. */
const talk = readFileSync(join(root, 'lectures/16-what-each-promise-costs.md'), 'utf8');

type Situation = Omit<Scenario, 'name' | 'promises'>;

const openCart: Situation = {
  given: { 'cart-7': { status: 'open', lines: [{ sku: 'capybara-xl', quantity: 2 }] } },
  processes: { web: { 'POST /carts/:id/submit': 'checkout.ts#submitCart' } },
  traffic: { customer: (visitor) => visitor.post('/carts/7/submit', { to: 'web' }) },
};

const oneMessage = (
  queue: string,
  target: `${string}.ts#${string}`,
  message: object,
): Situation => ({
  processes: { [`${queue} #1`]: { [`queue ${queue}`]: target } },
  queued: { [queue]: [{ type: '', body: {}, ...message }] },
  topics: { events: ['news'] },
});

const answering = (answers: Readonly<Record<string, { status: number; body?: unknown }>>): Api => ({
  state: {},
  handle: ({ method }) => answers[method] ?? { status: 404 },
});

const collected = { paymentId: 'p1', account: 'ada', amountCents: 3_900 };

/** One wish for each exercise, in which nothing goes wrong. */
const goodDays: Readonly<Record<string, Situation>> = {
  '01-double-click': openCart,
  '02-lost-intent': openCart,
  '03-sync-async-boundary': {
    ...openCart,
    processes: { ...openCart.processes, orders: { 'queue orders': 'orders.ts#handleOrder' } },
  },
  '04-settle-last': oneMessage('orders', 'orders.ts#handleOrder', {
    body: { cartId: '7', lines: [{ sku: 'capybara-xl', quantity: 2 }] },
  }),
  '05-natural-idempotency': oneMessage('hearts', 'hearts.ts#countHeart', {
    body: { photo: 'bath', customer: 'ada' },
  }),
  '06-immutable-facts': oneMessage('carts', 'cart.ts#handleLine', {
    type: 'LineAdded',
    body: { cartId: '7', lineId: 'l1', sku: 'capybara-xl', quantity: 1, at: 0 },
  }),
  '07-message-identity': oneMessage('payments', 'payments.ts#handlePayment', {
    type: 'BookPayment',
    body: { paymentId: 'p1', amountCents: 3_900 },
  }),
  '08-deterministic-ids': oneMessage('cards', 'payments.ts#bookCards', {
    body: { orderId: '7', shares: { cards: [{ account: 'ada', amountCents: 3_900 }], gifts: [] } },
  }),
  '09-outbox': oneMessage('loyalty', 'loyalty.ts#countPayment', {
    body: { orderId: '7', account: 'ada', amountCents: 10_000 },
  }),
  '13-third-party-payment': {
    ...oneMessage('payments', 'payments.ts#collectPayment', {
      body: { orderId: '7', card: '4242', amountCents: 3_900 },
    }),
    apis: { 'gateway.example': answering({ POST: { status: 201, body: { chargeId: 'ch-8' } } }) },
  },
  '14-keyless-courier': {
    ...oneMessage('shipping', 'shipping.ts#shipOrder', {
      body: { orderId: '7', address: 'Pond Lane 1' },
    }),
    apis: {
      'courier.example': answering({
        GET: { status: 200, body: [] },
        POST: { status: 201, body: { shipmentId: 's1', reference: '7', status: 'created', at: 0 } },
      }),
    },
  },
  '15-tokens': {
    ...oneMessage('payments', 'payments.ts#collectPayment', { body: collected }),
    processes: {
      'payments #1': { 'queue payments': 'payments.ts#collectPayment' },
      'loyalty #1': { 'queue loyalty': 'loyalty.ts#countPoints' },
    },
    topics: { events: ['loyalty'] },
  },
};

const columns = ['loads', 'commits', 'sends', 'HTTP calls'] as const;
type Column = (typeof columns)[number];

const columnOf: Readonly<Record<string, Column>> = {
  load: 'loads',
  commit: 'commits',
  send: 'sends',
  publish: 'sends',
  GET: 'HTTP calls',
  POST: 'HTTP calls',
};

/** What the code in this folder asks for on a good day. Being delivered to and settling are not counted. */
async function counted(folder: string, situation: Situation): Promise<Record<Column, number>> {
  const program = loadProgram({ name: folder, promises: {}, ...situation }, loadSubject(folder));
  const { world } = await outsidePromises(() =>
    execute(program, (enabled) => enabled[0]!, 'steps'),
  );
  // A second delivery would be of a handler that threw: that was no good day.
  expect(world.messages.filter(({ deliveries }) => deliveries > 1)).toEqual([]);
  const counts = { loads: 0, commits: 0, sends: 0, 'HTTP calls': 0 };
  for (const step of world.chronicle.steps) {
    if (step.kind !== 'call' || !(step.from in situation.processes!)) continue;
    const column = columnOf[step.text.split(' ')[0]!];
    if (column) counts[column] += 1;
  }
  return counts;
}

/** The rows of the first table that begin with an exercise: `| 07 message-identity | 1 → 2 | 1 | 0 | 0 |`. */
const rows = talk.split('\n').flatMap((line) => {
  const [, number, name, ...cells] = /^\| (\d\d) ([a-z-]+) +\|(.*)\|$/.exec(line) ?? [];
  if (number === undefined) return [];
  const counts = cells[0]!.split('|').map((cell) => cell.trim().split(' → ').map(Number));
  return [{ exercise: `${number}-${name}`, counts }];
});

test('the last talk has a row for each exercise in which a handler is written', () => {
  expect(rows.map(({ exercise }) => exercise)).toEqual(Object.keys(goodDays));
});

describe.each(rows)('$exercise', ({ exercise, counts }) => {
  const solution = join(root, 'solutions', exercise);
  const starter = join(root, 'exercises', exercise, 'starter');

  test.runIf(existsSync(solution))('costs what the last talk says', async () => {
    const situation = goodDays[exercise]!;
    const before = await counted(starter, situation);
    const after = await counted(solution, situation);
    expect(Object.fromEntries(columns.map((column, at) => [column, counts[at]]))).toEqual(
      Object.fromEntries(
        columns.map((column) => [column, [...new Set([before[column], after[column]])]]),
      ),
    );
  });
});
