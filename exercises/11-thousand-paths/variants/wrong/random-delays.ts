// breaks never-sleeps: chance comes from delays, so that a run takes as long as they do, and none comes twice
import fc from 'fast-check';
import type { OpenShop, Order, State } from './shop.ts';
import { sleep } from './system.ts';

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
  await fc.assert(fc.asyncProperty(visits, (all) => serve(openShop, all)));
}

async function serve(openShop: OpenShop, visits: readonly Customer[]) {
  const travel = () => sleep(10 * Math.random());
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of visits) {
    shop.send('BookPayment', customer);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  const customers = [...new Set(visits)];
  await sleep(1_000);
  assertDone(shop.look(), customers);
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
