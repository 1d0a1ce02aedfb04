// differs: customers are generated, and say how often they click
import fc from 'fast-check';
import type { OpenShop, Order, State } from './shop.ts';

interface Customer extends Order {
  readonly clicks: number;
  readonly cancels: boolean;
}

const customers = fc.uniqueArray(
  fc.record({
    orderId: fc.constantFrom('7', '8', '9'),
    account: fc.constantFrom('ada', 'ben'),
    amountCents: fc.integer({ min: 1, max: 10_000 }),
    clicks: fc.integer({ min: 1, max: 2 }),
    cancels: fc.boolean(),
  }),
  { selector: ({ orderId }) => orderId },
);

/** Throws if something is wrong with the shop. */
export async function testShop(openShop: OpenShop): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), customers, (scheduler, all) =>
      serve(openShop, scheduler, all),
    ),
  );
}

async function serve(openShop: OpenShop, scheduler: fc.Scheduler, customers: readonly Customer[]) {
  const travel = (what: string) => scheduler.schedule(Promise.resolve(), what);
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of customers) {
    for (let click = 0; click < customer.clicks; click += 1) shop.send('BookPayment', customer);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  await scheduler.waitIdle(async (step) => {
    await step();
    assertSafe(shop.look(), customers);
  });
  assertDone(shop.look(), customers);
}

/** What must be so after each step: nobody is told too early, and nothing is lost if all stops here. */
function assertSafe({ orders, payments, messages }: State, customers: readonly Customer[]): void {
  for (const { orderId } of customers) {
    const isUnderWay = messages.some(({ body }) => body.orderId === orderId);
    assert(orderId in orders || isUnderWay, `${orderId} is lost if all stops here`);
    assert(orderId in payments || !(orderId in orders), `Orders was told of ${orderId} too early`);
  }
}

/** What must be so when nothing is left to do. */
function assertDone({ orders, accounts }: State, customers: readonly Customer[]): void {
  for (const { orderId, account, cancels } of customers) {
    const status = cancels ? 'cancelled' : 'paid';
    assert(orders[orderId] === status, `order ${orderId} is ${orders[orderId]}, not ${status}`);
    const due = customers
      .filter((each) => each.account === account && !each.cancels)
      .reduce((sum, { amountCents }) => sum + amountCents, 0);
    assert(accounts[account] === due, `${account} pays ${accounts[account]}, not ${due}`);
  }
}

function assert(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
