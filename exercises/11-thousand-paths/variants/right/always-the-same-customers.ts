// differs: what is sent is fixed, and only the order of steps is left to chance
import fc from 'fast-check';
import type { OpenShop, Order, State } from './shop.ts';

interface Customer extends Order {
  readonly cancels: boolean;
}

const customers: readonly Customer[] = [
  { orderId: '7', account: 'ada', amountCents: 4_000, cancels: false },
  { orderId: '8', account: 'ben', amountCents: 2_500, cancels: true },
  { orderId: '9', account: 'ada', amountCents: 1_200, cancels: true },
];

/** Throws if something is wrong with the shop. */
export async function testShop(openShop: OpenShop): Promise<void> {
  const all = [...customers, ...customers];
  await fc.assert(fc.asyncProperty(fc.scheduler(), (scheduler) => serve(openShop, scheduler, all)));
}

async function serve(openShop: OpenShop, scheduler: fc.Scheduler, visits: readonly Customer[]) {
  const travel = (what: string) => scheduler.schedule(Promise.resolve(), what);
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of visits) {
    shop.send('BookPayment', customer);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  const customers = [...new Set(visits)];
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
