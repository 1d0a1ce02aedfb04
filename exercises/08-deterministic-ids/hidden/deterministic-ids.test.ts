import { ConcurrencyError, judge, type Delivery, type Outcome, type Services } from '#lab';

type Service = 'cards' | 'gifts';

interface Share {
  readonly account: string;
  readonly amountCents: number;
}

interface Order {
  readonly orderId: string;
  /** Of the message that says that it was placed. */
  readonly messageId: string;
  /** Who pays at each service. A service that is left out gets no copy of the message. */
  readonly shares: Readonly<Partial<Record<Service, readonly Share[]>>>;
}

const cards = { 'queue cards': 'payments.ts#bookCards' };
const gifts = { 'queue gifts': 'payments.ts#bookGifts' };
const loyalty = { 'queue loyalty': countPoints };

const plush: Order = {
  orderId: '7',
  messageId: 'e1',
  shares: { cards: [{ account: 'ada', amountCents: 4_000 }] },
};
const sameForBen: Order = {
  orderId: '71',
  messageId: 'e11',
  shares: { cards: [{ account: 'ben', amountCents: 4_000 }] },
};
const threeCards: Order = {
  orderId: '9',
  messageId: 'e4',
  shares: {
    cards: [
      { account: 'ada', amountCents: 2_500 },
      { account: 'ben', amountCents: 2_500 },
      { account: 'ada', amountCents: 2_500 },
    ],
  },
};
const cardAndGift: Order = {
  orderId: '8',
  messageId: 'e2',
  shares: {
    cards: [{ account: 'ada', amountCents: 1_500 }],
    gifts: [{ account: 'ada', amountCents: 1_500 }],
  },
};

/** These orders were just placed; Loyalty knows Ada already. */
function shop(...orders: readonly Order[]) {
  const waiting = (service: Service) =>
    orders
      .filter(({ shares }) => shares[service])
      .map(({ orderId, messageId, shares }) => ({
        messageId,
        type: 'OrderPlaced',
        body: { orderId, shares: { cards: [], gifts: [], ...shares } },
      }));
  const services = (['cards', 'gifts'] as const).filter((each) => waiting(each).length > 0);
  return {
    given: { 'account-ada': { points: 120 } },
    givenVersion: 4,
    queued: Object.fromEntries(services.map((service) => [service, waiting(service)])),
    topics: { events: ['loyalty'] },
    // More than all the faults together: whoever throws gets the message again.
    deliveriesMost: 6,
    promises: {
      'no-points-twice': (outcome: Outcome) => {
        const wrong = accounts(orders, outcome).find(({ counted, earned }) => counted > earned);
        return wrong && told(wrong);
      },

      'points-for-every-share': (outcome: Outcome) => {
        const unread = outcome.messages('loyalty').find(({ reason }) => reason !== undefined);
        if (unread) return `Loyalty could not read ${unread.messageId}: it ${unread.reason}`;
        const wrong = accounts(orders, outcome).find(({ counted, earned }) => counted < earned);
        return wrong && told(wrong);
      },

      'booked-as-placed': (outcome: Outcome) => {
        for (const { orderId, shares } of orders) {
          for (const [service, placed] of Object.entries(shares)) {
            const key = `payment-${service}-${orderId}`;
            if (!sameShares(outcome.document(key)?.value, placed)) {
              return `order ${orderId} was placed, and ${key} does not hold its shares`;
            }
          }
        }
        return undefined;
      },
    },
  };
}

judge(
  {
    ...shop(plush),
    name: 'one card, and the broker delivers the order once more',
    processes: { 'cards #1': cards, 'loyalty #1': loyalty },
    faults: { duplicateDeliveries: 1 },
    sometimes: { 'a payment was told again': (outcome) => outcome.messages('loyalty').length > 1 },
  },
  {
    ...shop(plush),
    name: 'one card, two processes, and a crash or a lock that expires',
    processes: { 'cards #1': cards, 'cards #2': cards, 'loyalty #1': loyalty },
    faults: { crashes: 1, lockExpiries: 1 },
  },
  {
    ...shop(plush),
    name: 'one card, and a call without an answer',
    processes: { 'cards #1': cards, 'loyalty #1': loyalty },
    faults: { unknownOutcomes: 1 },
  },
  {
    ...shop(threeCards),
    name: 'one order, paid with three cards of two people',
    processes: { 'cards #1': cards, 'loyalty #1': loyalty },
  },
  {
    ...shop(cardAndGift),
    name: 'one order, paid with a card and a gift card, and a crash',
    processes: { 'cards #1': cards, 'gifts #1': gifts, 'loyalty #1': loyalty },
    faults: { crashes: 1 },
  },
  {
    ...shop(plush, sameForBen),
    name: 'two orders of the same price, at two processes',
    processes: { 'cards #1': cards, 'cards #2': cards, 'loyalty #1': loyalty },
  },
);

/** Loyalty: a point for each unit of money, once for each message id. */
async function countPoints(
  delivery: Delivery<Partial<Share> | null>,
  { store }: Services,
): Promise<void> {
  const { messageId, body } = delivery;
  if (typeof body?.account !== 'string' || !Number.isInteger(body.amountCents)) {
    await delivery.deadLetter('says neither whose it is nor how much');
    return;
  }
  const key = `account-${body.account}`;
  const account = await store.load<{ points: number }>(key);
  const points = (account?.value.points ?? 0) + (body.amountCents ?? 0) / 100;
  try {
    await store.commit(
      { key: `inbox-loyalty-${messageId}`, value: {}, ifVersion: 'absent' },
      { key, value: { points }, ifVersion: account?.version ?? 'absent' },
    );
  } catch (error) {
    if (!(error instanceof ConcurrencyError && error.key.startsWith('inbox-'))) throw error;
  }
}

/** What each person paid for in these orders, in points, and what Loyalty counted for it. */
function accounts(orders: readonly Order[], outcome: Outcome) {
  const shares = orders.flatMap((order) => Object.values(order.shares).flat());
  return ['ada', 'ben'].map((name) => {
    const points = outcome.document<{ points: number }>(`account-${name}`)?.value.points ?? 0;
    const paid = shares.filter(({ account }) => account === name);
    const earned = paid.reduce((sum, { amountCents }) => sum + amountCents / 100, 0);
    const messages = outcome
      .messages<Partial<Share> | null>('loyalty')
      .filter(({ body }) => body?.account === name);
    const ids = [...new Set(messages.map(({ messageId }) => messageId))];
    return { name, paid, earned, counted: points - (name === 'ada' ? 120 : 0), ids };
  });
}

function told({ name, paid, earned, counted, ids }: ReturnType<typeof accounts>[number]): string {
  const times = ['never', 'once', 'twice'][paid.length];
  const heard = ids.length === 0 ? 'no message' : ids.join(' and ');
  return `${name} paid ${times}, Loyalty got ${heard}, and counted ${counted} points, not ${earned}`;
}

function sameShares(some: unknown, others: readonly Share[]): boolean {
  return (
    Array.isArray(some) &&
    some.length === others.length &&
    others.every(
      ({ account, amountCents }, index) =>
        some[index]?.account === account && some[index]?.amountCents === amountCents,
    )
  );
}
