import {
  judge,
  type Api,
  type ApiRequest,
  type HttpRequest,
  type HttpResponse,
  type MessageRecord,
  type Outcome,
  type Outgoing,
  type Services,
  type Visitor,
} from '#lab';

interface CollectPayment {
  readonly orderId: string;
  readonly card: string;
  readonly amountCents: number;
}

/** A customer, with the orders and the cards that are nobody else's. */
interface Customer {
  /** What each order costs, by its id. */
  readonly orders: Readonly<Record<string, number>>;
  readonly cards: readonly string[];
}

/** What the gateway knows. */
interface Books {
  readonly banks: Readonly<Record<string, Bank>>;
  readonly decided: Decision[];
  /** Answers by key, each with the request that it was given to. */
  readonly kept: Record<string, Kept>;
}

/** What is known of the bank behind a card. */
interface Bank {
  /** So many requests are declined, until the owner of the card has called her bank. */
  readonly declines?: number;
  /** It takes its time, so that whoever asks again is told once that the gateway is busy with the first request. */
  readonly isSlow?: boolean;
}

interface Kept {
  readonly request: string;
  readonly answer: HttpResponse;
  /** How often the gateway was asked under the key. */
  asked: number;
}

interface Decision {
  readonly card: string;
  readonly amountCents: number;
  readonly key: string | undefined;
  readonly charged: boolean;
}

/** The gateway charges nothing below it. */
const leastCents = 50;
const payments = { 'queue payments': 'payments.ts#collectPayment' };
const shopPage = { 'GET /payments/:id': viewPayment };

judge(
  {
    ...shop({ orders: { '7': 3_900 }, cards: ['card-ada'] }),
    name: 'a good card (calls may go unanswered, the gateway may be down)',
    queued: { payments: [collect('m1', '7', 'card-ada', 3_900)] },
    processes: { 'payments #1': payments },
    faults: { unknownOutcomes: 2, unavailable: 1 },
    sometimes: {
      'a call came to nothing, and the gateway was asked again': (outcome) =>
        outcome.calls('gateway.example').length > 1,
    },
  },
  {
    ...shop({ orders: { '7': 3_900 }, cards: ['card-ada'] }),
    name: 'a good card (the process may crash, and the gateway may be down)',
    queued: { payments: [collect('m1', '7', 'card-ada', 3_900)] },
    processes: { 'payments #1': payments },
    faults: { crashes: 2, unavailable: 1 },
  },
  {
    ...shop({ orders: { '12': 4_500 }, cards: ['card-cleo'] }, { 'card-cleo': { declines: 1 } }),
    name: 'a card that is declined, two processes (a lock may expire)',
    queued: { payments: [collect('m4', '12', 'card-cleo', 4_500)] },
    processes: { 'payments #1': payments, 'payments #2': payments },
    faults: { lockExpiries: 1 },
  },
  {
    ...shop({ orders: { '12': 4_500 }, cards: ['card-cleo'] }),
    name: 'a good card after one that was declined last week, two processes (a lock may expire)',
    given: { 'payment-12': { status: 'declined', amountCents: 4_500 } },
    givenVersion: 4,
    queued: { payments: [collect('m4', '12', 'card-cleo', 4_500)] },
    processes: { 'payments #1': payments, 'payments #2': payments },
    faults: { lockExpiries: 1 },
  },
  {
    ...shop({ orders: { '9': 2_500, '10': 2_500 }, cards: ['card-ada'] }),
    name: 'two equal orders of one customer, two processes (one may crash)',
    queued: {
      payments: [collect('m2', '9', 'card-ada', 2_500), collect('m3', '10', 'card-ada', 2_500)],
    },
    processes: { 'payments #1': payments, 'payments #2': payments },
    faults: { crashes: 1 },
  },
  {
    ...shop({ orders: { '8': 12_000 }, cards: ['card-ben'] }, { 'card-ben': { declines: 1 } }),
    name: 'declined, and tried again with the same card (a copy may come, a process may crash)',
    traffic: { customer: triesTwice('8', 12_000, ['card-ben', 'card-ben']) },
    processes: { 'payments #1': payments, 'web #1': shopPage },
    faults: { duplicateDeliveries: 1, crashes: 1 },
    sometimes: { 'the second try was paid': (outcome) => wasPaidAfterAll('8', outcome) },
  },
  {
    ...shop(
      { orders: { '8': 12_000 }, cards: ['card-ben', 'card-fay'] },
      { 'card-ben': { declines: 9 } },
    ),
    name: 'declined, and tried again with another card (a call may go unanswered)',
    traffic: { customer: triesTwice('8', 12_000, ['card-ben', 'card-fay']) },
    processes: { 'payments #1': payments, 'web #1': shopPage },
    faults: { unknownOutcomes: 1 },
    sometimes: { 'the second try was paid': (outcome) => wasPaidAfterAll('8', outcome) },
  },
  {
    ...shop({ orders: { '8': 12_000 }, cards: ['card-ben'] }, { 'card-ben': { declines: 2 } }),
    name: 'declined twice (a copy may come)',
    traffic: { customer: triesTwice('8', 12_000, ['card-ben', 'card-ben']) },
    processes: { 'payments #1': payments, 'web #1': shopPage },
    faults: { duplicateDeliveries: 1 },
  },
  {
    ...shop({ orders: { '14': 6_000 }, cards: ['card-eve'] }, { 'card-eve': { isSlow: true } }),
    name: 'a bank that takes its time (a call may go unanswered)',
    queued: { payments: [collect('m7', '14', 'card-eve', 6_000)] },
    processes: { 'payments #1': payments },
    faults: { unknownOutcomes: 1 },
    sometimes: {
      'the gateway was busy when it was asked again': (outcome) =>
        outcome.calls('gateway.example').some(({ response }) => response.status === 409),
    },
  },
  {
    ...shop(
      { orders: { '15': 6_000 }, cards: ['card-eve'] },
      { 'card-eve': { isSlow: true, declines: 1 } },
    ),
    name: 'a bank that takes its time and declines (a call may go unanswered)',
    queued: { payments: [collect('m7', '15', 'card-eve', 6_000)] },
    processes: { 'payments #1': payments },
    faults: { unknownOutcomes: 1 },
  },
  {
    ...shop({ orders: { '16': 2_900 }, cards: ['card-gus', 'card-hal'] }),
    name: 'a good card, and another one at hand (a call may go unanswered)',
    traffic: { customer: triesTwice('16', 2_900, ['card-gus', 'card-hal']) },
    processes: { 'payments #1': payments, 'web #1': shopPage },
    faults: { unknownOutcomes: 1 },
  },
  {
    ...shop({ orders: { '11': 30 }, cards: ['card-dan'] }),
    name: 'a request that the gateway never takes (the process may crash)',
    queued: { payments: [collect('m8', '11', 'card-dan', 30)] },
    processes: { 'payments #1': payments },
    faults: { crashes: 1 },
  },
);

function shop(customer: Customer, banks: Readonly<Record<string, Bank>> = {}) {
  return {
    apis: { 'gateway.example': gateway(banks) },
    topics: { events: ['orders'] },
    // More than all the faults together: whoever throws gets the message again.
    deliveriesMost: 6,
    promises: {
      'as-the-gateway-decides': (outcome: Outcome) => {
        const charges = decided(customer, outcome).filter(({ charged }) => charged);
        const orders = ordersOf(customer, outcome);
        // What has not ended is another promise's affair.
        if (!orders.every(({ hasEnded }) => hasEnded)) return undefined;
        const paid = orders.filter(({ status }) => status === 'paid');
        const due = paid.reduce((sum, { amountCents }) => sum + amountCents, 0);
        const taken = charges.reduce((sum, { amountCents }) => sum + amountCents, 0);
        if (charges.length !== paid.length || due !== taken) {
          return `${orders.map(orderText).join(', ')}, and ${chargedText(customer, charges)}`;
        }
        const refused = decided(customer, outcome).filter(({ charged }) => !charged);
        const declines = refused.length;
        for (const { orderId, amountCents, declined } of orders) {
          if (amountCents < leastCents || declined <= declines) continue;
          // Whoever got no answer and declines is told of the schedule in which the money is gone.
          if (outcome.faults('unknown outcome') > 0) continue;
          return declines === 0
            ? `order ${orderId} is declined, and the gateway never declined ${customer.cards.join(' or ')}`
            : `order ${orderId} was declined ${times(declined)}, and the gateway decided so ${times(declines)}, ${underKeys(refused)}`;
        }
        const wasPaid = orders.find(({ was, status }) => was.includes('paid') && status !== 'paid');
        return wasPaid && `order ${wasPaid.orderId} was paid, and then ${wasPaid.status}`;
      },

      told: (outcome: Outcome) => {
        for (const { orderId, status, declined, hasEnded } of ordersOf(customer, outcome)) {
          if (!hasEnded) continue;
          const heard: readonly MessageRecord<{ orderId?: string } | null>[] =
            outcome.messages('orders');
          const about = heard.filter(({ body }) => body?.orderId === orderId);
          for (const [type, fact, due] of [
            ['PaymentCollected', 'paid', status === 'paid' ? 1 : 0],
            ['PaymentDeclined', 'declined', declined],
          ] as const) {
            const ids = new Set(about.filter((m) => m.type === type).map((m) => m.messageId));
            if (ids.size === due) continue;
            const became = fact === 'paid' ? `is ${status}` : `was declined ${times(due)}`;
            const told = ids.size === 0 ? 'never told' : `told ${times(ids.size)}`;
            const under = ids.size > 1 ? `, as ${[...ids].join(' and ')}` : '';
            return `order ${orderId} ${became}, and Orders was ${told} that it was ${fact}${under}`;
          }
          const twoFold = about.find((one) =>
            about.some((m) => m.messageId === one.messageId && m.type !== one.type),
          );
          if (twoFold) {
            return `${twoFold.messageId} tells of order ${orderId} that it is paid, and that it is declined`;
          }
        }
        return undefined;
      },

      'no-limbo': (outcome: Outcome) => {
        for (const { orderId, amountCents, status, tries } of ordersOf(customer, outcome)) {
          for (const { messageId, state, reason = '' } of tries) {
            const isRefused = amountCents < leastCents && !/^delivered \d+ times$/.test(reason);
            if (state === 'completed' ? status !== undefined : isRefused) continue;
            if (state === 'completed') {
              return `${messageId} is completed, and order ${orderId} is neither paid nor declined`;
            }
            const charges = decided(customer, outcome).filter(({ charged }) => charged);
            return `${messageId} is in the dead-letter queue, ${JSON.stringify(reason)}: order ${orderId} is ${status ?? 'neither paid nor declined'}, and ${chargedText(customer, charges)}`;
          }
        }
        return undefined;
      },
    },
  };
}

/** As gateways document it: a key stands for one request, whose answer is kept and given again. */
function gateway(banks: Readonly<Record<string, Bank>>): Api {
  return {
    state: { banks, decided: [], kept: {} } satisfies Books,
    handle: (request, { state }) => answerTo(request, state),
  };
}

function answerTo(
  { method, path, headers, body }: ApiRequest,
  { banks, decided, kept }: Books,
): HttpResponse {
  if (method !== 'POST' || path !== '/charges') return { status: 404 };
  const { card, amountCents } = (body ?? {}) as Partial<CollectPayment>;
  if (typeof card !== 'string' || amountCents === undefined || !Number.isInteger(amountCents)) {
    return { status: 400, body: 'no card, or no amount' };
  }
  if (amountCents < leastCents) return { status: 400, body: 'less than 0.50' };

  const key = Object.entries(headers).find(([name]) => /^idempotency-key$/i.test(name))?.[1];
  const under = key === undefined ? 'without a key' : `under the key ${key}`;
  const request = JSON.stringify(
    Object.entries(body as object).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  const { declines = 0, isSlow = false } = banks[card] ?? {};
  let known = key === undefined ? undefined : kept[key];
  if (known && known.request !== request) {
    return { status: 422, body: `another request was made ${under}` };
  }
  if (!known) {
    const charged = decided.filter((each) => each.card === card).length >= declines;
    const text = `${charged ? 'charged' : 'declined'} ${under}`;
    known = { request, answer: { status: charged ? 201 : 402, body: text }, asked: 0 };
    decided.push({ card, amountCents, key, charged });
    if (key !== undefined) kept[key] = known;
  }
  known.asked += 1;
  if (isSlow && known.asked === 2) return { status: 409, body: `busy with a request ${under}` };
  return known.answer;
}

/** A customer who tries once more if, and only if, she sees that she was declined. */
function triesTwice(orderId: string, amountCents: number, cards: readonly [string, string]) {
  return async (app: Visitor): Promise<void> => {
    await app.send('payments', collect('m5', orderId, cards[0], amountCents));
    const { body } = await app.get(`/payments/${orderId}`, { to: 'web #1' });
    if (body === 'declined') {
      await app.send('payments', collect('m6', orderId, cards[1], amountCents));
    }
  };
}

function wasPaidAfterAll(orderId: string, outcome: Outcome): boolean {
  const [, second] = outcome.messages('payments');
  return second !== undefined && statusIn(outcome.document(`payment-${orderId}`)?.value) === 'paid';
}

/** What the shop shows of a payment. */
async function viewPayment(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const payment = await store.load(`payment-${request.params.id}`);
  return { status: 200, body: statusIn(payment?.value) ?? 'under way' };
}

function ordersOf({ orders }: Customer, outcome: Outcome) {
  return Object.entries(orders).map(([orderId, amountCents]) => {
    const key = `payment-${orderId}`;
    const messages: readonly MessageRecord<CollectPayment>[] = outcome.messages('payments');
    // What Payments sends to itself is no wish of a customer.
    const tries = messages.filter(
      ({ body, sentBy = '' }) => body.orderId === orderId && !sentBy.startsWith('payments'),
    );
    const status = statusIn(outcome.document(key)?.value);
    const ended = tries.filter(({ state }) => state === 'completed').length;
    const declined = status === 'paid' ? Math.max(ended - 1, 0) : status === 'declined' ? ended : 0;
    const was = outcome.history(key).map(statusIn);
    // Whoever gives up what is never taken has ended it, too.
    const hasEnded = status !== undefined && (ended === tries.length || amountCents < leastCents);
    return { orderId, amountCents, status, was, tries, declined, hasEnded };
  });
}

function decided({ cards }: Customer, outcome: Outcome): readonly Decision[] {
  return outcome.api<Books>('gateway.example').decided.filter(({ card }) => cards.includes(card));
}

/** A status that is neither is nobody's business but ours: a payment may be under way. */
function statusIn(payment: unknown): 'paid' | 'declined' | undefined {
  if (typeof payment !== 'object' || payment === null || !('status' in payment)) return undefined;
  return payment.status === 'paid' || payment.status === 'declined' ? payment.status : undefined;
}

function orderText({ orderId, status }: { orderId: string; status: string | undefined }): string {
  return `order ${orderId} is ${status ?? 'neither paid nor declined'}`;
}

function chargedText({ cards }: Customer, charges: readonly Decision[]): string {
  const each = cards.map((card) => {
    const own = charges.filter((one) => one.card === card);
    return own.length === 0
      ? `${card} was not charged`
      : `${card} was charged ${times(own.length)}, ${underKeys(own)}`;
  });
  return each.join(', ');
}

function underKeys(decisions: readonly Decision[]): string {
  const keys = decisions.flatMap(({ key }) => key ?? []);
  if (keys.length === 0) return 'without a key';
  return `under the ${keys.length > 1 ? 'keys' : 'key'} ${keys.join(' and ')}`;
}

function times(count: number): string {
  return ['never', 'once', 'twice'][count] ?? `${count} times`;
}

function collect(messageId: string, orderId: string, card: string, amountCents: number): Outgoing {
  return { messageId, type: 'CollectPayment', body: { orderId, card, amountCents } };
}
