// breaks never-sleeps: two seconds are as little of a reason as a fifth of one
import type { OpenShop, Order, State } from './shop.ts';
import { sleep } from './system.ts';

interface Customer extends Order {
  readonly cancels: boolean;
}

const customers: readonly Customer[] = [
  { orderId: '7', account: 'ada', amountCents: 4_000, cancels: false },
  { orderId: '8', account: 'ben', amountCents: 2_500, cancels: true },
];

/** Throws if something is wrong with the shop. */
export async function testShop(openShop: OpenShop): Promise<void> {
  await serve(openShop, customers);
}

async function serve(openShop: OpenShop, customers: readonly Customer[]) {
  // Nobody knows how long a call takes.
  const travel = () => sleep(10 * Math.random());
  const shop = openShop({ store: travel, broker: travel });

  for (const customer of customers) {
    shop.send('BookPayment', customer);
    await sleep(2_000);
    if (customer.cancels) shop.send('CancelPayment', customer);
  }
  // By then all is done, also on a slow day.
  await sleep(2_000);
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
