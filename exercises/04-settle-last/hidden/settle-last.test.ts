import { judge, type MessageRecord, type Outcome, type Outgoing } from '#lab';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

interface SubmitOrder {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

interface Order {
  readonly lines: readonly Line[];
}

const worker = { 'queue orders': 'orders.ts#handleOrder' };

const pair = submit('7', [{ sku: 'capybara-xl', quantity: 2 }]);
const family = submit('12', [
  { sku: 'capybara-s', quantity: 3 },
  { sku: 'capybara-xl', quantity: 1 },
]);
/** Neither can become an order: a shop page had let the quantity be anything. */
const minusOne = submit('8', [
  { sku: 'capybara-xl', quantity: 1 },
  { sku: 'capybara-m', quantity: -1 },
]);
const noneAtAll = submit('9', [{ sku: 'capybara-s', quantity: 0 }]);

/** What the workshop has to sew at the start. */
const before = 5;
const given = { workshop: { toSew: before } };

function everyMessageEnds(outcome: Outcome): string | undefined {
  for (const { messageId, state, body } of submitted(outcome)) {
    if (state === 'dead-lettered') continue;
    const key = `order-${body.cartId}`;
    const order = outcome.document<Order>(key)?.value;
    if (wrongLine(body)) {
      return order
        ? `${messageId} can never become an order, and there is an ${key}`
        : `${messageId} is ${state} and gone: it is no order, and not in the dead-letter queue`;
    }
    if (!order) {
      return `${messageId} is ${state} and gone: there is no ${key}, and nothing in the dead-letter queue`;
    }
    if (!sameLines(order.lines, body.lines)) return `${key} has not the lines of ${messageId}`;
  }
  return undefined;
}

function deadLettersExplain(outcome: Outcome): string | undefined {
  for (const { messageId, state, reason, body, deliveries } of submitted(outcome)) {
    if (state !== 'dead-lettered') continue;
    const wrong = wrongLine(body);
    if (!wrong) {
      return outcome.document(`order-${body.cartId}`)
        ? `${messageId} is dead-lettered, although order-${body.cartId} is made`
        : `${messageId} is dead-lettered, and one more delivery would have made order-${body.cartId}`;
    }
    if (!reason?.includes(wrong.sku)) {
      return `${messageId} is dead-lettered as “${reason}”, which does not name ${wrong.sku}`;
    }
    if (deliveries > 1 + outcome.faults('crash') + outcome.faults('lock expiry')) {
      return `${messageId} was delivered ${deliveries} times, as if that could make an order of it`;
    }
  }
  return undefined;
}

function sewnOnce(outcome: Outcome): string | undefined {
  const toSew = outcome.document<{ toSew: number }>('workshop')?.value.toSew ?? 0;
  const orders = outcome.documents<Order>('order-');
  const ordered = orders
    .flatMap(({ value }) => value.lines)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  if (toSew === before + ordered) return undefined;
  return `${ordered} capybaras are ordered, and the workshop was given ${toSew - before} to sew`;
}

const promises = {
  'order-or-dead-letter': everyMessageEnds,
  'dead-letters-explain': deadLettersExplain,
  'sewn-once': sewnOnce,
};

judge(
  {
    name: 'a message that can never become an order',
    given,
    queued: { orders: [minusOne] },
    processes: { 'orders #1': worker, 'orders #2': worker },
    faults: { crashes: 1, lockExpiries: 1 },
    promises,
  },
  {
    name: 'an order, and a process that crashes',
    given,
    queued: { orders: [pair] },
    processes: { 'orders #1': worker },
    faults: { crashes: 1 },
    promises,
  },
  {
    name: 'two orders at once, and a store that once gives no answer',
    given,
    givenVersion: 3,
    queued: { orders: [pair, family] },
    processes: { 'orders #1': worker, 'orders #2': worker },
    faults: { unknownOutcomes: 1 },
    deliveriesMost: 5,
    promises,
    sometimes: { 'a commit was refused': ({ refusedCommits }) => refusedCommits > 0 },
  },
  {
    name: 'an order, and a process that is too slow for its lock',
    given,
    givenVersion: 3,
    queued: { orders: [family] },
    processes: { 'orders #1': worker, 'orders #2': worker },
    faults: { lockExpiries: 1 },
    deliveriesMost: 5,
    promises,
  },
  {
    name: 'an order, and a message that can never become one',
    given,
    queued: { orders: [noneAtAll, pair] },
    processes: { 'orders #1': worker },
    faults: { crashes: 1 },
    promises,
    sometimes: {
      'one message became an order, the other was dead-lettered': (outcome) =>
        submitted(outcome).some(({ state }) => state === 'completed') &&
        submitted(outcome).some(({ state }) => state === 'dead-lettered'),
    },
  },
);

function submit(cartId: string, lines: readonly Line[]): Outgoing<SubmitOrder> {
  return { messageId: `submit-${cartId}`, type: 'SubmitOrder', body: { cartId, lines } };
}

function submitted(outcome: Outcome): readonly MessageRecord<SubmitOrder>[] {
  return outcome.messages<SubmitOrder>('orders');
}

function wrongLine({ lines }: SubmitOrder): Line | undefined {
  return lines.find(({ quantity }) => quantity < 1);
}

function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ sku, quantity }, index) => {
      const other = others[index];
      return sku === other?.sku && quantity === other.quantity;
    })
  );
}
