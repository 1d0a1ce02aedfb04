/**
 * What a naive fake of a store and a broker misses. For each of these semantics there is a handler that is
 * wrong only because of it: the lab tells the story in its words, and a handler that minds it holds.
 */
import { expect, test } from 'vitest';
import { explore, type Exploration } from '../../lab/explore.ts';
import { LostResponse, type Outcome, type Scenario, type Visitor } from '../../lab/scenario.ts';
import type { Story } from '../../lab/verdict.ts';
import { subjectOf } from './programs.ts';

type Situation = Omit<Scenario, 'name' | 'promises'>;

interface Semantic {
  readonly situation: Situation;
  readonly promise: (outcome: Outcome) => string | undefined;
  readonly wrong: string;
  /** Words that the steps of the story say, in this order. */
  readonly tells: readonly RegExp[];
  /** The nearest schedule that keeps the promise. */
  readonly passes?: RegExp;
  /** The same handler holds where this semantic does not come into play. */
  readonly holdsWith?: Partial<Situation>;
  readonly right?: string;
  /** What some execution of the right handler must show. */
  readonly goal?: (outcome: Outcome) => boolean;
}

const web = { 'POST /': 'run.ts#post', 'POST /:what': 'run.ts#post' };
const worker = { 'queue jobs': 'run.ts#work' };
const once =
  (to: string, path = '/') =>
  (visitor: Visitor) =>
    visitor.post(path, { to });
const job = { type: 'Job', body: { job: 7 } };

/** Goes up by one, however many do so at the same time. */
const addOne = `
import { ConcurrencyError, LockLostError, UnknownOutcomeError } from '#lab';
async function addOne(store, ...besides) {
  for (;;) {
    const found = await store.load('count');
    const value = (found?.value ?? 0) + 1;
    try {
      return await store.commit({ key: 'count', value, ifVersion: found?.version ?? 'absent' }, ...besides);
    } catch (error) {
      if (!(error instanceof ConcurrencyError) || error.key !== 'count') throw error;
    }
  }
}
`;

const count = (outcome: Outcome): number => outcome.document<number>('count')?.value ?? 0;
const countsOnce = (outcome: Outcome): string | undefined =>
  count(outcome) <= 1 ? undefined : `job 7 was counted ${count(outcome)} times`;

/** Charges what it is asked to, unless it knows the key of the request, and says what it has charged. */
const bank: NonNullable<Scenario['apis']>[string] = {
  state: { charges: [] },
  handle({ method, headers, body }, { state }) {
    const { charges } = state as { charges: { key: string | undefined }[] };
    if (method === 'GET') return { status: 200, body: charges.length };
    if (typeof body === 'number' && body > 100) return { status: 402 };
    const key = headers['idempotency-key'];
    if (key === undefined || !charges.some((each) => each.key === key)) charges.push({ key });
    return { status: 201 };
  },
};
const chargesOf = (outcome: Outcome): number =>
  outcome.api<{ charges: unknown[] }>('bank').charges.length;
const chargesOnce = (outcome: Outcome): string | undefined =>
  chargesOf(outcome) <= 1 ? undefined : `the customer paid ${chargesOf(outcome)} times`;

const semantics: Record<string, Semantic> = {
  'every call is a point at which somebody else may go on': {
    situation: {
      given: { count: 0 },
      processes: { 'web #1': web, 'web #2': web },
      traffic: { ada: once('web #1'), ben: once('web #2') },
    },
    promise: (outcome) => (count(outcome) === 2 ? undefined : `the count is ${count(outcome)}`),
    wrong: `export async function post(_, { store }) {
      const { value } = await store.load('count');
      await store.commit({ key: 'count', value: value + 1 });
      return { status: 200 };
    }`,
    tells: [/load count/, /load count/, /commit/, /commit/],
    passes: /comes before/,
    holdsWith: { processes: { 'web #1': web }, traffic: { ada: (v) => twice(v, 'web #1') } },
    right: `${addOne} export async function post(_, { store }) { await addOne(store); return { status: 200 }; }`,
    goal: (outcome) => outcome.refusedCommits > 0,
  },

  'a crash loses the memory, and the process boots again with fresh modules': {
    situation: { processes: { worker }, queued: { jobs: [job] }, faults: { crashes: 1 } },
    promise: countsOnce,
    wrong: `${addOne} const seen = new Set();
    export async function work({ messageId }, { store }) {
      if (seen.has(messageId)) return;
      await addOne(store);
      seen.add(messageId);
    }`,
    tells: [
      /Job m1/,
      /commit/,
      /crash before complete m1/,
      /boots again, its memory is lost/,
      /again \(2\)/,
    ],
    passes: /crash/,
    holdsWith: { faults: { duplicateDeliveries: 1 } },
    right: `${addOne} export async function work({ messageId }, { store }) {
      const seen = { key: 'seen-' + messageId, value: true, ifVersion: 'absent' };
      await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
    }`,
    goal: (outcome) => outcome.messages('jobs').some(({ deliveries }) => deliveries > 1),
  },

  'a crash before an effect': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      faults: { crashes: 1 },
    },
    promise: (outcome) =>
      outcome.document('cart') && outcome.messages('orders').length === 0
        ? 'the cart is submitted, and nobody was told'
        : undefined,
    wrong: `export async function post(_, { store, broker }) {
      await store.commit({ key: 'cart', value: { status: 'submitted' } });
      await broker.send('orders', { type: 'SubmitOrder', body: null });
      return { status: 200 };
    }`,
    tells: [/commit/, /crash before send SubmitOrder/, /boots again/],
    passes: /^when the crash comes one step later$/,
    right: `export async function post(_, { store, broker }) {
      await broker.send('orders', { type: 'SubmitOrder', body: null });
      await store.commit({ key: 'cart', value: { status: 'submitted' } });
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.faults('crash') > 0,
  },

  'a crash after an effect, which is one before the next call': {
    situation: {
      processes: { worker },
      queued: { jobs: [job] },
      apis: { bank },
      faults: { crashes: 1 },
    },
    promise: chargesOnce,
    wrong: `export async function work({ body }, { store, http }) {
      if (await store.load('paid-' + body.job)) return;
      await http.post('https://bank/charges', 10);
      await store.commit({ key: 'paid-' + body.job, value: true });
    }`,
    tells: [
      /POST \/charges/,
      /crash before commit/,
      /again \(2\): its lock ran out after worker crashed/,
      /POST \/charges/,
    ],
    passes: /crash/,
    holdsWith: { faults: { duplicateDeliveries: 1 } },
    right: `export async function work({ body }, { http }) {
      await http.post('https://bank/charges', 10, { headers: { 'idempotency-key': String(body.job) } });
    }`,
    goal: (outcome) => outcome.calls('bank').length === 2,
  },

  'a crash while a call is on its way: the write lands after the restart': {
    situation: {
      given: { price: 0 },
      processes: { worker },
      queued: { jobs: [job] },
      faults: { crashes: 1 },
    },
    promise: (outcome) => {
      const prices = outcome.history<number>('price');
      const back = prices.find((price, at) => at > 0 && price! < prices[at - 1]!);
      return back === undefined ? undefined : `the price went back to ${back}`;
    },
    wrong: `export async function work({ deliveryCount }, { store }) {
      await store.commit({ key: 'price', value: deliveryCount });
    }`,
    tells: [
      /crash while commit is on its way/,
      /boots again/,
      /again \(2\)/,
      /commit.*v2/,
      /the commit from before the crash.*v3/,
    ],
    right: `export async function work({ deliveryCount }, { store }) {
      const { version } = await store.load('price');
      await store.commit({ key: 'price', value: deliveryCount, ifVersion: version });
    }`,
    goal: (outcome) => outcome.refusedCommits > 0,
  },

  'a commit whose answer is lost took effect': {
    situation: {
      given: { count: 0 },
      processes: { web },
      traffic: { ada: once('web') },
      faults: { unknownOutcomes: 1 },
    },
    promise: countsOnce,
    wrong: `${addOne} export async function post(_, { store }) {
      try { await addOne(store); } catch (error) {
        if (!(error instanceof UnknownOutcomeError)) throw error;
        await addOne(store);
      }
      return { status: 200 };
    }`,
    tells: [/commit/, /the answer to commit is lost/, /load count/, /commit/],
    passes: /unknown outcome/,
    holdsWith: { faults: { lostResponses: 1 } },
    right: `${addOne} export async function post(_, { store }) {
      const attempt = () => addOne(store, { key: 'request', value: true, ifVersion: 'absent' });
      try { await attempt(); } catch (error) {
        if (!(error instanceof UnknownOutcomeError)) throw error;
        await attempt().catch((again) => { if (!(again instanceof ConcurrencyError)) throw again; });
      }
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.refusedCommits > 0,
  },

  'a commit without an answer may never have arrived': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      faults: { unknownOutcomes: 1 },
    },
    promise: (outcome) =>
      outcome.answers('ada')[0]?.status === 200 && !outcome.document('cart')
        ? 'ada was told that her cart is kept, and it is not'
        : undefined,
    wrong: `export async function post(_, { store }) {
      await store.commit({ key: 'cart', value: 1 }).catch(() => {});
      return { status: 200 };
    }`,
    tells: [/no answer to commit: it never arrived/, /200/],
    passes: /unknown outcome/,
    right: `export async function post(_, { store }) {
      await store.commit({ key: 'cart', value: 1 }).catch(() => store.commit({ key: 'cart', value: 1 }));
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.history('cart').length > 1,
  },

  'a commit without an answer may still be on its way': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      faults: { unknownOutcomes: 1 },
    },
    promise: (outcome) =>
      outcome.answers('ada')[0]?.status === 409 && outcome.document('cart')
        ? 'ada was told that her cart was not kept, and it is'
        : undefined,
    wrong: `export async function post(_, { store }) {
      try { await store.commit({ key: 'cart', value: 1 }); } catch {
        if (!(await store.load('cart'))) return { status: 409 };
      }
      return { status: 200 };
    }`,
    tells: [
      /no answer to commit: it is still on its way/,
      /load cart/,
      /409/,
      /the commit that got/,
    ],
    passes: /./,
  },

  'a send whose confirm is lost has made a message': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      faults: { unknownOutcomes: 1 },
    },
    promise: (outcome) => {
      const ids = new Set(outcome.messages('orders').map(({ messageId }) => messageId));
      return ids.size > 1 ? `one click has made ${ids.size} orders` : undefined;
    },
    wrong: `export async function post(_, { broker }) {
      const send = () => broker.send('orders', { type: 'SubmitOrder', body: null });
      await send().catch(send);
      return { status: 200 };
    }`,
    tells: [/send SubmitOrder/, /the answer to send SubmitOrder is lost/, /send SubmitOrder/],
    passes: /unknown outcome/,
    right: `export async function post(_, { broker }) {
      const send = () => broker.send('orders', { messageId: 'order-7', type: 'SubmitOrder', body: null });
      await send().catch(send);
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.messages('orders').length === 2,
  },

  'a send without a confirm may have made no message': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      faults: { unknownOutcomes: 1 },
    },
    promise: (outcome) =>
      outcome.answers('ada')[0]?.status === 200 && outcome.messages('orders').length === 0
        ? 'ada was told that her order is on its way, and it is not'
        : undefined,
    wrong: `export async function post(_, { broker }) {
      await broker.send('orders', { type: 'SubmitOrder', body: null }).catch(() => {});
      return { status: 200 };
    }`,
    tells: [/no answer to send SubmitOrder: it never arrived/, /200/],
    passes: /unknown outcome/,
    right: `export async function post(_, { broker }) {
      const send = () => broker.send('orders', { messageId: 'order-7', type: 'SubmitOrder', body: null });
      await send().catch(send);
      return { status: 200 };
    }`,
    goal: (outcome) =>
      outcome.messages('orders').length === 1 && outcome.faults('unknown outcome') === 1,
  },

  'a third party that did not answer may still do what it was asked': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      apis: { bank },
      faults: { unknownOutcomes: 1 },
    },
    promise: chargesOnce,
    wrong: `export async function post(_, { http }) {
      try { await http.post('https://bank/charges', 10); } catch {
        const { body } = await http.get('https://bank/charges');
        if (body === 0) await http.post('https://bank/charges', 10);
      }
      return { status: 200 };
    }`,
    tells: [/no answer to POST \/charges: it is still on its way/, /GET \/charges/],
    right: `export async function post(_, { http }) {
      const pay = () => http.post('https://bank/charges', 10, { headers: { 'idempotency-key': 'order-7' } });
      await pay().catch(pay);
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.calls('bank').length === 2,
  },

  'a third party that timed out has done it': {
    situation: {
      processes: { worker },
      queued: { jobs: [job] },
      apis: { bank },
      faults: { unknownOutcomes: 1 },
    },
    promise: chargesOnce,
    wrong: `export async function work(_, { http }) { await http.post('https://bank/charges', 10); }`,
    tells: [
      /the answer to POST \/charges is lost/,
      /throws UnknownOutcomeError/,
      /again \(2\): worker had abandoned it/,
    ],
    passes: /unknown outcome/,
    right: `export async function work({ messageId }, { http }) {
      await http.post('https://bank/charges', 10, { headers: { 'idempotency-key': messageId } });
    }`,
    goal: (outcome) => outcome.calls('bank').length === 2,
  },

  'a lock that expires brings a second delivery while the first goes on': {
    situation: {
      processes: { 'worker #1': worker, 'worker #2': worker },
      queued: { jobs: [job] },
      faults: { lockExpiries: 1 },
    },
    promise: countsOnce,
    wrong: `${addOne} export async function work({ messageId }, { store }) {
      if (await store.load('seen-' + messageId)) return;
      await addOne(store);
      await store.commit({ key: 'seen-' + messageId, value: true });
    }`,
    tells: [
      /the lock of m1 expires/,
      /again \(2\): its lock expired while worker #\d was still at it/,
    ],
    passes: /./,
    holdsWith: { faults: { duplicateDeliveries: 1 } },
    right: `${addOne} export async function work({ messageId }, { store }) {
      const seen = { key: 'seen-' + messageId, value: true, ifVersion: 'absent' };
      await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
    }`,
    goal: (outcome) => outcome.refusedCommits > 0,
  },

  'whoever settles with a stale lock is refused': {
    situation: {
      processes: { 'worker #1': worker, 'worker #2': worker },
      queued: { jobs: [job] },
      faults: { lockExpiries: 1 },
    },
    promise: (outcome) =>
      outcome.document('paid') && outcome.messages('receipts').length === 0
        ? 'it is paid, and no receipt was sent'
        : undefined,
    wrong: `export async function work(delivery, { store, broker }) {
      if (await store.load('paid')) return;
      await store.commit({ key: 'paid', value: true });
      await delivery.complete();
      await broker.send('receipts', { type: 'SendReceipt', body: null });
    }`,
    tells: [
      /the lock of m1 expires/,
      /complete m1 refused: its lock was lost/,
      /throws LockLostError/,
    ],
    passes: /expiry of the lock/,
    holdsWith: { faults: {} },
    right: `export async function work(delivery, { store, broker }) {
      await store.commit({ key: 'paid', value: true });
      await broker.send('receipts', { messageId: 'receipt', type: 'SendReceipt', body: null });
      await delivery.complete();
    }`,
    goal: (outcome) => outcome.messages('receipts').length === 2,
  },

  'a sender that sends twice makes two messages with two ids': {
    situation: {
      processes: { web, worker },
      traffic: {
        ada: async (visitor) => {
          try {
            await visitor.post('/', { to: 'web' });
          } catch (error) {
            if (!(error instanceof LostResponse)) throw error;
            await visitor.post('/', { to: 'web' });
          }
        },
      },
      faults: { lostResponses: 1 },
    },
    promise: countsOnce,
    wrong: `${addOne}
    export async function post(_, { broker }) {
      await broker.send('jobs', { type: 'Job', body: { job: 7 } });
      return { status: 200 };
    }
    export async function work({ messageId }, { store }) {
      const seen = { key: 'seen-' + messageId, value: true, ifVersion: 'absent' };
      await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
    }`,
    tells: [/m-a1/, /is lost on its way/, /m-a2/],
    passes: /loss of the answer/,
    // A second delivery of one message has the same id.
    holdsWith: { faults: { duplicateDeliveries: 1 } },
    right: `${addOne}
    export async function post(_, { broker }) {
      await broker.send('jobs', { type: 'Job', body: { job: 7 } });
      return { status: 200 };
    }
    export async function work({ body }, { store }) {
      const seen = { key: 'seen-' + body.job, value: true, ifVersion: 'absent' };
      await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
    }`,
    goal: (outcome) => outcome.messages('jobs').length === 2,
  },

  'store and broker share no transaction: a message may overtake a commit': {
    situation: { processes: { web, worker }, traffic: { ada: once('web') } },
    promise: (outcome) =>
      outcome.document('orphan') ? 'a job was done for a cart that did not exist yet' : undefined,
    wrong: `
    export async function post(_, { store, broker }) {
      await broker.send('jobs', { type: 'Job', body: null });
      await store.commit({ key: 'cart', value: 1 });
      return { status: 200 };
    }
    export async function work(_, { store }) {
      if (!(await store.load('cart'))) await store.commit({ key: 'orphan', value: 1 });
    }`,
    tells: [/send Job/, /load cart not there/],
    passes: /comes before/,
    right: `
    export async function post(_, { store, broker }) {
      await store.commit({ key: 'cart', value: 1 });
      await broker.send('jobs', { type: 'Job', body: null });
      return { status: 200 };
    }
    export async function work(_, { store }) {
      if (!(await store.load('cart'))) await store.commit({ key: 'orphan', value: 1 });
    }`,
  },

  'messages are delivered in any order': {
    situation: {
      processes: { worker },
      queued: {
        jobs: [
          { type: 'Placed', body: { state: 'placed', at: 1 } },
          { type: 'Cancelled', body: { state: 'cancelled', at: 2 } },
        ],
      },
    },
    promise: (outcome) => {
      const order = outcome.document<{ state: string }>('order')?.value;
      return order?.state === 'cancelled' ? undefined : 'the cancelled order is placed';
    },
    wrong: `export async function work({ body }, { store }) { await store.commit({ key: 'order', value: body }); }`,
    tells: [/Cancelled m2/, /Placed m1/],
    right: `export async function work({ body }, { store }) {
      const found = await store.load('order');
      if (found && found.value.at > body.at) return;
      await store.commit({ key: 'order', value: body });
    }`,
  },

  'a delayed message comes by virtual time, when nothing else can happen': {
    situation: { processes: { web, worker }, traffic: { ada: once('web') } },
    promise: (outcome) =>
      outcome.history<string>('reminded')[0] === 'Escalate'
        ? 'the boss was told before the customer'
        : undefined,
    wrong: `
    export async function post(_, { broker }) {
      await broker.send('jobs', { type: 'Remind', body: null, delaySeconds: 20 });
      await broker.send('jobs', { type: 'Escalate', body: null, delaySeconds: 10 });
      return { status: 200 };
    }
    export async function work({ type }, { store }) { await store.commit({ key: 'reminded', value: type }); }`,
    tells: [/due in 10 s/, /time passes: 10 s/, /Escalate/, /time passes: 10 s/, /Remind/],
    right: `
    export async function post(_, { broker }) {
      await broker.send('jobs', { type: 'Escalate', body: null, delaySeconds: 20 });
      await broker.send('jobs', { type: 'Remind', body: null, delaySeconds: 10 });
      return { status: 200 };
    }
    export async function work({ type }, { store }) { await store.commit({ key: 'reminded', value: type }); }`,
    goal: (outcome) => outcome.history('reminded').length === 2,
  },

  'after its deliveries a message goes to the dead-letter queue': {
    situation: { processes: { worker }, queued: { jobs: [job] }, deliveriesMost: 2 },
    promise: (outcome) => {
      const [message] = outcome.messages('jobs');
      return message?.state === 'dead-lettered' && !outcome.document('given-up')
        ? `nobody was told that job 7 was given up: ${message.reason}`
        : undefined;
    },
    wrong: `export async function work() { throw new Error('cannot be done'); }`,
    tells: [
      /throws Error: cannot be done/,
      /again \(2\): worker had abandoned it/,
      /dead-letters m1: delivered 2 times/,
    ],
    right: `export async function work({ deliveryCount, deadLetter }, { store }) {
      if (deliveryCount < 2) throw new Error('cannot be done');
      await store.commit({ key: 'given-up', value: true });
      await deadLetter('cannot be done');
    }`,
    goal: (outcome) => outcome.messages('jobs')[0]?.reason === 'cannot be done',
  },

  'what is published goes to each queue that subscribes': {
    situation: {
      processes: {
        web,
        stock: { 'queue stock': 'run.ts#work' },
        mail: { 'queue mail': 'run.ts#work' },
      },
      topics: { orders: ['stock', 'mail'] },
      traffic: { ada: once('web') },
    },
    promise: countsOnce,
    wrong: `${addOne}
    export async function post(_, { broker }) {
      await broker.publish('orders', { type: 'OrderPlaced', body: null });
      return { status: 200 };
    }
    export async function work(_, { store }) { await addOne(store); }`,
    tells: [/publish OrderPlaced/, /OrderPlaced m-a1/, /OrderPlaced m-a1/],
    holdsWith: { topics: { orders: ['stock'] } },
    right: `${addOne}
    export async function post(_, { broker }) {
      await broker.publish('orders', { type: 'OrderPlaced', body: null });
      return { status: 200 };
    }
    export async function work({ messageId }, { store }) {
      const seen = { key: 'seen-' + messageId, value: true, ifVersion: 'absent' };
      await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
    }`,
    goal: (outcome) => outcome.messages('mail').length === 1,
  },

  'consumers compete for the messages of a queue': {
    situation: {
      given: { count: 0 },
      processes: { 'worker #1': worker, 'worker #2': worker },
      queued: { jobs: [job, { type: 'Job', body: { job: 8 } }] },
    },
    promise: (outcome) =>
      count(outcome) === 2 ? undefined : `two jobs were done, and ${count(outcome)} counted`,
    wrong: `export async function work(_, { store }) {
      const { value } = await store.load('count');
      await store.commit({ key: 'count', value: value + 1 });
    }`,
    tells: [/Job m\d/, /Job m\d/],
    holdsWith: { processes: { 'worker #1': worker } },
    right: `${addOne} export async function work(_, { store }) { await addOne(store); }`,
    goal: (outcome) => outcome.refusedCommits > 0,
  },

  'a third party may be unavailable': {
    situation: {
      processes: { worker },
      queued: { jobs: [job] },
      apis: { bank },
      faults: { unavailable: 1 },
    },
    promise: (outcome) =>
      outcome.document('paid') && chargesOf(outcome) === 0
        ? 'job 7 is marked as paid, and nobody has paid'
        : undefined,
    wrong: `export async function work(_, { store, http }) {
      await http.post('https://bank/charges', 10);
      await store.commit({ key: 'paid', value: true });
    }`,
    tells: [/POST \/charges: 503, and nothing happens there/, /commit/],
    passes: /outage/,
    right: `export async function work(_, { store, http }) {
      const { status } = await http.post('https://bank/charges', 10);
      if (status >= 500) throw new Error('later');
      await store.commit({ key: 'paid', value: true });
    }`,
    goal: (outcome) => outcome.messages('jobs')[0]!.deliveries === 2,
  },

  'a third party may refuse for reasons of its own': {
    situation: { processes: { worker }, queued: { jobs: [job] }, apis: { bank } },
    promise: (outcome) =>
      outcome.document('paid') && chargesOf(outcome) === 0
        ? 'job 7 is marked as paid, and nobody has paid'
        : undefined,
    wrong: `export async function work(_, { store, http }) {
      await http.post('https://bank/charges', 1_000);
      await store.commit({ key: 'paid', value: true });
    }`,
    tells: [/POST \/charges 402/, /commit/],
    right: `export async function work({ deadLetter }, { store, http }) {
      const { status } = await http.post('https://bank/charges', 1_000);
      if (status === 402) await deadLetter('declined');
      else await store.commit({ key: 'paid', value: true });
    }`,
    goal: (outcome) => outcome.messages('jobs')[0]!.reason === 'declined',
  },

  'webhooks arrive in any order': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      apis: {
        bank: {
          state: {},
          handle(_, { webhook }) {
            webhook('web', '/hook', { state: 'paid', at: 1 });
            webhook('web', '/hook', { state: 'refunded', at: 2 });
            return { status: 202 };
          },
        },
      },
    },
    promise: (outcome) => {
      const payment = outcome.document<{ state: string }>('payment')?.value;
      return payment?.state === 'refunded' ? undefined : 'what was refunded counts as paid';
    },
    wrong: `export async function post({ path, body }, { store, http }) {
      if (path === '/hook') await store.commit({ key: 'payment', value: body });
      else await http.post('https://bank/charges');
      return { status: 200 };
    }`,
    tells: [/POST \/hook .*paid/, /POST \/hook .*refunded/, /commit.* v1/, /commit.* v2/],
    right: `export async function post({ path, body }, { store, http }) {
      if (path !== '/hook') {
        await http.post('https://bank/charges');
        return { status: 200 };
      }
      for (;;) {
        const found = await store.load('payment');
        if (found && found.value.at > body.at) return { status: 200 };
        try {
          await store.commit({ key: 'payment', value: body, ifVersion: found?.version ?? 'absent' });
          return { status: 200 };
        } catch {}
      }
    }`,
  },

  'a webhook may come once more': {
    situation: {
      processes: { web },
      traffic: { ada: once('web') },
      apis: {
        bank: {
          state: {},
          handle(_, { webhook }) {
            webhook('web', '/hook', { event: 'e1' });
            return { status: 202 };
          },
        },
      },
      faults: { duplicateDeliveries: 1 },
    },
    promise: countsOnce,
    wrong: `${addOne} export async function post({ path }, { store, http }) {
      if (path === '/hook') await addOne(store);
      else await http.post('https://bank/charges');
      return { status: 200 };
    }`,
    tells: [/POST \/hook/, /POST \/hook again/],
    passes: /second delivery/,
    right: `${addOne} export async function post({ path, body }, { store, http }) {
      const seen = { key: 'seen-' + body?.event, value: true, ifVersion: 'absent' };
      if (path !== '/hook') await http.post('https://bank/charges');
      else await addOne(store, seen).catch((error) => { if (!(error instanceof ConcurrencyError)) throw error; });
      return { status: 200 };
    }`,
    goal: (outcome) => outcome.faults('duplicate delivery') === 1,
  },

  'the clocks of two processes differ': {
    situation: {
      processes: { 'web #1': web, 'web #2': web },
      traffic: {
        ada: async (visitor) => {
          const { body } = await visitor.post('/issue', { to: 'web #1' });
          await visitor.post('/use', { to: 'web #2', body });
        },
      },
      clockSkewSeconds: 5,
    },
    promise: (outcome) =>
      outcome.answers('ada')[1]?.status === 200 ? undefined : 'a fresh ticket has expired',
    wrong: `export async function post({ path, body }, { clock }) {
      if (path === '/issue') return { status: 200, body: clock.now() + 3_000 };
      return { status: clock.now() < body ? 200 : 410 };
    }`,
    tells: [/its clock is 5 s ahead/, /410/],
    passes: /that clock is right/,
    holdsWith: { clockSkewSeconds: 2 },
    right: `const skewMost = 5_000;
    export async function post({ path, body }, { clock }) {
      if (path === '/issue') return { status: 200, body: clock.now() + 3_000 };
      return { status: clock.now() < body + skewMost ? 200 : 410 };
    }`,
  },

  'a lock that expires takes its time': {
    situation: {
      processes: { 'worker #1': worker, 'worker #2': worker },
      queued: { jobs: [job] },
      faults: { lockExpiries: 1 },
    },
    promise: (outcome) =>
      outcome.history<string>('done').length > 1 ? 'job 7 was done by two' : undefined,
    wrong: `export async function work(_, { store }) {
      await store.load('tools');
      await store.commit({ key: 'done', value: true });
    }`,
    tells: [/the lock of m1 expires/, /commit/],
    // To look at the clock first would not do: the lock may expire right after.
    right: `export async function work(_, { store }) {
      await store.load('tools');
      await store.commit({ key: 'done', value: true, ifVersion: 'absent' });
    }`,
    goal: (outcome) => outcome.messages('jobs')[0]!.deliveries === 2,
  },
};

async function twice(visitor: Visitor, to: string): Promise<void> {
  await visitor.post('/', { to });
  await visitor.post('/', { to });
}

async function judged(
  source: string,
  { promise, goal }: Pick<Semantic, 'promise' | 'goal'>,
  situation: Situation,
): Promise<Exploration> {
  const scenario: Scenario = {
    name: 'a situation',
    ...situation,
    promises: { promise },
    ...(goal && { sometimes: { goal } }),
  };
  return explore(scenario, subjectOf({ 'run.ts': source }), { seed: 1, breathe: () => undefined });
}

for (const [name, semantic] of Object.entries(semantics)) {
  const { situation, wrong, tells, passes, holdsWith, right } = semantic;
  test(`${name}: who does not mind it is told so`, async () => {
    const { coverage, broken } = await judged(wrong, { promise: semantic.promise }, situation);
    expect(coverage).toMatchObject({ kind: 'exhaustive', blocked: 0 });
    const { count: times, story } = broken.get('promise')!;
    expect(times).toBeGreaterThan(0);
    expect(story?.so).toMatch(/^[^.]+$/);
    expect(story?.token).toMatch(/^1[0-9a-z]{4,}/);
    mustTell(story!, tells);
    if (passes) expect(story?.passes).toMatch(passes);
    if (!holdsWith) return;
    const elsewhere = { ...situation, ...holdsWith };
    const held = await judged(wrong, { promise: semantic.promise }, elsewhere);
    expect(held.broken.get('promise')?.count).toBe(0);
  });

  if (right === undefined) continue;
  test(`${name}: who minds it holds in every schedule`, async () => {
    const { coverage, broken } = await judged(right, semantic, situation);
    expect(broken.get('promise')).toEqual({ count: 0, story: undefined });
    expect(coverage).toMatchObject({ kind: 'exhaustive', blocked: 0 });
    for (const { seen } of [...coverage.bounds, ...coverage.goals]) {
      expect(seen).toBeGreaterThan(0);
    }
  });
}

function mustTell({ steps }: Story, words: readonly RegExp[]): void {
  const texts = steps.map((step) => ('effect' in step ? `${step.text} ${step.effect}` : step.text));
  let from = 0;
  for (const word of words) {
    const at = texts.findIndex((text, index) => index >= from && word.test(text));
    expect(at, `${word} behind step ${from} of:\n${texts.join('\n')}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

/** Everything that promises could see of the answers, in any of the executions. */
async function answersOf(source: string, situation: Situation): Promise<readonly string[]> {
  const seen = new Set<string>();
  const see = (outcome: Outcome): undefined =>
    void seen.add(JSON.stringify(outcome.answers().map(({ body }) => body)));
  await judged(source, { promise: see }, situation);
  return [...seen].toSorted();
}

test('a confirmed message is safe, whatever happens to its sender', async () => {
  const { coverage, broken } = await judged(
    `export async function post(_, { store, broker }) {
      await broker.send('orders', { messageId: 'order-7', type: 'SubmitOrder', body: null });
      await store.commit({ key: 'confirmed', value: true });
      return { status: 200 };
    }`,
    {
      promise: (outcome) =>
        outcome.document('confirmed') && outcome.messages('orders').length === 0
          ? 'a confirmed message is gone'
          : undefined,
      goal: (outcome) => outcome.faults('crash') > 0 && outcome.messages('orders').length === 1,
    },
    { processes: { web }, traffic: { ada: once('web') }, faults: { crashes: 1 } },
  );
  expect(broken.get('promise')?.count).toBe(0);
  expect(coverage.goals[0]?.seen).toBeGreaterThan(0);
});

test('whoever answers before the confirm leaves a call alone', async () => {
  const judgement = judged(
    `export async function post(_, { broker }) {
      void broker.send('orders', { type: 'SubmitOrder', body: null });
      return { status: 200 };
    }`,
    { promise: () => undefined },
    { processes: { web }, traffic: { ada: once('web') } },
  );
  await expect(judgement).rejects.toMatchObject({ mistake: { code: 'floating-promise' } });
});

test('time stands still while anything can happen, and comes to each delay in turn', async () => {
  const answers = await answersOf(
    `export async function post(_, { store, broker, clock }) {
      const before = clock.now();
      await broker.send('jobs', { type: 'Job', body: before, delaySeconds: 60 });
      await store.load('x');
      return { status: 200, body: clock.now() - before };
    }
    export async function work({ body }, { store, clock }) {
      await store.commit({ key: 'late', value: clock.now() - body });
    }
    export async function show(_, { store }) {
      return { status: 200, body: (await store.load('late'))?.value ?? 'not yet' };
    }`,
    {
      processes: { web, worker, other: { 'GET /late': 'run.ts#show' } },
      traffic: {
        ada: once('web'),
        ben: (visitor) => visitor.get('/late', { to: 'other' }),
      },
    },
  );
  expect(answers).toEqual(['[0,"not yet"]']);
});

test('a delayed message comes exactly when it is due', async () => {
  const { broken } = await judged(
    `export async function post(_, { broker, clock }) {
      await broker.send('jobs', { type: 'Job', body: clock.now(), delaySeconds: 60 });
      return { status: 200 };
    }
    export async function work({ body }, { store, clock }) {
      await store.commit({ key: 'late', value: clock.now() - body });
    }`,
    {
      promise: (outcome) =>
        outcome.document('late')?.value === 60_000 ? undefined : 'it came at another time',
    },
    { processes: { web, worker }, traffic: { ada: once('web') } },
  );
  expect(broken.get('promise')?.count).toBe(0);
});

test('values are copied at every boundary: two parts of the system never share an object', async () => {
  const order = { lines: ['tea'] };
  const heard: unknown[] = [];
  const { broken } = await judged(
    `export async function post({ body }, { store, broker, http }) {
      const found = await store.load('cart');
      found.value.lines.push('changed');
      const again = await store.load('cart');
      body.lines.push('changed');
      const kept = { lines: ['milk'] };
      const written = store.commit({ key: 'kept', value: kept });
      kept.lines.push('changed');
      await written;
      const sent = { lines: ['rice'] };
      const sending = broker.send('jobs', { type: 'Job', body: sent });
      sent.lines.push('changed');
      await sending;
      const asked = { lines: ['salt'] };
      const asking = http.post('https://bank/charges', asked);
      asked.lines.push('changed');
      const { body: answered } = await asking;
      answered.lines.push('changed');
      return { status: 200, body: again.value };
    }
    export async function work({ body }, { store }) {
      body.lines.push('changed');
      throw new Error('once more');
    }`,
    {
      promise: (outcome) => {
        heard.push([
          outcome.answers('ada')[0]?.body,
          outcome.document('kept')?.value,
          outcome.messages('jobs')[0]?.body,
          outcome.api('bank'),
        ]);
        return undefined;
      },
    },
    {
      given: { cart: { lines: ['tea'] } },
      processes: { web, worker },
      traffic: { ada: (visitor) => visitor.post('/', { to: 'web', body: order }) },
      apis: {
        bank: {
          state: { lines: ['none'] },
          handle({ body }, { state }) {
            (state as { last: unknown }).last = body;
            return { status: 200, body: state as unknown };
          },
        },
      },
      deliveriesMost: 2,
    },
  );
  expect(broken.get('promise')?.count).toBe(0);
  for (const each of heard) {
    expect(each).toEqual([
      { lines: ['tea'] },
      { lines: ['milk'] },
      { lines: ['rice'] },
      { lines: ['none'], last: { lines: ['salt'] } },
    ]);
  }
  expect(order).toEqual({ lines: ['tea'] });
});

test('the memory of a process dies between two executions', async () => {
  const answers = await answersOf(
    `let calls = 0;
    export async function post() { calls += 1; return { status: 200, body: calls }; }`,
    {
      processes: { 'web #1': web, 'web #2': web },
      traffic: { ada: once('web #1'), ben: once('web #2') },
    },
  );
  expect(answers).toEqual(['[1,1]']);
});

test('two handlers of one process share its memory, in either order', async () => {
  const answers = await answersOf(
    `let last = 'nobody';
    export async function post({ params }, { store }) {
      const before = last;
      last = params.what;
      await store.load('x');
      return { status: 200, body: before };
    }`,
    { processes: { web }, traffic: { ada: once('web', '/ada'), ben: once('web', '/ben') } },
  );
  expect(answers).toEqual(['["ben","nobody"]', '["nobody","ada"]']);
});
