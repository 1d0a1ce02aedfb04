import { judge, type MessageRecord, type Outcome } from '#lab';

interface Payment {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

interface VoucherIssued {
  readonly account: string;
  readonly orderId: string;
  readonly code: string;
}

const goalCents = 10_000;
/** The queues of those who hear of a voucher: Mail prints the code in a letter, the shop takes it for money. */
const receivers = { mail: 'Mail', shop: 'the shop' };
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
    topics: { events: Object.keys(receivers) },
    // More than all faults and refused commits together: whoever throws gets the message again.
    deliveriesMost: 6,
    promises: {
      'voucher-at-the-goal': (outcome: Outcome) => {
        for (const name of names) {
          const reached = reachedWith(name, outcome);
          if (!reached) continue;
          const { messageId, orderId, from, to } = reached;
          const came = `${name} came from ${inMoney(from)} to ${inMoney(to)} with order ${orderId}`;
          for (const [queue, receiver] of Object.entries(receivers)) {
            const vouchers = vouchersOf(name, queue, outcome);
            if (vouchers.length === 0) {
              const payment = outcome.messages('loyalty').find((m) => m.messageId === messageId);
              return `${came}, ${messageId} is ${payment?.state}, and ${receiver} heard of no voucher`;
            }
            if (!vouchers.some(({ body }) => body?.orderId === orderId)) {
              return `${came}, and the voucher is for order ${vouchers[0]?.body?.orderId}`;
            }
          }
        }
        return undefined;
      },

      'no-other-voucher': (outcome: Outcome) => {
        for (const name of names) {
          for (const queue of Object.keys(receivers)) {
            const vouchers = vouchersOf(name, queue, outcome);
            const told = vouchers.map(
              ({ messageId, body }) => `${messageId} for order ${body?.orderId}`,
            );
            if (vouchers.length > 1) {
              return `${name} gets more than one voucher: ${told.join(', ')}`;
            }
            if (vouchers.length === 1 && !reachedWith(name, outcome)) {
              return `${name} gets a voucher, ${told.join()}, and no payment here led to ${inMoney(goalCents)}`;
            }
          }
        }
        return undefined;
      },

      'one-code': (outcome: Outcome) => {
        for (const name of names) {
          const told = Object.keys(receivers).flatMap((queue) => messagesTo(name, queue, outcome));
          for (const { body } of told) {
            const code = String(body?.code);
            if (!isDrawn(code)) {
              return `${name} gets the code ${code}, which was not drawn by ids.next()`;
            }
            const other = told.find((each) => each.body?.orderId === body?.orderId)?.body?.code;
            if (code !== other) {
              return `the voucher for order ${body?.orderId} went out with code ${other} and with code ${code}: Mail may print the one, and the shop take the other`;
            }
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
    const payment = Object.entries(payments).find(
      ([, { account, amountCents }]) => account === name && amountCents === to - from,
    );
    return payment && { messageId: payment[0], orderId: payment[1].orderId, from, to };
  }
}

judge(
  {
    ...shop({ ada: 9_500 }, { e1: { orderId: '7', account: 'ada', amountCents: 1_000 } }),
    name: 'a payment that reaches 100.00 (the process may crash)',
    processes: { 'loyalty #1': loyalty },
    faults: { crashes: 1 },
    sometimes: {
      'Mail was told of one voucher twice': (outcome) => outcome.messages('mail').length > 1,
    },
  },
  {
    ...shop({ ada: 9_500 }, { e1: { orderId: '7', account: 'ada', amountCents: 1_000 } }),
    name: 'a payment that reaches 100.00 (a call may go unanswered, a copy may come)',
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
    name: 'two payments of one person at two processes, the second reaches 100.00',
    processes: { 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { duplicateDeliveries: 1 },
    sometimes: {
      'one payment came between, and the other began again': (outcome) =>
        outcome.refusedCommits > 0,
    },
  },
  {
    ...shop(
      { ada: 8_500 },
      {
        e4: { orderId: '8', account: 'ada', amountCents: 2_000 },
        e5: { orderId: '9', account: 'ada', amountCents: 2_500 },
      },
    ),
    name: 'two payments of one person at two processes, the first reaches 100.00 (they may crash)',
    processes: { 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { crashes: 1 },
    sometimes: {
      'one payment came between, and the other began again': (outcome) =>
        outcome.refusedCommits > 0,
    },
  },
  {
    ...shop({}, { e2: { orderId: '12', account: 'ben', amountCents: 12_000 } }),
    name: 'a first payment that reaches 100.00 at once (a lock may expire)',
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
    name: 'one who reached 100.00 long ago, and one who does not reach it (a copy may come)',
    processes: { 'loyalty #1': loyalty },
    faults: { duplicateDeliveries: 1 },
  },
);

function messagesTo(name: string, queue: string, outcome: Outcome) {
  const messages: readonly MessageRecord<VoucherIssued | null>[] = outcome.messages(queue);
  return messages.filter(({ body }) => body?.account === name);
}

/** A message is dropped whose id is known: of several with one id, those for another order. */
function vouchersOf(name: string, queue: string, outcome: Outcome) {
  return messagesTo(name, queue, outcome).filter(
    ({ messageId, body }, index, all) =>
      all.findIndex(
        (each) => each.messageId === messageId && each.body?.orderId === body?.orderId,
      ) === index,
  );
}

/** What `ids.next()` gives is the letter of a process, a or b here, and a number. */
function isDrawn(code: string): boolean {
  return [code, code.toLowerCase()].some((each) => /(?<![a-z])[ab]\d+(?![a-z\d])/.test(each));
}

function totalOf(account: unknown): number {
  if (typeof account !== 'object' || account === null || !('totalCents' in account)) return 0;
  return typeof account.totalCents === 'number' ? account.totalCents : 0;
}

function inMoney(cents: number): string {
  return (cents / 100).toFixed(2);
}
