import {
  judge,
  type HttpRequest,
  type HttpResponse,
  type Outcome,
  type Outgoing,
  type Services,
  type Visitor,
} from '#lab';

interface Payment {
  readonly status: string;
  readonly amountCents: number;
}

/** What should have become of one payment: its statuses, one after the other. */
interface Course {
  readonly amountCents: number;
  readonly statuses: readonly string[];
}

const payments = { 'queue payments': 'payments.ts#handlePayment' };

judge(
  {
    ...promising(() => ({ p1: { amountCents: 3_900, statuses: ['booked', 'cancelled'] } })),
    name: 'a copy of BookPayment comes after CancelPayment',
    processes: { 'payments #1': payments },
    traffic: {
      customer: (app) =>
        sendOneByOne(app, [
          book('p1', 3_900, 'book-1'),
          cancel('p1', 3_900, 'cancel-1'),
          book('p1', 3_900, 'book-1'),
        ]),
    },
  },
  {
    ...promising(() => ({
      p4: {
        amountCents: 12_000,
        statuses: ['cancelled', 'booked', 'cancelled', 'booked', 'cancelled'],
      },
    })),
    name: 'booked, cancelled, booked again and cancelled again, and a copy of the first booking',
    given: { 'payment-p4': { status: 'cancelled', amountCents: 12_000 } },
    givenVersion: 3,
    processes: { 'payments #1': payments, 'payments #2': payments },
    traffic: {
      customer: (app) =>
        sendOneByOne(app, [
          book('p4', 12_000, 'book-41'),
          cancel('p4', 12_000, 'cancel-42'),
          book('p4', 12_000, 'book-43'),
          cancel('p4', 12_000, 'cancel-44'),
          book('p4', 12_000, 'book-41'),
        ]),
    },
  },
  {
    ...promising(() => ({ p2: { amountCents: 450, statuses: ['booked', 'cancelled'] } })),
    name: 'the customer paid twice, cancelled, and the second payment comes again',
    processes: { 'payments #1': payments, 'payments #2': payments },
    deliveriesMost: 6,
    traffic: {
      customer: async (app) => {
        const first = await app.send('payments', book('p2', 450, 'book-1'));
        const second = await app.send('payments', book('p2', 450, 'book-2'));
        await first.settled();
        await second.settled();
        await sendOneByOne(app, [cancel('p2', 450, 'cancel-1'), book('p2', 450, 'book-2')]);
      },
    },
  },
  {
    ...promising(() => ({ p3: { amountCents: 990, statuses: ['booked'] } })),
    name: 'a process crashes with BookPayment in hand',
    processes: { 'payments #1': payments },
    faults: { crashes: 1 },
    deliveriesMost: 6,
    traffic: { customer: (app) => sendOneByOne(app, [book('p3', 990, 'book-1')]) },
  },
  {
    ...promising((outcome) => ({
      p1: {
        amountCents: 3_900,
        statuses: outcome.messages('payments').some(({ type }) => type === 'CancelPayment')
          ? ['booked', 'cancelled']
          : ['booked'],
      },
    })),
    name: 'the customer cancels as soon as she sees it booked, and a process crashes',
    processes: { 'payments #1': payments, 'web #1': { 'GET /payments/:id': viewPayment } },
    faults: { crashes: 1 },
    deliveriesMost: 6,
    traffic: {
      customer: async (app) => {
        await app.send('payments', book('p1', 3_900, 'book-1'));
        const { body } = await app.get('/payments/p1', { to: 'web #1' });
        if (body === 'booked') await app.send('payments', cancel('p1', 3_900, 'cancel-1'));
      },
    },
    sometimes: {
      'a payment was cancelled in spite of a crash': (outcome) =>
        outcome.faults('crash') > 0 && outcome.messages('payments').length > 1,
    },
  },
  {
    ...promising(() => ({ p3: { amountCents: 990, statuses: ['booked', 'cancelled'] } })),
    name: 'a slow process loses its lock, and another one is given the message',
    processes: { 'payments #1': payments, 'payments #2': payments },
    faults: { lockExpiries: 1 },
    deliveriesMost: 6,
    traffic: {
      customer: (app) =>
        sendOneByOne(app, [book('p3', 990, 'book-1'), cancel('p3', 990, 'cancel-1')]),
    },
    sometimes: {
      'two processes had one message, and one of them was refused': (outcome) =>
        outcome.refusedCommits > 0,
    },
  },
  {
    ...promising(() => ({
      p5: { amountCents: 450, statuses: ['booked'] },
      p6: { amountCents: 450, statuses: ['booked'] },
    })),
    name: 'two customers pay the same amount at the same time',
    processes: { 'payments #1': payments, 'payments #2': payments },
    deliveriesMost: 6,
    traffic: {
      'buyer 5': (app) => sendOneByOne(app, [book('p5', 450, 'book-5')]),
      'buyer 6': (app) => sendOneByOne(app, [book('p6', 450, 'book-6')]),
    },
  },
);

/** Each message is sent when the one before has been settled, so their order is no question here. */
async function sendOneByOne(app: Visitor, messages: readonly Outgoing[]): Promise<void> {
  for (const message of messages) {
    const sent = await app.send('payments', message);
    await sent.settled();
  }
}

function promising(courses: (outcome: Outcome) => Readonly<Record<string, Course>>) {
  const each = (outcome: Outcome) =>
    Object.entries(courses(outcome)).map(([id, course]) => ({
      key: `payment-${id}`,
      course,
      was: statusesOf(outcome, `payment-${id}`),
    }));
  return {
    promises: {
      once: (outcome: Outcome) => {
        for (const { key, course, was } of each(outcome)) {
          const surplus = was[course.statuses.length];
          if (surplus === undefined || !begins(was, course.statuses)) continue;
          return `${key} was ${listed(course.statuses.slice(-2))}, and ${copyIn(outcome)} made it ${surplus} again`;
        }
        return undefined;
      },

      'every-message-counts': (outcome: Outcome) => {
        // Whoever reads the story wants to see how the messages came to their end.
        const isDone = outcome.messages('payments').every(({ state }) => state === 'completed');
        const so = isDone ? 'every message is done, and ' : '';
        for (const { key, course, was } of each(outcome)) {
          const { statuses, amountCents } = course;
          const missing = statuses[was.length];
          if (missing !== undefined && begins(statuses, was)) {
            return was.length === 0
              ? `${so}${key} was never ${missing}`
              : `${so}${key} was ${listed(was.slice(-2))}, and never ${missing} after that`;
          }
          if (!begins(was, statuses)) {
            return `${so}${key} was ${listed(was)}, and not ${listed(statuses)}`;
          }
          const payment = outcome.document<Payment | null>(key)?.value;
          if (payment?.amountCents !== amountCents) {
            return `${key} is over ${amountCents} cents, and says ${payment?.amountCents}`;
          }
        }
        return undefined;
      },

      'every-message-done': (outcome: Outcome) => {
        for (const { messageId, state, reason } of outcome.messages('payments')) {
          if (state === 'completed') continue;
          return state === 'waiting'
            ? `${messageId} still waits at the end`
            : `${messageId} is in the dead-letter queue: ${reason}`;
        }
        return undefined;
      },
    },
  };
}

/** Booked and cancelled by turns; to write the same status again, or another one in between, is nobody's affair. */
function statusesOf(outcome: Outcome, key: string): readonly string[] {
  return outcome
    .history<Payment | null>(key)
    .map((payment) => payment?.status ?? '')
    .filter((status) => status === 'booked' || status === 'cancelled')
    .filter((status, index, all) => status !== all[index - 1]);
}

/** The copy that a customer's app or the broker sent late, by its id; none where a delivery came again. */
function copyIn(outcome: Outcome): string {
  const ids = outcome.messages('payments').map(({ messageId }) => messageId);
  const copied = ids.find((id, index) => ids.indexOf(id) !== index);
  return copied === undefined ? 'a copy' : `the copy of ${copied}`;
}

function begins(statuses: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((status, index) => statuses[index] === status);
}

function listed(statuses: readonly string[]): string {
  return statuses.join(', then ');
}

function book(paymentId: string, amountCents: number, messageId: string): Outgoing {
  return { messageId, type: 'BookPayment', body: { paymentId, amountCents } };
}

function cancel(paymentId: string, amountCents: number, messageId: string): Outgoing {
  return { messageId, type: 'CancelPayment', body: { paymentId, amountCents } };
}

/** What the app shows of a payment. */
async function viewPayment(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const payment = await store.load<Payment>(`payment-${request.params.id}`);
  return { status: 200, body: payment?.value.status ?? 'unknown' };
}
