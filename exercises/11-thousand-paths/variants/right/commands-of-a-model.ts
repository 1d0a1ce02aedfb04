// differs: what customers do are commands, run beside a model of what is due
import fc from 'fast-check';
import type { OpenShop, Order, Shop, State } from './shop.ts';

const orders: readonly Order[] = [
  { orderId: '7', account: 'ada', amountCents: 4_000 },
  { orderId: '8', account: 'ben', amountCents: 2_500 },
  { orderId: '9', account: 'ada', amountCents: 1_200 },
];

/** What is due in the end, by order. */
type Model = Map<Order, 'paid' | 'cancelled'>;

class Book implements fc.AsyncCommand<Model, Shop> {
  readonly order: Order;
  constructor(order: Order) {
    this.order = order;
  }
  check = () => true;
  async run(model: Model, shop: Shop): Promise<void> {
    if (!model.has(this.order)) model.set(this.order, 'paid');
    shop.send('BookPayment', this.order);
  }
  toString = () => `book ${this.order.orderId}`;
}

class Cancel implements fc.AsyncCommand<Model, Shop> {
  readonly order: Order;
  constructor(order: Order) {
    this.order = order;
  }
  check = (model: Readonly<Model>) => model.has(this.order);
  async run(model: Model, shop: Shop): Promise<void> {
    model.set(this.order, 'cancelled');
    shop.send('CancelPayment', this.order);
  }
  toString = () => `cancel ${this.order.orderId}`;
}

const commands = fc.commands(
  [
    fc.constantFrom(...orders).map((order) => new Book(order)),
    fc.constantFrom(...orders).map((order) => new Book(order)),
    fc.constantFrom(...orders).map((order) => new Cancel(order)),
  ],
  { maxCommands: 8 },
);

/** Throws if something is wrong with the shop. */
export async function testShop(openShop: OpenShop): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), commands, async (scheduler, all) => {
      const early: string[] = [];
      const lost: Order[] = [];
      const travel = async (what: string) => {
        await scheduler.schedule(Promise.resolve(), what);
        const { orders, payments, messages } = shop.look();
        early.push(...Object.keys(orders).filter((orderId) => !(orderId in payments)));
        const left = [...Object.keys(orders), ...messages.map(({ body }) => body.orderId)];
        lost.push(...[...model.keys()].filter(({ orderId }) => !left.includes(orderId)));
      };
      const model: Model = new Map();
      const shop = openShop({ store: travel, broker: travel });
      await fc.scheduledModelRun(scheduler, () => ({ model, real: shop }), all);
      await scheduler.waitIdle();
      if (lost[0]) throw new Error(`nothing is left of ${lost[0].orderId}`);
      if (early.length > 0) throw new Error(`Orders was told of ${early[0]} too early`);
      mustBe(model, shop.look());
    }),
    { numRuns: 150 },
  );
}

function mustBe(model: Model, { orders, accounts }: State): void {
  const due = new Map<string, number>();
  for (const [{ orderId, account, amountCents }, status] of model) {
    if (orders[orderId] !== status) throw new Error(`order ${orderId} is not ${status}`);
    due.set(account, (due.get(account) ?? 0) + (status === 'paid' ? amountCents : 0));
  }
  for (const [account, cents] of due) {
    if (accounts[account] !== cents) throw new Error(`${account} pays ${accounts[account]}`);
  }
}
