// differs: each call looks around when it arrives, and what is wrong is told in the end
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
  let wrong: string | undefined;
  const travel = async (what: string) => {
    await scheduler.schedule(Promise.resolve(), what);
    wrong ??= wrongIn(shop.look(), visits);
  };
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of visits) {
    shop.send('BookPayment', customer);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  const customers = [...new Set(visits)];
  await scheduler.waitIdle();
  assert(wrong === undefined, `${wrong}`);
  assertDone(shop.look(), customers);
}

function wrongIn({ orders, payments, messages }: State, all: readonly Customer[]) {
  const early = Object.keys(orders).find((orderId) => !(orderId in payments));
  if (early !== undefined) return `Orders was told of ${early} too early`;
  const known = new Set([...Object.keys(orders), ...messages.map(({ body }) => body.orderId)]);
  const lost = all.find(({ orderId }) => !known.has(orderId));
  return lost && `nothing is left of ${lost.orderId}`;
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
