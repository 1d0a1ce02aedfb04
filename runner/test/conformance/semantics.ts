/**
 * What every implementation of `Store` and `Broker` must do, the simulated one and those on real parts alike: small
 * systems of handlers that note what they see, and what must be so in each of their runs.
 */
import {
  ConcurrencyError,
  LockLostError,
  UnknownOutcomeError,
  type Delivery,
  type HttpRequest,
  type HttpResponse,
  type Services,
} from '../../lab/services.ts';
import type { Outcome, Scenario, Visitor } from '../../lab/scenario.ts';

export interface Semantic {
  readonly situation: Omit<Scenario, 'name' | 'promises' | 'sometimes'>;
  /** What is wrong at the end of a run, if anything. */
  readonly wrong: (outcome: Outcome) => string | undefined;
  /** What some run must show. */
  readonly sometimes?: (outcome: Outcome) => boolean;
}

type Web = (services: Services, request: HttpRequest) => Promise<unknown>;
type Work = (delivery: Delivery<unknown>, services: Services) => Promise<void>;

const post = (handle: Web) => ({
  'POST /': async (request: HttpRequest, services: Services): Promise<HttpResponse> => ({
    status: 200,
    body: await handle(services, request),
  }),
});
const work = (handle: Work) => ({ 'queue jobs': handle });
const asks = { ada: (visitor: Visitor) => visitor.post('/', { to: 'web' }) };
const job = (messageId: string, body: unknown = messageId) => ({ messageId, type: 'Job', body });

/** The name of the error that a call throws; undefined where it throws none. */
async function errorOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}

const answered = (outcome: Outcome): unknown => outcome.answers('ada')[0]?.body;

/** What one person is answered must be this. */
const answers =
  (expected: unknown) =>
  (outcome: Outcome): string | undefined => {
    const found = JSON.stringify(answered(outcome));
    return found === JSON.stringify(expected) ? undefined : `answered ${found}`;
  };

/** One handler that calls, and what it is answered. */
function calls(handle: Web, expected: unknown, given: Record<string, unknown> = {}): Semantic {
  const situation = { given, processes: { web: post(handle) }, traffic: asks };
  return { situation, wrong: answers(expected) };
}

/** Goes up by one, however many do so at the same time. */
async function addOne({ store }: Services, key: string): Promise<void> {
  for (;;) {
    const found = await store.load<number>(key);
    try {
      await store.commit({
        key,
        value: (found?.value ?? 0) + 1,
        ifVersion: found?.version ?? 'absent',
      });
      return;
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}

const values = {
  text: 'Grüße — “tea”, \u0000, 𝄞, \n',
  numbers: [0, -1, 0.1, 9_007_199_254_740_991, 1e300],
  nested: { list: [[], [{}], null], no: false, '': 'an empty key' },
};

export const semantics: Readonly<Record<string, Semantic>> = {
  'a document that is not there is undefined': calls(
    async ({ store }) => (await store.load('nothing')) ?? 'undefined',
    'undefined',
  ),

  'versions count from 1 and go on through a delete': calls(
    async ({ store }) => {
      const seen: unknown[] = [];
      const look = async () => seen.push((await store.load('x'))?.version ?? 'absent');
      await store.commit({ key: 'x', value: 'a' });
      await look();
      await store.commit({ key: 'x', value: 'a' });
      await look();
      await store.commit({ key: 'x', delete: true });
      await look();
      await store.commit({ key: 'x', value: 'b', ifVersion: 'absent' });
      await look();
      return seen;
    },
    [1, 2, 'absent', 3],
  ),

  'a condition that does not hold is refused, and names its key': calls(
    async ({ store }) => {
      const refusals: unknown[] = [];
      for (const ifVersion of ['absent', 2, 4] as const) {
        await store.commit({ key: 'x', value: 'new', ifVersion }).catch((error: unknown) => {
          if (error instanceof ConcurrencyError) refusals.push([error.key, error.expected]);
        });
      }
      await store.commit({ key: 'x', delete: true, ifVersion: 9 }).catch((error: unknown) => {
        refusals.push((error as Error).name);
      });
      return [refusals, (await store.load('x'))?.value];
    },
    [[['x', 'absent'], ['x', 2], ['x', 4], 'ConcurrencyError'], 'old'],
    { x: 'old' },
  ),

  'a condition on a document that was deleted is refused': calls(
    async ({ store }) => {
      await store.commit({ key: 'x', delete: true, ifVersion: 1 });
      return errorOf(store.commit({ key: 'x', value: 'new', ifVersion: 1 }));
    },
    'ConcurrencyError',
    { x: 'old' },
  ),

  'a commit is all or nothing': calls(
    async ({ store }) => {
      const error = await errorOf(
        store.commit(
          { key: 'a', value: 'new' },
          { key: 'b', delete: true },
          { key: 'c', value: 'new', ifVersion: 'absent' },
        ),
      );
      const left = await Promise.all(['a', 'b', 'c'].map((key) => store.load(key)));
      return [error, left.map((each) => each?.value ?? 'absent')];
    },
    ['ConcurrencyError', ['absent', 'old', 'old']],
    { b: 'old', c: 'old' },
  ),

  'the history of a document has every state, also its absence': {
    situation: {
      given: { x: 1 },
      processes: {
        web: post(async ({ store }) => {
          await store.commit({ key: 'x', value: 2 });
          await store.commit({ key: 'x', delete: true });
          await store.commit({ key: 'x', value: 2 });
        }),
      },
      traffic: asks,
    },
    wrong: (outcome) => {
      const found = outcome.history<number>('x').map((each) => each ?? 'absent');
      return found.join() === '1,2,absent,2' ? undefined : `it was ${found.join()}`;
    },
  },

  'nobody’s commit is lost where both look at the version': {
    situation: {
      processes: {
        web: post((services) => addOne(services, 'count')),
        'web #2': post((services) => addOne(services, 'count')),
      },
      traffic: { ...asks, ben: (visitor) => visitor.post('/', { to: 'web #2' }) },
    },
    wrong: (outcome) => {
      const found = outcome.document('count')?.value;
      return found === 2 ? undefined : `two added one each, and it is ${String(found)}`;
    },
  },

  'whatever JSON can say comes back as it was, from the store and from the broker': {
    situation: {
      processes: {
        web: post(async ({ store, broker }) => {
          await store.commit({ key: 'kept', value: values });
          await broker.send('jobs', { type: 'Job', body: values, headers: { from: 'ädä' } });
        }),
        worker: work(async ({ body, headers }, { store }) => {
          const kept = await store.load('kept');
          await store.commit({ key: 'seen', value: [kept?.value, body, headers] });
        }),
      },
      traffic: asks,
    },
    wrong: (outcome) => {
      const found = JSON.stringify(outcome.document('seen')?.value);
      return found === JSON.stringify([values, values, { from: 'ädä' }])
        ? undefined
        : `it came back as ${found}`;
    },
  },

  'two parts never share an object': {
    situation: {
      processes: {
        web: post(async ({ store, broker }) => {
          const kept = { lines: ['tea'] };
          const sending = broker.send('jobs', job('m1', kept));
          const writing = store.commit({ key: 'kept', value: kept });
          kept.lines.push('changed');
          await Promise.all([sending, writing]);
          const found = await store.load<typeof kept>('kept');
          (found!.value as { lines: string[] }).lines.push('changed');
          return (await store.load<typeof kept>('kept'))?.value.lines.length;
        }),
        worker: work(async ({ body }, { store }) => {
          await store.commit({ key: 'seen', value: (body as { lines: string[] }).lines.length });
        }),
      },
      traffic: asks,
    },
    wrong: (outcome) =>
      answered(outcome) === 1 && outcome.document('seen')?.value === 1
        ? undefined
        : 'somebody saw what another changed in its own copy',
  },

  'a delivery says what was sent, and that it is the first': {
    situation: {
      queued: { jobs: [{ ...job('m1', { n: 7 }), headers: { cause: 'c1' } }] },
      processes: {
        worker: work(async (delivery, { store, clock }) => {
          const { messageId, type, body, headers, deliveryCount, lockedUntil } = delivery;
          const isLocked = lockedUntil > clock.now();
          const value = [messageId, type, body, headers, deliveryCount, isLocked];
          await store.commit({ key: 'seen', value });
        }),
      },
    },
    wrong: (outcome) => {
      const found = JSON.stringify(outcome.document('seen')?.value);
      return found === '["m1","Job",{"n":7},{"cause":"c1"},1,true]' ? undefined : found;
    },
  },

  'whoever throws gets the message again, and after the last time it is dead-lettered': {
    situation: {
      queued: { jobs: [job('m1')] },
      deliveriesMost: 3,
      processes: {
        worker: work(async ({ messageId, deliveryCount }, { store }) => {
          await store.commit({ key: 'seen', value: [messageId, deliveryCount] });
          throw new UnknownOutcomeError('a call');
        }),
      },
    },
    wrong: (outcome) => {
      const [message] = outcome.messages('jobs');
      const seen = JSON.stringify(outcome.history('seen'));
      if (seen !== '[["m1",1],["m1",2],["m1",3]]') return `it was delivered as ${seen}`;
      return message?.state === 'dead-lettered' && message.reason === 'delivered 3 times'
        ? undefined
        : `it is ${message?.state}: ${message?.reason}`;
    },
  },

  'a handler may settle by itself, and only once': {
    situation: {
      queued: { jobs: ['complete', 'abandon', 'dead-letter'].map((how) => job(how)) },
      processes: {
        worker: work(async (delivery, { store }) => {
          const { messageId, deliveryCount } = delivery;
          if (messageId === 'complete') await delivery.complete();
          else if (messageId === 'dead-letter') await delivery.deadLetter('never');
          else if (deliveryCount === 1) await delivery.abandon();
          const again = await errorOf(delivery.complete());
          await store.commit({
            key: `again-${messageId}-${deliveryCount}`,
            value: again ?? 'done',
          });
        }),
      },
    },
    wrong: (outcome) => {
      const messages = outcome.messages('jobs');
      const states = messages.map((m) => `${m.messageId} ${m.state} ${m.deliveries}`).join();
      const second = outcome.documents<string>('again-').map(({ key, value }) => `${key} ${value}`);
      const expected = [
        'again-abandon-1 LockLostError',
        'again-abandon-2 done',
        'again-complete-1 LockLostError',
        'again-dead-letter-1 LockLostError',
      ];
      if (second.join() !== expected.join()) return `settled a second time: ${second.join()}`;
      const reason = messages.find((m) => m.messageId === 'dead-letter')?.reason;
      return states === 'abandon completed 2,complete completed 1,dead-letter dead-lettered 1' &&
        reason === 'never'
        ? undefined
        : `${states}, because ${reason}`;
    },
  },

  'a lock that runs out gives a second delivery, and the first can settle no more': {
    situation: {
      queued: { jobs: [job('m1')] },
      faults: { lockExpiries: 1 },
      deliveriesMost: 5,
      processes: Object.fromEntries(
        ['worker #1', 'worker #2'].map((name) => [
          name,
          work(async (delivery, { store }) => {
            await store.load('anything');
            const lost = await errorOf(delivery.complete());
            const key = `delivery-${delivery.deliveryCount}`;
            await store.commit({ key, value: lost ?? 'completed' });
          }),
        ]),
      ),
    },
    wrong: (outcome) => {
      const [message] = outcome.messages('jobs');
      if (message?.state !== 'completed') return `it is ${message?.state}`;
      const ends = outcome.documents<string>('delivery-').map(({ value }) => value);
      return ends.filter((each) => each === 'completed').length === 1 ||
        outcome.faults('lock expiry') === 0
        ? undefined
        : `it was settled as ${ends.join()}`;
    },
    sometimes: (outcome) =>
      outcome.documents<string>('delivery-').some(({ value }) => value === 'LockLostError'),
  },

  'a lock can begin anew': {
    situation: {
      queued: { jobs: [job('m1')] },
      processes: {
        worker: work(async (delivery, { store }) => {
          const before = delivery.lockedUntil;
          await delivery.renewLock();
          await store.commit({ key: 'longer', value: delivery.lockedUntil >= before });
        }),
      },
    },
    wrong: (outcome) =>
      outcome.document('longer')?.value === true &&
      outcome.messages('jobs')[0]?.state === 'completed'
        ? undefined
        : 'it did not',
  },

  'a message may come once more although it was completed': {
    situation: {
      queued: { jobs: [job('m1')] },
      faults: { duplicateDeliveries: 1 },
      processes: {
        worker: work(async ({ deliveryCount }, { store }) => {
          await store.commit({ key: 'seen', value: deliveryCount });
        }),
      },
    },
    wrong: (outcome) => {
      const seen = outcome.history('seen').join();
      const expected = outcome.faults('duplicate delivery') === 1 ? '1,2' : '1';
      const [message] = outcome.messages('jobs');
      return seen === expected && message?.state === 'completed' ? undefined : `came as ${seen}`;
    },
    sometimes: (outcome) => outcome.messages('jobs')[0]?.deliveries === 2,
  },

  'who sends twice under one id makes two messages': {
    situation: {
      processes: {
        web: post(async ({ broker }) => {
          await broker.send('jobs', job('m1'));
          await broker.send('jobs', job('m1'));
        }),
        worker: work((_, services) => addOne(services, 'count')),
      },
      traffic: asks,
    },
    wrong: (outcome) =>
      outcome.messages('jobs').length === 2 && outcome.document('count')?.value === 2
        ? undefined
        : `there were ${outcome.messages('jobs').length}`,
  },

  'a topic gives a copy to each of its queues, and an unknown one is refused': {
    situation: {
      topics: { events: ['jobs', 'letters'] },
      processes: {
        web: post(async ({ broker }) => {
          await broker.publish('events', job('m1'));
          return errorOf(broker.publish('rumours', job('m2')));
        }),
        worker: work((_, services) => addOne(services, 'jobs')),
        mail: { 'queue letters': (_: unknown, services: Services) => addOne(services, 'letters') },
      },
      traffic: asks,
    },
    wrong: (outcome) =>
      answered(outcome) === 'Error' &&
      outcome.document('jobs')?.value === 1 &&
      outcome.document('letters')?.value === 1
        ? undefined
        : 'a copy is missing, or one too many',
  },

  'a delayed message comes when it is due, and not before': {
    situation: {
      processes: {
        web: post(({ broker, clock }) =>
          broker.send('jobs', { type: 'Job', body: clock.now(), delaySeconds: 3_600 }),
        ),
        worker: work(async ({ body }, { store, clock }) => {
          await store.commit({ key: 'late', value: clock.now() - Number(body) });
        }),
      },
      traffic: asks,
    },
    wrong: (outcome) => {
      const late = Number(outcome.document('late')?.value);
      return late >= 3_600_000 ? undefined : `it came after ${late} ms`;
    },
  },

  'of those who compete for messages, each message has one': {
    situation: {
      queued: { jobs: [job('m1'), job('m2'), job('m3')] },
      processes: Object.fromEntries(
        ['worker #1', 'worker #2'].map((name) => [
          name,
          work(async ({ messageId }, { store }) => {
            await store.commit({ key: `by-${messageId}`, value: name });
          }),
        ]),
      ),
    },
    wrong: (outcome) => {
      const twice = [1, 2, 3].filter((n) => outcome.history(`by-m${n}`).length !== 1);
      return twice.length === 0 ? undefined : `not done once: m${twice.join(', m')}`;
    },
  },

  'a send without an answer put one message into the queue, or none': {
    situation: {
      faults: { unknownOutcomes: 1 },
      processes: {
        web: post(async ({ broker }) => {
          try {
            await broker.send('jobs', job('m1'));
            return 'sent';
          } catch (error) {
            if (error instanceof UnknownOutcomeError) return 'who knows';
            throw error;
          }
        }),
        worker: work((_, services) => addOne(services, 'count')),
      },
      traffic: asks,
    },
    wrong: (outcome) => {
      const { length } = outcome.messages('jobs');
      if (answered(outcome) === 'sent' && length !== 1) return 'a confirmed message is gone';
      return length <= 1 ? undefined : `there are ${length}`;
    },
    sometimes: (outcome) =>
      answered(outcome) === 'who knows' && outcome.messages('jobs').length === 1,
  },

  'a commit without an answer took effect as a whole, or not at all': {
    situation: {
      faults: { unknownOutcomes: 1 },
      processes: {
        web: post(({ store }) =>
          errorOf(store.commit({ key: 'a', value: 1 }, { key: 'b', value: 1 })).then(
            (error) => error ?? 'done',
          ),
        ),
      },
      traffic: asks,
    },
    wrong: (outcome) => {
      const found = [outcome.document('a'), outcome.document('b')].filter(Boolean).length;
      if (answered(outcome) === 'done' && found !== 2) return 'a confirmed commit is gone';
      return found === 1 ? 'half of it is there' : undefined;
    },
    sometimes: (outcome) =>
      answered(outcome) === 'UnknownOutcomeError' && outcome.document('a') !== undefined,
  },

  'a sender can wait until its message is settled': {
    situation: {
      processes: {
        worker: work((_, services) => addOne(services, 'count')),
        web: post(async ({ store }) => (await store.load('count'))?.value ?? 0),
      },
      traffic: {
        ada: async (visitor) => {
          const sent = await visitor.send('jobs', job('m1'));
          await sent.settled();
          await visitor.post('/', { to: 'web' });
        },
      },
    },
    wrong: answers(1),
  },

  'a settlement that comes too late throws, whatever it is': {
    situation: {
      queued: { jobs: ['abandon', 'deadLetter', 'renewLock'].map((how) => job(how)) },
      processes: {
        worker: work(async (delivery, { store }) => {
          await delivery.complete();
          const how = delivery.messageId as 'abandon' | 'deadLetter' | 'renewLock';
          const late = await delivery[how]('late').catch((error: unknown) => error);
          await store.commit({ key: `late-${how}`, value: late instanceof LockLostError });
        }),
      },
    },
    wrong: (outcome) => {
      const late = outcome.documents<boolean>('late-');
      return late.length === 3 && late.every(({ value }) => value) ? undefined : 'one did not';
    },
  },
};
