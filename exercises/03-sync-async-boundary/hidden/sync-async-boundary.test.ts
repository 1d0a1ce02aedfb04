import { judge, LostResponse, type Answer, type Document, type Outcome, type Visitor } from '#lab';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

interface Cart {
  readonly status: string;
  readonly lines: readonly Line[];
}

interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

interface PackOrder {
  readonly orderId: string;
  readonly lines: readonly Line[];
}

const web = {
  'POST /carts/:id/submit': 'checkout.ts#submitCart',
  'GET /orders/:id': 'checkout.ts#viewOrder',
};
const orders = { 'queue orders': 'orders.ts#handleOrder' };

const family = [
  { sku: 'capybara-xl', quantity: 2 },
  { sku: 'capybara-s', quantity: 3 },
];
const single = [{ sku: 'capybara-m', quantity: 1 }];

/** The processes, and these carts, by id. */
function shop(carts: Readonly<Record<string, readonly Line[]>>, ...processes: string[]) {
  const ids = Object.keys(carts);
  return {
    given: Object.fromEntries(
      ids.map((id) => [`cart-${id}`, { status: 'open', lines: carts[id] }]),
    ),
    processes: Object.fromEntries(
      processes.map((name) => [name, name.startsWith('web') ? web : orders]),
    ),
    promises: {
      'begun-is-finished': (outcome: Outcome) => {
        const made = ordersIn(outcome);
        const packed = parcelsIn(outcome);
        for (const { key } of made) {
          if (packed.some(({ orderId }) => key === `order-${orderId}`)) continue;
          return `${key} was made, and the warehouse never hears of it`;
        }
        for (const { orderId } of packed) {
          if (made.some(({ key }) => key === `order-${orderId}`)) continue;
          return `the warehouse is to pack order-${orderId}, which does not exist`;
        }
        for (const id of ids) {
          const cart = outcome.document<Cart | null>(`cart-${id}`)?.value;
          if (cart?.status === 'open' || made.some(({ value }) => value.cartId === id)) continue;
          return `cart-${id} is ${cart?.status ?? 'gone'}, and nobody will make its order`;
        }
        return undefined;
      },

      'told-is-ordered': (outcome: Outcome) => {
        for (const { path, status, body, found } of clicksIn(outcome).filter(isSuccess)) {
          const key = orderKeyIn(body);
          const cartId = path.split('/')[2] ?? '';
          const order = outcome.document<Order | null>(key)?.value;
          if (!order) {
            const made = ordersIn(outcome).find(({ value }) => value.cartId === cartId);
            const other = clicksIn(outcome).find(
              (each) =>
                isSuccess(each) && each.path === path && orderKeyIn(each.body) === made?.key,
            );
            if (made && other) {
              const here = fieldOf(body, 'statusUrl');
              const there = fieldOf(other.body, 'statusUrl');
              return `one click was told ${here}, the other ${there}; cart-${cartId} became ${made.key}, and no order ever comes to ${here}`;
            }
            const instead = made ? `${made.key} was made instead` : 'none was made';
            return `a click was answered with ${status} and the page of ${key}, and ${instead}`;
          }
          if (order.cartId !== cartId) {
            return `a click on cart-${cartId} was answered with the order of cart-${order.cartId}`;
          }
          if (status !== 202 && !found.has(key)) {
            return `a click was answered with ${status} and the page of ${key}, which did not exist then`;
          }
        }
        return undefined;
      },

      'one-order': (outcome: Outcome) => {
        const made = ordersIn(outcome);
        for (const { key, value } of made) {
          if (!ids.includes(value.cartId)) return `${key} is an order, and belongs to no cart`;
          const others = made.filter((other) => other.value.cartId === value.cartId);
          if (others.length > 1) {
            const names = others.map((other) => other.key).join(' and ');
            return `cart-${value.cartId} is ordered as ${names}`;
          }
          const parcels = parcelsIn(outcome).filter(({ orderId }) => key === `order-${orderId}`);
          if (![value, ...parcels].every(({ lines }) => sameLines(lines, carts[value.cartId]))) {
            return `${key}, or what the warehouse hears of it, has not the lines of cart-${value.cartId}`;
          }
        }
        return undefined;
      },

      'address-works': (outcome: Outcome) => {
        for (const { path, status, body, found } of outcome.answers()) {
          if (!path.startsWith('/orders/')) continue;
          const says = fieldOf(body, 'status');
          if (status < 200 || status > 299 || (says !== 'pending' && says !== 'placed')) {
            return `${path} says ${[status, says].join(' ').trim()}, and not whether the order is placed`;
          }
          if (says === 'placed' && !found.has(orderKey(path))) {
            return `${path} says placed, and ${orderKey(path)} did not exist then`;
          }
        }
        return undefined;
      },

      'clicks-succeed': (outcome: Outcome) => {
        const failed = outcome.faults('crash') + outcome.faults('unknown outcome') > 0;
        for (const answer of clicksIn(outcome)) {
          const { path, status, body } = answer;
          const isKnown = ids.includes(path.split('/')[2] ?? '');
          if (isKnown && !failed && !isSuccess(answer)) {
            return `nothing failed, and a click was answered with ${status}`;
          }
          if (isSuccess(answer) && !orderKeyIn(body)) {
            return `a click was answered with ${status}, and no statusUrl that begins with /orders/`;
          }
        }
        return undefined;
      },
    },
  };
}

judge(
  {
    ...shop({ 7: family }, 'web #1', 'orders #1'),
    name: 'one click, and a process may crash',
    faults: { crashes: 1 },
    traffic: { customer: clickOnce('7', 'web #1') },
  },
  {
    ...shop({ 71: single }, 'web #1', 'orders #1'),
    name: 'one click, and a call may get no answer',
    givenVersion: 4,
    faults: { unknownOutcomes: 1 },
    traffic: { customer: clickOnce('71', 'web #1') },
  },
  {
    ...shop({ 7: family }, 'web #1', 'orders #1'),
    name: 'a process may crash, and the customer clicks until she has an answer',
    givenVersion: 4,
    faults: { crashes: 1 },
    traffic: { customer: clickUntilTold('7', 'web #1') },
  },
  {
    ...shop({ 71: single }, 'web #1', 'orders #1'),
    name: 'a call may get no answer, and the customer clicks until she has one',
    faults: { unknownOutcomes: 1 },
    traffic: { customer: clickUntilTold('71', 'web #1') },
  },
  {
    ...shop({ 7: family }, 'web #1', 'web #2', 'orders #1'),
    name: 'a double click at two processes',
    givenVersion: 4,
    traffic: { 'click 1': click('7', 'web #1'), 'click 2': click('7', 'web #2') },
  },
  {
    ...shop({ 7: family, 71: family }, 'web #1', 'orders #1'),
    name: 'a customer submits two equal carts, one after the other',
    traffic: {
      customer: async (browser) => {
        await clickOnce('7', 'web #1')(browser);
        await clickOnce('71', 'web #1')(browser);
      },
    },
  },
  {
    ...shop({ 7: family, 71: single }, 'web #1', 'orders #1', 'orders #2'),
    name: 'one customer clicks, another orders by telephone',
    queued: { orders: [{ type: 'SubmitOrder', body: { cartId: '71', orderId: '71' } }] },
    traffic: { customer: clickOnce('7', 'web #1') },
  },
  {
    ...shop({ 7: family }, 'web #1', 'orders #1'),
    name: 'a click on a cart that does not exist',
    traffic: { customer: clickOnce('8', 'web #1') },
  },
);

function click(id: string, to: string): (browser: Visitor) => Promise<Answer> {
  return (browser) =>
    browser.post(`/carts/${id}/submit`, {
      to,
      looksAt: ({ body }) => [orderKeyIn(body)],
    });
}

/** Clicks, and where the answer names the order's page, goes there. */
function clickOnce(id: string, to: string): (browser: Visitor) => Promise<void> {
  return async (browser) => {
    const answer = await click(id, to)(browser);
    if (isSuccess(answer)) await lookUp(browser, answer, to);
  };
}

function clickUntilTold(id: string, to: string): (browser: Visitor) => Promise<void> {
  return async (browser) => {
    for (let clicks = 1; clicks <= 3; clicks += 1) {
      try {
        const answer = await click(id, to)(browser);
        if (isSuccess(answer)) return await lookUp(browser, answer, to);
      } catch (error) {
        if (!(error instanceof LostResponse)) throw error;
      }
    }
  };
}

async function lookUp(browser: Visitor, { body }: Answer, to: string): Promise<void> {
  const statusUrl = fieldOf(body, 'statusUrl');
  if (!statusUrl?.startsWith('/orders/')) return;
  await browser.get(statusUrl, { to, looksAt: () => [orderKey(statusUrl)] });
}

function clicksIn(outcome: Outcome): readonly Answer[] {
  return outcome.answers().filter(({ path }) => path.startsWith('/carts/'));
}

/** What has lines is an order; other notes that a solution keeps beside them are its own affair. */
function ordersIn(outcome: Outcome): readonly Document<Order>[] {
  return outcome
    .documents<Partial<Order> | null>('order-')
    .filter((each): each is Document<Order> => Array.isArray(each.value?.lines));
}

function parcelsIn(outcome: Outcome): readonly PackOrder[] {
  return outcome.messages<PackOrder>('warehouse').map(({ body }) => body);
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

/** The key of the order that an answer points to; empty where it points to none. */
function orderKeyIn(body: unknown): string {
  return orderKey(fieldOf(body, 'statusUrl') ?? '');
}

function orderKey(statusUrl: string): string {
  return statusUrl.startsWith('/orders/') ? `order-${statusUrl.slice('/orders/'.length)}` : '';
}

function fieldOf(body: unknown, name: 'status' | 'statusUrl'): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function sameLines(some: readonly Line[] | undefined, others: readonly Line[] = []): boolean {
  return (
    some?.length === others.length &&
    some.every(({ sku, quantity }, index) => {
      const other = others[index];
      return sku === other?.sku && quantity === other.quantity;
    })
  );
}
