import { judge, type MessageRecord, type Outcome } from '#lab';

interface Payment {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

interface SendVoucher {
  readonly account: string;
  readonly orderId: string;
}

const goalCents = 10_000;
const loyalty = { 'queue loyalty': 'loyalty.ts#countPayment' };

/** What these people have paid in all so far, and payments that wait to be counted, by message id. */
function shop(
  totals: Readonly<Record<string, number>>,
  payments: Readonly<Record<string, Payment>>,
) {
  const names = [...new Set(Object.values(payments).map(({ account }) => account))];
  return {
    given: Object.fromEntries(
      Object.entries(totals).map(([name, totalCents]) => [`account-${name}`, { totalCents }]),
    ),
    givenVersion: 5,
    queued: {
      loyalty: Object.entries(payments).map(([messageId, body]) => ({
        messageId,
        type: 'PaymentBooked',
        body,
      })),
    },
    // More than all faults and refused commits together: whoever throws gets the message again.
    deliveriesMost: 6,
    promises: {
      'voucher-at-the-goal': (outcome: Outcome) => {
        for (const name of names) {
          const reached = reachedWith(name, outcome);
          if (!reached) continue;
          const { orderId, from, to } = reached;
          const came = `${name} came from ${inMoney(from)} to ${inMoney(to)} with order ${orderId}`;
          const letters = lettersTo(name, outcome);
          if (letters.length === 0) return `${came}, and no voucher was sent`;
          if (!letters.some(({ body }) => body?.orderId === orderId)) {
            return `${came}, and the voucher is for order ${letters[0]?.body?.orderId}`;
          }
        }
        return undefined;
      },

      'no-other-voucher': (outcome: Outcome) => {
        for (const name of names) {
          const letters = lettersTo(name, outcome);
          const sent = letters.map(
            ({ messageId, body }) => `${messageId} for order ${body?.orderId}`,
          );
          if (letters.length > 1) return `${name} gets more than one voucher: ${sent.join(', ')}`;
          if (letters.length === 1 && !reachedWith(name, outcome)) {
            return `${name} gets a voucher, ${sent.join()}, and no payment here led to ${inMoney(goalCents)}`;
          }
        }
        return undefined;
      },

      'every-payment-counted-once': (outcome: Outcome) => {
        for (const name of names) {
          const paid = Object.values(payments).filter(({ account }) => account === name);
          const due = paid.reduce((sum, each) => sum + each.amountCents, totals[name] ?? 0);
          const total = totalOf(outcome.document(`account-${name}`)?.value);
          if (total !== due) {
            return `${name} has paid ${inMoney(due)} in all, and account-${name} says ${inMoney(total)}`;
          }
        }
        return undefined;
      },
    },
  };

  /** The payment with which the account came from below the goal to the goal. */
  function reachedWith(name: string, outcome: Outcome) {
    const totals = [0, ...outcome.history(`account-${name}`).map(totalOf)];
    const at = totals.findIndex((total) => total >= goalCents);
    const from = totals[at - 1] ?? 0;
    const to = totals[at] ?? 0;
    const payment = Object.values(payments).find(
      ({ account, amountCents }) => account === name && amountCents === to - from,
    );
    return payment && { orderId: payment.orderId, from, to };
  }
}

judge(
  {
    ...shop({ ada: 9_500 }, { e1: { orderId: '7', account: 'ada', amountCents: 1_000 } }),
    name: 'a payment that reaches the goal, and a crash',
    processes: { 'loyalty #1': loyalty },
    faults: { crashes: 1 },
    sometimes: { 'a voucher was sent again': (outcome) => outcome.messages('mail').length > 1 },
  },
  {
    ...shop({ ada: 9_500 }, { e1: { orderId: '7', account: 'ada', amountCents: 1_000 } }),
    name: 'a payment that reaches the goal, a call without an answer, and a copy',
    processes: { 'loyalty #1': loyalty },
    faults: { unknownOutcomes: 1, duplicateDeliveries: 1 },
  },
  {
    ...shop(
      { ada: 7_000 },
      {
        e4: { orderId: '8', account: 'ada', amountCents: 2_000 },
        e5: { orderId: '9', account: 'ada', amountCents: 2_500 },
      },
    ),
    name: 'two payments of one person at two processes, the second reaches it',
    processes: { 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { duplicateDeliveries: 1 },
    sometimes: { 'a commit was refused': (outcome) => outcome.refusedCommits > 0 },
  },
  {
    ...shop(
      { ada: 8_500 },
      {
        e4: { orderId: '8', account: 'ada', amountCents: 2_000 },
        e5: { orderId: '9', account: 'ada', amountCents: 2_500 },
      },
    ),
    name: 'two payments of one person at two processes, the first reaches it, and a crash',
    processes: { 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { crashes: 1 },
    sometimes: { 'a commit was refused': (outcome) => outcome.refusedCommits > 0 },
  },
  {
    ...shop({}, { e2: { orderId: '12', account: 'ben', amountCents: 12_000 } }),
    name: 'a first payment that reaches the goal at once, and a process that is slow',
    processes: { 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { lockExpiries: 1 },
  },
  {
    ...shop(
      { cleo: 15_000 },
      {
        e6: { orderId: '13', account: 'cleo', amountCents: 3_000 },
        e7: { orderId: '14', account: 'ben', amountCents: 6_000 },
      },
    ),
    name: 'one who reached it long ago, one who does not reach it, and a copy',
    processes: { 'loyalty #1': loyalty },
    faults: { duplicateDeliveries: 1 },
  },
);

/** Mail sends one letter for each message id: of several with one id, those that say something new. */
function lettersTo(name: string, outcome: Outcome): readonly MessageRecord<SendVoucher | null>[] {
  const messages = outcome.messages<SendVoucher | null>('mail');
  return messages
    .filter(({ body }) => body?.account === name)
    .filter(
      ({ messageId, body }, index, all) =>
        all.findIndex(
          (each) => each.messageId === messageId && each.body?.orderId === body?.orderId,
        ) === index,
    );
}

function totalOf(account: unknown): number {
  if (typeof account !== 'object' || account === null || !('totalCents' in account)) return 0;
  return typeof account.totalCents === 'number' ? account.totalCents : 0;
}

function inMoney(cents: number): string {
  return (cents / 100).toFixed(2);
}
