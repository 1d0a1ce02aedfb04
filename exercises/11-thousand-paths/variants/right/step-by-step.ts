// differs: it releases one step after the other, and looks when all have done what they could
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
  // Who comes twice has clicked twice.
  const visits = fc.array(fc.constantFrom(...customers), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), visits, (scheduler, all) => serve(openShop, scheduler, all)),
  );
}

async function serve(openShop: OpenShop, scheduler: fc.Scheduler, visits: readonly Customer[]) {
  const travel = (what: string) => scheduler.schedule(Promise.resolve(), what);
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of visits) {
    shop.send('BookPayment', customer);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  const customers = [...new Set(visits)];
  for (await standstill(); scheduler.count() > 0; await standstill()) {
    await scheduler.waitNext(1);
    assertSafe(shop.look(), customers);
  }
  assertDone(shop.look(), customers);
}

/** Whatever can go on without another step has gone on by then. */
async function standstill(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
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
