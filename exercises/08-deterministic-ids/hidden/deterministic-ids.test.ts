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
        const all = accounts(orders, outcome);
        return all.some(({ counted, earned }) => counted > earned)
          ? told(orders, outcome)
          : undefined;
      },

      'points-for-every-share': (outcome: Outcome) => {
        const unread = outcome.messages('loyalty').find(({ reason }) => reason !== undefined);
        if (unread) return `Loyalty could not read ${unread.messageId}: it ${unread.reason}`;
        const all = accounts(orders, outcome);
        return all.some(({ counted, earned }) => counted < earned)
          ? (underOneId(orders, outcome) ?? told(orders, outcome))
          : undefined;
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
    name: 'one card (a copy of the order may come)',
    processes: { 'cards #1': cards, 'loyalty #1': loyalty },
    faults: { duplicateDeliveries: 1 },
    sometimes: {
      'Loyalty was told of one payment twice': (outcome) => outcome.messages('loyalty').length > 1,
    },
  },
  {
    ...shop(plush),
    name: 'one card, two processes (one may crash, a lock may expire)',
    processes: { 'cards #1': cards, 'cards #2': cards, 'loyalty #1': loyalty },
    faults: { crashes: 1, lockExpiries: 1 },
  },
  {
    ...shop(plush),
    name: 'one card (a call may go unanswered)',
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
    name: 'one order, paid with a card and a gift card (a process may crash)',
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
  return ['ada', 'ben'].map((name) => {
    const points = outcome.document<{ points: number }>(`account-${name}`)?.value.points ?? 0;
    const paid = sharesOf(orders).filter(({ account }) => account === name);
    const earned = paid.reduce((sum, { amountCents }) => sum + amountCents / 100, 0);
    return { name, earned, counted: points - (name === 'ada' ? 120 : 0) };
  });
}

/** Who paid what, under which ids Loyalty heard of it, and what it made of that. */
function told(orders: readonly Order[], outcome: Outcome): string {
  const shares = sharesOf(orders);
  const paid = shares.map(
    ({ account, amountCents }, index) =>
      `${account} ${index === 0 ? 'paid ' : ''}${(amountCents / 100).toFixed(2)}`,
  );
  const ids = outcome.messages('loyalty').map(({ messageId }) => messageId);
  const heard = [...new Set(ids)].map((id) => {
    const times = ids.filter((each) => each === id).length;
    return times === 1 ? id : `${id} ${times === 2 ? 'twice' : `${times} times`}`;
  });
  // Where too little was told, the story shows that the orders were handled to the end.
  const placed = ids.length < shares.length ? ['cards', 'gifts'] : [];
  const handled = placed
    .flatMap((queue) => outcome.messages(queue))
    .map(({ messageId, queue, state }) => `${messageId} is ${state} at ${queue}, `);
  const counted = accounts(orders, outcome)
    .filter((each) => each.earned > 0 || each.counted > 0)
    .map(({ name, earned, counted }) =>
      counted === earned
        ? `${counted} points for ${name}`
        : `${counted} points, not ${earned}, for ${name}`,
    );
  return `${paid.join(', ')}; ${handled.join('')}Loyalty got ${heard.join(' and ') || 'no message'}, and counted ${counted.join(' and ')}`;
}

/** Where two services told of a share each under one id, and nobody told of anything else. */
function underOneId(orders: readonly Order[], outcome: Outcome): string | undefined {
  const messages = outcome.messages('loyalty');
  const ids = new Set(messages.map(({ messageId }) => messageId));
  const [id] = ids;
  const paid = orders.flatMap(({ shares }) =>
    Object.entries(shares).flatMap(([service, each]) =>
      each.map((share) => ({ service, ...share })),
    ),
  );
  const [first, second] = paid;
  const areTold = paid.every(({ service }) =>
    messages.some(({ sentBy }) => sentBy?.startsWith(`${service} #`)),
  );
  if (ids.size !== 1 || paid.length !== 2 || !first || !second || !areTold) return undefined;
  if (first.account !== second.account || first.service === second.service) return undefined;

  const by = ({ amountCents, service }: Share & { service: string }) =>
    `${(amountCents / 100).toFixed(2)} by ${service}`;
  const counts = accounts(orders, outcome).find(({ name }) => name === first.account);
  return `${first.account} paid ${by(first)} and ${by(second)}; both published under ${id}, so Loyalty took the second for a copy: ${counts?.counted} points, not ${counts?.earned}`;
}

function sharesOf(orders: readonly Order[]): readonly Share[] {
  return orders.flatMap(({ shares }) => Object.values(shares).flat());
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
