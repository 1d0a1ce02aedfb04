import {
  judge,
  UnknownOutcomeError,
  type HttpRequest,
  type Outcome,
  type Outgoing,
  type Services,
} from '#lab';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
  readonly placedAt: number;
}

const heartWorker = { 'queue hearts': 'hearts.ts#countHeart' };
const orderWorker = { 'queue orders': 'orders.ts#placeOrder' };

const pair: Line[] = [{ sku: 'capybara-xl', quantity: 2 }];
const family: Line[] = [
  { sku: 'capybara-s', quantity: 3 },
  { sku: 'capybara-xl', quantity: 1 },
];

/** What customers meant: who likes which photo, and what is in the carts that they submitted. */
interface Meant {
  readonly hearts?: Readonly<Record<string, readonly string[]>>;
  readonly carts?: Readonly<Record<string, readonly Line[]>>;
}

function promises({ hearts = {}, carts = {} }: Meant) {
  return {
    'copies-change-nothing': (outcome: Outcome) => {
      for (const [photo, givers] of Object.entries(hearts)) {
        const count = countOf(outcome, photo);
        if (count > givers.length) {
          return heartsText(photo, givers, count);
        }
      }
      for (const cartId of Object.keys(carts)) {
        const keys = ordersOf(outcome, cartId).map(({ key }) => key);
        if (keys.length > 1) {
          return `cart ${cartId} was submitted once, and is ordered as ${keys.join(' and ')}`;
        }
        for (const key of keys) {
          const [first, ...later] = outcome.history<Order>(key).map((order) => order?.placedAt);
          const moved = later.find((placedAt) => placedAt !== first);
          if (first !== undefined && moved !== undefined) {
            const seconds = Math.abs(moved - first) / 1_000;
            return `a copy moved placedAt of ${key} by ${seconds} s, and the workshop sews in that order`;
          }
        }
      }
      return undefined;
    },

    'every-message-counts': (outcome: Outcome) => {
      for (const [photo, givers] of Object.entries(hearts)) {
        const count = countOf(outcome, photo);
        if (!(count >= givers.length)) {
          return heartsText(photo, givers, count);
        }
      }
      for (const [cartId, lines] of Object.entries(carts)) {
        const [order] = ordersOf(outcome, cartId);
        if (!order) return `cart ${cartId} was submitted, and there is no order of it`;
        if (!sameLines(order.value.lines, lines)) {
          return `${order.key} has not the lines of cart ${cartId}`;
        }
        if (!Number.isFinite(order.value.placedAt))
          return `${order.key} does not say when it was placed`;
      }
      return undefined;
    },

    'copies-end-quietly': (outcome: Outcome) => {
      const messages = [...outcome.messages('hearts'), ...outcome.messages('orders')];
      const lost = messages.find(({ state }) => state === 'dead-lettered');
      return lost && `${lost.messageId} is dead-lettered: ${lost.reason}`;
    },
  };
}

judge(
  {
    name: 'a heart, and a process that crashes',
    queued: { hearts: [heart('m1', 'bath', 'ada')] },
    processes: { 'hearts #1': heartWorker },
    faults: { crashes: 1 },
    promises: promises({ hearts: { bath: ['ada'] } }),
  },
  {
    name: 'three hearts for two photos, and a process that crashes',
    queued: {
      hearts: [heart('m1', 'bath', 'ada'), heart('m2', 'bath', 'grace'), heart('m3', 'nap', 'ada')],
    },
    processes: { 'hearts #1': heartWorker },
    faults: { crashes: 1 },
    promises: promises({ hearts: { bath: ['ada', 'grace'], nap: ['ada'] } }),
  },
  {
    name: 'two hearts at two processes, and a lock that expires',
    queued: { hearts: [heart('m1', 'nap', 'grace'), heart('m2', 'nap', 'ada')] },
    processes: { 'hearts #1': heartWorker, 'hearts #2': heartWorker },
    faults: { lockExpiries: 1 },
    deliveriesMost: 6,
    promises: promises({ hearts: { nap: ['grace', 'ada'] } }),
    sometimes: { 'a commit was refused': ({ refusedCommits }) => refusedCommits > 0 },
  },
  {
    name: 'a heart, and a page that sends again an hour later when it hears nothing',
    processes: { web: { 'POST /photos/:id/hearts': giveHeart }, 'hearts #1': heartWorker },
    traffic: { customer: (browser) => browser.post('/photos/bath/hearts', { to: 'web' }) },
    faults: { unknownOutcomes: 1 },
    promises: promises({ hearts: { bath: ['grace'] } }),
    sometimes: { 'it was sent twice': (outcome) => outcome.messages('hearts').length > 1 },
  },
  {
    name: 'a cart that is submitted once, and a lock that expires',
    processes: {
      web: { 'POST /carts/:id/submit': submitCart },
      'orders #1': orderWorker,
      'orders #2': orderWorker,
    },
    traffic: { customer: (browser) => browser.post('/carts/12/submit', { to: 'web' }) },
    faults: { lockExpiries: 1 },
    promises: promises({ carts: { 12: pair } }),
  },
  {
    name: 'a cart, and a shop that sends again an hour later when it hears nothing',
    processes: { web: { 'POST /carts/:id/submit': submitCart }, 'orders #1': orderWorker },
    traffic: { customer: (browser) => browser.post('/carts/7/submit', { to: 'web' }) },
    faults: { unknownOutcomes: 1 },
    promises: promises({ carts: { 7: pair } }),
    sometimes: { 'it was sent twice': (outcome) => outcome.messages('orders').length > 1 },
  },
  {
    name: 'two carts with equal lines, and a lock that expires',
    queued: { orders: [submit('m1', '7', pair), submit('m2', '12', pair)] },
    processes: { 'orders #1': orderWorker, 'orders #2': orderWorker },
    faults: { lockExpiries: 1 },
    deliveriesMost: 6,
    promises: promises({ carts: { 7: pair, 12: pair } }),
  },
  {
    name: 'two carts, and a process that crashes',
    queued: { orders: [submit('m1', '12', family), submit('m2', '7', pair)] },
    processes: { 'orders #1': orderWorker },
    faults: { crashes: 1 },
    promises: promises({ carts: { 12: family, 7: pair } }),
  },
);

function heart(messageId: string, photo: string, customer: string): Outgoing {
  return { messageId, type: 'HeartGiven', body: { photo, customer } };
}

function submit(messageId: string, cartId: string, lines: readonly Line[]): Outgoing {
  return { messageId, type: 'SubmitOrder', body: { cartId, lines } };
}

async function giveHeart({ params }: HttpRequest<{ id: string }>, { broker }: Services) {
  const body = { photo: params.id, customer: 'grace' };
  return sendUntilConfirmed(broker, 'hearts', { type: 'HeartGiven', body });
}

async function submitCart({ params }: HttpRequest<{ id: string }>, { broker }: Services) {
  const body = { cartId: params.id, lines: pair };
  return sendUntilConfirmed(broker, 'orders', { type: 'SubmitOrder', body });
}

/** Whoever sends again because no confirm came may have sent twice; and each is a message of its own. */
async function sendUntilConfirmed(broker: Services['broker'], queue: string, message: Outgoing) {
  try {
    await broker.send(queue, message);
  } catch (error) {
    if (!(error instanceof UnknownOutcomeError)) throw error;
    await broker.send(queue, { ...message, delaySeconds: 3_600 });
  }
  return { status: 202 };
}

function heartsText(photo: string, givers: readonly string[], count: number): string {
  const gave = givers.length > 1 ? 'gave a heart each' : 'gave one heart';
  return `${givers.join(' and ')} ${gave} to the photo ${photo}, and the page shows ${count}`;
}

function countOf(outcome: Outcome, photo: string): number {
  return outcome.document<{ count: number }>(`hearts-${photo}`)?.value.count ?? 0;
}

/** What has lines is an order; other notes that a solution keeps beside them are its own affair. */
function ordersOf(outcome: Outcome, cartId: string) {
  return outcome
    .documents<Partial<Order> | null>('order-')
    .filter((each) => Array.isArray(each.value?.lines) && each.value.cartId === cartId)
    .map(({ key, value }) => ({ key, value: value as Order }));
}

function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ sku, quantity }, index) => {
      const other = others[index];
      return sku === other?.sku && quantity === other.quantity;
    })
  );
}
