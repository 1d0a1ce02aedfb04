import { judge, type Delivery, type Outcome, type Services } from '#lab';

interface Payment {
  readonly paymentId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A command that waits for Payments. */
interface Waiting extends Payment {
  readonly messageId: string;
  readonly delaySeconds?: number;
}

const daySeconds = 24 * 60 * 60;

const payments = { 'queue payments': 'payments.ts#collectPayment' };
const loyalty = { 'queue loyalty': 'loyalty.ts#countPoints' };

const forAda: Waiting = {
  messageId: 'collect-7',
  paymentId: '7',
  account: 'ada',
  amountCents: 4_000,
};
const againForAda: Waiting = {
  messageId: 'collect-8',
  paymentId: '8',
  account: 'ada',
  amountCents: 2_500,
};
const forBen: Waiting = {
  messageId: 'collect-9',
  paymentId: '9',
  account: 'ben',
  amountCents: 4_000,
};

/** Every fourth day one from each of four people; no two of the same amount. */
const manyWeeks: readonly Waiting[] = Array.from({ length: 12 }, (_, burst) =>
  ['ada', 'ben', 'cleo', 'dan'].map((account, index) => ({
    messageId: `collect-${100 + burst * 4 + index}`,
    paymentId: `${100 + burst * 4 + index}`,
    account,
    amountCents: 1_500 + (burst * 4 + index) * 100,
    delaySeconds: burst * 4 * daySeconds,
  })),
).flat();

/** These commands wait for Payments; Ada has points already. */
function shop(...waiting: readonly Waiting[]) {
  const due: readonly Payment[] = [
    ...new Map(waiting.map((each) => [each.paymentId, each])).values(),
  ];
  return {
    given: { 'account-ada': { points: 120 } },
    givenVersion: 4,
    queued: {
      payments: waiting.map(({ messageId, delaySeconds = 0, ...body }) => ({
        messageId,
        type: 'CollectPayment',
        body,
        delaySeconds,
      })),
    },
    topics: { events: ['loyalty'] },
    databases: ['payment-'],
    // More than all faults and refused commits together: whoever throws gets the message again.
    deliveriesMost: 4,
    promises: {
      'never-twice': (outcome: Outcome) => {
        for (const payment of due) {
          const { paymentId, account, amountCents } = payment;
          const times = timesCounted(payment, outcome);
          if (times > 1) {
            const points = `${amountCents / 100} points for ${inMoney(amountCents)}`;
            const often = times === 2 ? 'twice' : `${times} times`;
            const now = pointsOf(outcome.document(`account-${account}`)?.value);
            return `payment ${paymentId} brought ${account} the ${points} ${often}: account-${account} now has ${now} points`;
          }
        }
        return undefined;
      },

      'never-lost': (outcome: Outcome) => {
        for (const payment of due) {
          const { paymentId, account, amountCents } = payment;
          const found = outcome.document<Partial<Payment>>(`payment-${paymentId}`)?.value;
          if (found?.amountCents !== amountCents) {
            const command = outcome
              .messages<Payment>('payments')
              .find(({ body }) => body.paymentId === paymentId);
            return `payment ${paymentId} is not collected, and ${command?.messageId} is ${command?.state}`;
          }
          if (timesCounted(payment, outcome) === 0) {
            const told = outcome.messages('loyalty').filter(({ messageId, body }) => {
              return messageId.includes(`-${paymentId}/`) || isOf(payment, body);
            });
            const states = told.map(({ messageId, state }) => `${messageId} is ${state}`);
            return `payment ${paymentId} of ${account} is collected, ${[...new Set(states)].join(' and ') || 'Loyalty heard nothing of it'}, and account-${account} has no points for it`;
          }
        }
        const givenUp = ['payments', 'loyalty']
          .flatMap((queue) => outcome.messages(queue))
          .find(({ state }) => state === 'dead-lettered');
        return givenUp && `${givenUp.messageId} is given up: ${givenUp.reason}`;
      },
    },
  };
}

/** Support sends again what there was on the topic: the same messages, in all their parts. */
function replaysAfter(...days: readonly number[]) {
  const replay = async (
    { messageId, type, body, headers }: Delivery,
    { broker }: Services,
  ): Promise<void> => {
    for (const each of days) {
      const delaySeconds = each * daySeconds;
      await broker.send('loyalty', { messageId, type, body, headers, delaySeconds });
    }
  };
  return { 'queue archive': replay };
}

/** So many values may be kept when all is settled, however many payments there were. */
const keptMost = 12;

/** What is kept besides each payment and each account's points, in single values. */
const measures = {
  inbox: (now: Outcome) => valuesOf(now, 'inbox'),
  tokens: (now: Outcome) => valuesOf(now, 'token'),
  'else kept': (now: Outcome) => valuesOf(now, ''),
};

judge(
  {
    ...shop(forAda),
    name: 'one payment, and a year later the archive sends again what it had',
    topics: { events: ['loyalty', 'archive'] },
    processes: { 'payments #1': payments, 'loyalty #1': loyalty, archive: replaysAfter(365) },
    sometimes: {
      'Loyalty got an event that was a year old': (outcome) =>
        outcome.messages('loyalty').some(({ sentBy }) => sentBy === 'archive'),
    },
  },
  {
    ...shop(forAda),
    name: 'one payment (a process may crash)',
    processes: { 'payments #1': payments, 'loyalty #1': loyalty },
    faults: { crashes: 1 },
    sometimes: {
      'Loyalty was told of one payment twice': (outcome) => outcome.messages('loyalty').length > 1,
    },
  },
  {
    ...shop(forAda),
    name: 'one payment (a call may go unanswered)',
    processes: { 'payments #1': payments, 'loyalty #1': loyalty },
    faults: { unknownOutcomes: 1 },
  },
  {
    ...shop(forAda),
    name: 'one payment, two processes of Payments (a lock may expire, a copy may come)',
    processes: { 'payments #1': payments, 'payments #2': payments, 'loyalty #1': loyalty },
    faults: { lockExpiries: 1, duplicateDeliveries: 1 },
  },
  {
    ...shop(forAda),
    name: 'one payment, two processes of Loyalty (a lock may expire)',
    processes: { 'payments #1': payments, 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { lockExpiries: 1 },
  },
  {
    ...shop(forAda, againForAda),
    name: 'two payments of one person, two processes of Loyalty',
    processes: { 'payments #1': payments, 'loyalty #1': loyalty, 'loyalty #2': loyalty },
    faults: { duplicateDeliveries: 1 },
    sometimes: {
      'one payment came between, and the other began again': (outcome) =>
        outcome.refusedCommits > 0,
    },
  },
  {
    ...shop(forBen, forBen),
    name: 'a command that was sent twice, at two processes of Payments (a copy may come)',
    processes: { 'payments #1': payments, 'payments #2': payments, 'loyalty #1': loyalty },
    faults: { duplicateDeliveries: 1 },
  },
  {
    ...shop(forBen),
    name: 'Loyalty was cut off for a year, and then gets all from the archive, and later again',
    topics: { events: ['archive'] },
    processes: { 'payments #1': payments, 'loyalty #1': loyalty, archive: replaysAfter(365, 900) },
  },
  {
    ...shop(...manyWeeks),
    promises: {
      ...shop(...manyWeeks).promises,
      bounded: (outcome) => {
        const kept = Object.values(measures).reduce((sum, each) => sum + each(outcome), 0);
        return kept > keptMost
          ? `all ${manyWeeks.length} payments are settled, nothing is under way, and ${kept} values are still kept because of them`
          : undefined;
      },
    },
    name: '48 payments in 45 days, each of them replayed 20 days later',
    topics: { events: ['loyalty', 'archive'] },
    processes: {
      'payments #1': payments,
      'payments #2': payments,
      'loyalty #1': loyalty,
      'loyalty #2': loyalty,
      archive: replaysAfter(20),
    },
    measures: {
      'in flight': (now) =>
        now
          .messages('loyalty')
          .filter(({ sentBy, state }) => sentBy !== 'archive' && state === 'waiting').length,
      ...measures,
    },
    stepsMost: 5_000,
    search: { sample: 5, stories: false },
  },
);

/** How often the account rose by what the payment brings. */
function timesCounted({ account, amountCents }: Payment, outcome: Outcome): number {
  const start = account === 'ada' ? [] : [0];
  const points = [...start, ...outcome.history(`account-${account}`).map(pointsOf)];
  const rises = points.slice(1).map((each, index) => each - points[index]!);
  return rises.filter((rise) => rise === amountCents / 100).length;
}

function pointsOf(account: unknown): number {
  if (typeof account !== 'object' || account === null || !('points' in account)) return 0;
  return typeof account.points === 'number' ? account.points : 0;
}

function isOf({ paymentId }: Payment, body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'paymentId' in body && body.paymentId === paymentId
  );
}

/** @param kind  how their keys begin; '' is what begins with none of the kinds */
function valuesOf(now: Outcome, kind: '' | 'inbox' | 'token'): number {
  return now
    .documents(kind)
    .filter(({ key }) => kind !== '' || !/^(inbox|token|payment-\d+$)/.test(key))
    .reduce((sum, { key, value }) => {
      const leaves = Math.max(1, leavesOf(value));
      return sum + (key.startsWith('account-') ? leaves - 1 : leaves);
    }, 0);
}

/** Single values, however deep. */
function leavesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.values(value);
  return parts.reduce((sum: number, part) => sum + leavesOf(part), 0);
}

function inMoney(cents: number): string {
  return (cents / 100).toFixed(2);
}
