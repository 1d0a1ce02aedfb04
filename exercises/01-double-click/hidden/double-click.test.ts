import { judge, LostResponse, type Answer, type Document, type Outcome, type Visitor } from '#lab';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

interface Cart {
  readonly status: string;
  readonly lines: readonly Line[];
  readonly orderId?: string;
}

interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

const submit = { 'POST /carts/:id/submit': 'checkout.ts#submitCart' };

const family = [
  { sku: 'capybara-xl', quantity: 2 },
  { sku: 'gift-wrap', quantity: 1 },
];
const pair = [
  { sku: 'capybara-xl', quantity: 2 },
  { sku: 'capybara-s', quantity: 3 },
];

/** Two web processes, and these carts, by id. */
function shop(carts: Readonly<Record<string, readonly Line[]>>) {
  const ids = Object.keys(carts);
  return {
    given: Object.fromEntries(
      ids.map((id) => [`cart-${id}`, { status: 'open', lines: carts[id] }]),
    ),
    processes: { 'web #1': submit, 'web #2': submit },
    promises: {
      'one-order': (outcome: Outcome) => {
        const orders = ordersIn(outcome);
        for (const { key, value } of orders) {
          const { cartId } = value;
          if (!ids.includes(cartId)) return `${key} is an order, and belongs to no cart`;
          const ofCart = orders.filter((order) => order.value.cartId === cartId);
          if (ofCart.length > 1) {
            const names = ofCart.map((order) => order.key).join(' and ');
            return `cart-${cartId} was submitted once, and is ordered as ${names}`;
          }
        }
        return undefined;
      },

      'every-click-answered': (outcome: Outcome) => {
        for (const { path, status, body, found } of outcome.answers()) {
          const orderId = orderIdIn(body);
          if (
            !(Number.isInteger(status) && status >= 200 && status <= 299) ||
            orderId === undefined
          ) {
            return `a click on ${path} was answered with ${status}, and not with an order`;
          }
          const order = found.get(`order-${orderId}`) as Document<Order | null> | undefined;
          if (!order?.value) {
            return `a click was answered with order ${orderId}, which did not exist then`;
          }
          if (`/carts/${order.value.cartId}/submit` !== path) {
            return `a click on ${path} was answered with the order of cart-${order.value.cartId}`;
          }
        }
        return undefined;
      },

      'cart-names-its-order': (outcome: Outcome) => {
        for (const { path, found } of outcome.answers()) {
          const cart = found.get(cartKey(path)) as Document<Cart | null> | undefined;
          if (cart?.value?.status !== 'submitted') {
            return `a click was answered, and ${cartKey(path)} was not submitted then`;
          }
        }
        for (const id of ids) {
          const key = `cart-${id}`;
          const cart = outcome.document<Cart | null>(key)?.value;
          const order = outcome.document<Order | null>(`order-${cart?.orderId}`);
          if (!cart || !order?.value) return `${key} was submitted, and names no order that exists`;
          if (order.value.cartId !== id) {
            return `${key} names ${order.key}, the order of cart-${order.value.cartId}`;
          }
          if (!sameLines(order.value.lines, carts[id]))
            return `${order.key} has not the lines of ${key}`;
          if (!sameLines(cart.lines, carts[id]))
            return `${key} lost its lines when it was submitted`;
        }
        return undefined;
      },
    },
  };
}

judge(
  {
    ...shop({ 7: family }),
    name: 'a double click, answered by two web processes',
    traffic: { 'click 1': click('7', 'web #1'), 'click 2': click('7', 'web #2') },
  },
  {
    ...shop({ 71: pair }),
    name: 'a double click, answered by one web process',
    givenVersion: 4,
    traffic: { 'click 1': click('71', 'web #1'), 'click 2': click('71', 'web #1') },
  },
  {
    ...shop({ 71: pair }),
    name: 'an answer is lost, and the customer clicks again',
    givenVersion: 4,
    faults: { lostResponses: 1 },
    traffic: { customer: clickUntilAnswered },
  },
  {
    ...shop({ 7: family, 71: family }),
    name: 'two customers with equal carts, at two web processes',
    traffic: { 'buyer 7': click('7', 'web #1'), 'buyer 71': click('71', 'web #2') },
  },
  {
    ...shop({ 7: family, 71: pair }),
    name: 'two customers with a cart each, at one web process',
    traffic: { 'buyer 7': click('7', 'web #1'), 'buyer 71': click('71', 'web #1') },
  },
);

/** Clicks; what the answer says must be so in the moment in which it arrives. */
function click(id: string, to: string): (browser: Visitor) => Promise<Answer> {
  return (browser) =>
    browser.post(`/carts/${id}/submit`, {
      to,
      looksAt: ({ body }) => [`cart-${id}`, `order-${orderIdIn(body)}`],
    });
}

async function clickUntilAnswered(browser: Visitor): Promise<Answer> {
  try {
    return await click('71', 'web #1')(browser);
  } catch (error) {
    if (!(error instanceof LostResponse)) throw error;
    return click('71', 'web #2')(browser);
  }
}

/** What has lines is an order; other notes that a solution keeps beside them are its own affair. */
function ordersIn(outcome: Outcome): readonly Document<Order>[] {
  return outcome
    .documents<Partial<Order> | null>('order-')
    .filter((each): each is Document<Order> => Array.isArray(each.value?.lines));
}

function orderIdIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('orderId' in body)) return undefined;
  const { orderId } = body;
  return typeof orderId === 'string' || typeof orderId === 'number' ? String(orderId) : undefined;
}

function cartKey(path: string): string {
  return `cart-${path.split('/')[2]}`;
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
