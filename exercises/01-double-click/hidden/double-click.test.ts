import { judge, LostResponse, type Browser, type Outcome } from '#lab';

interface Cart {
  readonly status: string;
  readonly orderId?: string;
}

interface Order {
  readonly cartId: string;
  readonly lines: unknown;
}

const submit = { 'POST /carts/:id/submit': 'checkout.ts#submitCart' };
const lines = [{ sku: 'capybara-xl', quantity: 1 }];
const openCart = { status: 'open', lines };

const shop = {
  given: { 'cart-7': openCart },
  processes: { 'web #1': submit, 'web #2': submit },
  promises: {
    'one-order': (outcome: Outcome) => {
      const orders = outcome.documents<Order>('order-');
      for (const { value } of orders) {
        const ofCart = orders.filter((order) => order.value.cartId === value.cartId);
        if (ofCart.length > 1) {
          const names = ofCart.map((order) => order.key).join(' and ');
          return `cart-${value.cartId} was submitted once, and is ordered as ${names}`;
        }
      }
      return undefined;
    },

    'every-click-answered': (outcome: Outcome) => {
      for (const { path, status, body } of outcome.answers()) {
        if (status < 200 || status > 299) {
          return `a click on ${path} was answered with ${status}, and not with an order`;
        }
        const orderId = idIn(body);
        const order = outcome.document<Order>(`order-${orderId}`);
        if (!order) return `a click was answered with order ${orderId}, which does not exist`;
        if (`/carts/${order.value.cartId}/submit` !== path) {
          return `a click on ${path} was answered with the order of cart-${order.value.cartId}`;
        }
      }
      return undefined;
    },

    'cart-names-its-order': (outcome: Outcome) => {
      for (const { key, value } of outcome.documents<Cart>('cart-')) {
        const order = outcome.document<Order>(`order-${value.orderId}`);
        if (value.status !== 'submitted')
          return `${key} was submitted, and is still ${value.status}`;
        if (!order) return `${key} is submitted, and names no order that exists`;
        if (`cart-${order.value.cartId}` !== key) {
          return `${key} names ${order.key}, the order of cart-${order.value.cartId}`;
        }
        if (JSON.stringify(order.value.lines) !== JSON.stringify(lines)) {
          return `${order.key} has other lines than ${key}`;
        }
      }
      return undefined;
    },
  },
};

judge(
  {
    ...shop,
    name: 'a double click, answered by two web processes',
    traffic: {
      'click 1': (browser) => browser.post('/carts/7/submit', { to: 'web #1' }),
      'click 2': (browser) => browser.post('/carts/7/submit', { to: 'web #2' }),
    },
  },
  {
    ...shop,
    name: 'an answer is lost, and the customer clicks again',
    faults: { lostResponses: 1 },
    traffic: { customer: clickUntilAnswered },
    sometimes: { 'an answer was lost': (outcome) => outcome.lostResponses > 0 },
  },
  {
    ...shop,
    name: 'two customers, each with a cart',
    given: { 'cart-7': openCart, 'cart-8': openCart },
    traffic: {
      'customer 7': (browser) => browser.post('/carts/7/submit', { to: 'web #1' }),
      'customer 8': (browser) => browser.post('/carts/8/submit', { to: 'web #2' }),
    },
  },
);

async function clickUntilAnswered(browser: Browser): Promise<void> {
  try {
    await browser.post('/carts/7/submit', { to: 'web #1' });
  } catch (error) {
    if (!(error instanceof LostResponse)) throw error;
    await browser.post('/carts/7/submit', { to: 'web #2' });
  }
}

function idIn(body: unknown): string {
  const named = typeof body === 'object' && body !== null && 'orderId' in body;
  return named ? String(body.orderId) : 'without a number';
}
