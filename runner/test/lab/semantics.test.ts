/**
 * What a naive fake misses: for each there is a handler that is wrong only because of it. The lab finds it,
 * and the story names the cause; beside it stands one that is right.
 */
import { expect, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { LostResponse, type Api, type Scenario, type Visitor } from '../../lab/scenario.ts';
import { subjectOf } from './programs.ts';

interface Case {
  readonly wrong: string;
  readonly right: string;
  readonly scenario: Omit<Scenario, 'name'>;
  /** Words of the story that name the cause, in their order. */
  readonly tells: readonly RegExp[];
}

const worker = { 'queue q': 'run.ts#handle' };
const web = { 'POST /go': 'run.ts#handle' };
const message = { type: 'Do', body: 1 };
const counts = (most: number) => (outcome: Parameters<Scenario['promises'][string]>[0]) => {
  const count = outcome.document<number>('count')?.value ?? 0;
  return count === most ? undefined : `it is ${count}, not ${most}`;
};

async function untilAnswered(visitor: Visitor): Promise<void> {
  for (;;) {
    try {
      await visitor.post('/go', { to: 'web' });
      return;
    } catch (error) {
      if (!(error instanceof LostResponse)) throw error;
    }
  }
}

const countOnce = `
export async function handle({ messageId }, { store }) {
  if (await store.load('seen-' + messageId)) return;
  const count = await store.load('count');
  await store.commit(
    { key: 'seen-' + messageId, value: true, ifVersion: 'absent' },
    { key: 'count', value: (count?.value ?? 0) + 1, ifVersion: count?.version ?? 'absent' },
  );
}`;
const countBlindly = `
export async function handle(_, { store }) {
  const count = await store.load('count');
  await store.commit({ key: 'count', value: (count?.value ?? 0) + 1, ifVersion: count?.version ?? 'absent' });
}`;
const countInMemory = `
const seen = new Set();
export async function handle({ messageId }, { store }) {
  if (seen.has(messageId)) return;
  const count = await store.load('count');
  await store.commit({ key: 'count', value: (count?.value ?? 0) + 1, ifVersion: count?.version ?? 'absent' });
  seen.add(messageId);
}`;

const cases: Readonly<Record<string, Case>> = {
  'every call is a point where others may come in between': {
    wrong: `export async function handle(_, { store }) {
      const count = await store.load('count');
      await store.commit({ key: 'count', value: count.value + 1 });
    }`,
    right: `import { ConcurrencyError } from '#lab';
    export async function handle(delivery, services) {
      const count = await services.store.load('count');
      try {
        await services.store.commit({ key: 'count', value: count.value + 1, ifVersion: count.version });
      } catch (error) {
        if (!(error instanceof ConcurrencyError)) throw error;
        await handle(delivery, services);
      }
    }`,
    scenario: {
      given: { count: 0 },
      queued: { q: [message, message] },
      processes: { 'worker #1': worker, 'worker #2': worker },
      promises: { kept: counts(2) },
    },
    tells: [/load count/, /load count/, /commit/, /commit/],
  },
  'a crash loses the memory, and the process boots with fresh modules': {
    wrong: countInMemory,
    right: countOnce,
    scenario: {
      queued: { q: [message] },
      processes: { worker },
      faults: { crashes: 1 },
      promises: { kept: counts(1) },
    },
    tells: [
      /crash before complete/,
      /its memory is lost/,
      /again \(2\): its lock ran out after worker crashed/,
    ],
  },
  'no transaction spans the store and the broker': {
    wrong: `export async function handle(_, { store, broker }) {
      await store.commit({ key: 'count', value: 1 });
      await broker.send('mail', { type: 'Told', body: 1 });
      return { status: 200 };
    }`,
    right: `export async function handle(_, { store, broker }) {
      await broker.send('mail', { type: 'Told', body: 1 });
      await store.commit({ key: 'count', value: 1 });
      return { status: 200 };
    }`,
    scenario: {
      processes: { web },
      traffic: { ada: (visitor) => visitor.post('/go', { to: 'web' }) },
      faults: { crashes: 1 },
      promises: {
        kept: (outcome) =>
          outcome.document('count') && outcome.messages('mail').length === 0
            ? 'it counts, and nobody was told'
            : undefined,
      },
    },
    tells: [/commit/, /crash before send Told/],
  },
  'a commit that was on its way when its process crashed takes effect later': {
    wrong: `export async function handle(_, { store }) {
      const turn = await store.load('turn');
      if (!turn) {
        await store.commit({ key: 'turn', value: 'first' });
        return { status: 200 };
      }
      await store.commit({ key: 'count', value: 1 }, { key: 'turn', value: 'done' });
      return { status: 200 };
    }`,
    right: `export async function handle(_, { store }) {
      const turn = await store.load('turn');
      if (!turn) {
        await store.commit({ key: 'turn', value: 'first', ifVersion: 'absent' });
        return { status: 200 };
      }
      await store.commit({ key: 'count', value: 1 }, { key: 'turn', value: 'done' });
      return { status: 200 };
    }`,
    scenario: {
      processes: { web },
      traffic: {
        ada: async (visitor) => {
          for (let click = 0; click < 3; click += 1) {
            await visitor.post('/go', { to: 'web' }).catch(() => undefined);
          }
        },
      },
      faults: { crashes: 1 },
      promises: {
        kept: (outcome) =>
          outcome.document('count') && outcome.document('turn')?.value === 'first'
            ? 'it was done, and the turn is the first again'
            : undefined,
      },
    },
    tells: [/crash while commit is on its way/, /done|commit/, /commit/],
  },
  'a call without an answer may have taken effect': {
    wrong: `export async function handle(_, { broker }) {
      const letter = { type: 'Letter', body: 1 };
      await broker.send('mail', letter).catch(() => broker.send('mail', letter));
      return { status: 200 };
    }`,
    right: `export async function handle(_, { broker }) {
      const letter = { messageId: 'letter-1', type: 'Letter', body: 1 };
      await broker.send('mail', letter).catch(() => broker.send('mail', letter));
      return { status: 200 };
    }`,
    scenario: {
      processes: { web },
      traffic: { ada: (visitor) => visitor.post('/go', { to: 'web' }) },
      faults: { unknownOutcomes: 1 },
      promises: {
        kept: (outcome) => {
          const ids = new Set(outcome.messages('mail').map(({ messageId }) => messageId));
          return ids.size > 1 ? 'two letters with ids of their own were sent' : undefined;
        },
      },
    },
    tells: [/the answer to send Letter is lost|no answer to send Letter/, /send Letter/],
  },
  'a lock that expires brings a second delivery while the first is still at work': {
    wrong: `export async function handle({ deliveryCount }, { store }) {
      if (deliveryCount > 1) return;
      const count = await store.load('count');
      await store.commit({ key: 'count', value: (count?.value ?? 0) + 1, ifVersion: count?.version ?? 'absent' });
      await store.commit({ key: 'done', value: true });
    }`,
    right: `export async function handle(_, { store }) {
      await store.commit({ key: 'count', value: 1 });
      await store.commit({ key: 'done', value: true });
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { 'worker #1': worker, 'worker #2': worker },
      faults: { lockExpiries: 1, crashes: 1 },
      promises: {
        kept: (outcome) =>
          outcome.messages('q').some(({ state }) => state === 'completed') &&
          !outcome.document('done')
            ? 'the message is completed, and it is not done'
            : undefined,
      },
    },
    tells: [/again \(2\)/],
  },
  'whoever lost the lock cannot settle': {
    wrong: `import { LockLostError } from '#lab';
    export async function handle(delivery, { store }) {
      await delivery.complete().catch((error) => { if (!(error instanceof LockLostError)) throw error; });
      await store.commit({ key: 'by-' + delivery.deliveryCount, value: 1 });
    }`,
    right: `export async function handle(delivery, { store }) {
      await delivery.complete();
      await store.commit({ key: 'by-' + delivery.deliveryCount, value: 1 });
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { 'worker #1': worker, 'worker #2': worker },
      faults: { lockExpiries: 1 },
      deliveriesMost: 5,
      promises: {
        kept: (outcome) =>
          outcome.documents('by-').length > 1
            ? 'two deliveries took themselves for the owner'
            : undefined,
      },
    },
    tells: [/is slow, and the lock of m1 expires/, /complete m1.*|refused: its lock was lost/],
  },
  'a redelivery keeps the id of its message, and a sender that sends twice makes two': {
    wrong: countOnce,
    right: countOnce
      .replaceAll("'seen-' + messageId", "'seen-' + body")
      .replace('{ messageId }', '{ body }'),
    scenario: {
      processes: { worker },
      traffic: {
        shop: async (visitor) => {
          await visitor.send('q', message);
          await visitor.send('q', message);
        },
      },
      promises: { kept: counts(1) },
    },
    tells: [/send Do: m-shop1/, /send Do: m-shop2/],
  },
  'messages arrive in any order': {
    wrong: `export async function handle({ body }, { store }) {
      await store.commit({ key: 'last', value: body });
    }`,
    right: `export async function handle({ body }, { store }) {
      for (;;) {
        const last = await store.load('last');
        if ((last?.value ?? 0) >= body) return;
        try {
          return await store.commit({ key: 'last', value: body, ifVersion: last?.version ?? 'absent' });
        } catch {}
      }
    }`,
    scenario: {
      queued: { q: [message, { ...message, body: 2 }] },
      processes: { worker },
      promises: {
        kept: (outcome) =>
          outcome.document('last')?.value === 2 ? undefined : 'the older one won',
      },
    },
    tells: [/Do m2/, /Do m1/],
  },
  'after its deliveries a message goes to the dead-letter queue': {
    wrong: `export async function handle({ deliveryCount }, { store }) {
      if (deliveryCount < 4) throw new Error('not yet');
      await store.commit({ key: 'count', value: 1 });
    }`,
    right: `export async function handle({ deliveryCount }, { store }) {
      if (deliveryCount < 3) throw new Error('not yet');
      await store.commit({ key: 'count', value: 1 });
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { worker },
      promises: { kept: counts(1) },
    },
    tells: [/abandon m1/, /again \(2\)/, /dead-letters m1: delivered 3 times/],
  },
  'the broker may forget that a message was completed': {
    wrong: countBlindly,
    right: countOnce,
    scenario: {
      queued: { q: [message] },
      processes: { worker },
      faults: { duplicateDeliveries: 1 },
      promises: { kept: counts(1) },
    },
    tells: [
      /forgets that m1 was completed/,
      /again \(2\): the broker had lost that it was completed/,
    ],
  },
  'a topic brings a copy to each queue that subscribes': {
    wrong: `export async function handle(_, { broker }) {
      await broker.publish('news', { messageId: 'n1', type: 'News', body: 1 });
    }
    export async function count({ messageId }, { store }) {
      const count = await store.load('count');
      await store.commit({ key: 'count', value: (count?.value ?? 0) + 1, ifVersion: count?.version ?? 'absent' });
    }`,
    right: `export async function handle(_, { broker }) {
      await broker.publish('news', { messageId: 'n1', type: 'News', body: 1 });
    }
    export async function count({ messageId }, { store }) {
      await store.commit({ key: 'count', value: 1 });
    }`,
    scenario: {
      queued: { q: [message] },
      topics: { news: ['first', 'second'] },
      processes: {
        worker,
        reader: { 'queue first': 'run.ts#count', 'queue second': 'run.ts#count' },
      },
      promises: { kept: counts(1) },
    },
    tells: [/publish News: n1/, /News n1/, /News n1/],
  },
  'a third party may have done what it did not answer': {
    wrong: `export async function handle(_, { http }) {
      await http.post('https://bank/charge', 1).catch(() => http.post('https://bank/charge', 1));
    }`,
    right: `export async function handle({ messageId }, { http }) {
      const charge = () => http.post('https://bank/charge', 1, { headers: { key: messageId } });
      await charge().catch(charge);
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { worker },
      apis: {
        bank: {
          state: { keys: [], charges: 0 },
          handle: ({ headers }, { state }) => {
            if (headers['key'] !== undefined && state.keys.includes(headers['key']))
              return { status: 200 };
            state.keys.push(headers['key']);
            state.charges += 1;
            return { status: 200 };
          },
        },
      },
      faults: { unknownOutcomes: 1 },
      promises: {
        kept: (outcome) =>
          outcome.api<{ charges: number }>('bank').charges > 1 ? 'it was charged twice' : undefined,
      },
    },
    tells: [/POST \/charge/, /POST \/charge/],
  },
  'a third party answers 503, and has done nothing': {
    wrong: `export async function handle(_, { http, store }) {
      await http.post('https://bank/charge', 1);
      await store.commit({ key: 'count', value: 1 });
    }`,
    right: `export async function handle(_, { http, store }) {
      const { status } = await http.post('https://bank/charge', 1);
      if (status !== 200) throw new Error('try again');
      await store.commit({ key: 'count', value: 1 });
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { worker },
      apis: { bank: { state: {}, handle: () => ({ status: 200 }) } },
      faults: { unavailable: 1 },
      promises: {
        kept: (outcome) =>
          outcome.document('count') && outcome.calls('bank').length === 0
            ? 'it counts as charged, and the bank knows nothing'
            : undefined,
      },
    },
    tells: [/503, and nothing happens there/],
  },
  'webhooks come in any order': {
    wrong: `export async function handle(_, { http }) { await http.post('https://courier/ship', 1); }
    export async function hook({ body }, { store }) {
      await store.commit({ key: 'state', value: body });
      return { status: 200 };
    }`,
    right: `export async function handle(_, { http }) { await http.post('https://courier/ship', 1); }
    export async function hook({ body }, { store }) {
      await store.commit({ key: 'state-' + body, value: body });
      return { status: 200 };
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { worker, web: { 'POST /hook': 'run.ts#hook' } },
      apis: { courier: courierThatCallsBack(1, 2) },
      promises: {
        kept: (outcome) =>
          outcome.document('state')?.value === 1 ? 'it went backwards' : undefined,
      },
    },
    tells: [/POST \/hook/, /POST \/hook/],
  },
  'a webhook comes once more': {
    wrong: `export async function handle(_, { http }) { await http.post('https://courier/ship', 1); }
    export async function hook(_, { store }) {
      const count = await store.load('count');
      await store.commit({ key: 'count', value: (count?.value ?? 0) + 1 });
      return { status: 200 };
    }`,
    right: `export async function handle(_, { http }) { await http.post('https://courier/ship', 1); }
    export async function hook(_, { store }) {
      await store.commit({ key: 'count', value: 1 });
      return { status: 200 };
    }`,
    scenario: {
      queued: { q: [message] },
      processes: { worker, web: { 'POST /hook': 'run.ts#hook' } },
      apis: { courier: courierThatCallsBack(1) },
      faults: { duplicateDeliveries: 1 },
      promises: {
        kept: (outcome) =>
          outcome.document('count')?.value === 2 ? 'it counted twice' : undefined,
      },
    },
    tells: [/POST \/hook 1/, /POST \/hook.* again/],
  },
  'a delayed message comes when nothing else is left to do': {
    wrong: `export async function handle({ type }, { store, broker }) {
      if (type === 'Do') await broker.send('q', { type: 'Later', body: 1, delaySeconds: 60 });
      else if (!(await store.load('other'))) await store.commit({ key: 'count', value: 1 });
    }
    export async function other(_, { store }) { await store.commit({ key: 'other', value: 1 }); }`,
    right: `export async function handle({ type }, { store, broker, clock }) {
      const start = clock.now();
      if (type === 'Do') await broker.send('q', { type: 'Later', body: start, delaySeconds: 60 });
      else await store.commit({ key: 'count', value: 1 });
    }
    export async function other(_, { store }) { await store.commit({ key: 'other', value: 1 }); }`,
    scenario: {
      queued: { q: [message], r: [message] },
      processes: { worker, another: { 'queue r': 'run.ts#other' } },
      promises: { kept: counts(1) },
    },
    tells: [/send Later/, /time passes: 60 s since the beginning/, /Later/],
  },
  'the clocks of two processes differ': {
    wrong: `export async function handle({ body }, { store, clock }) {
      const last = await store.load('last');
      if (last && last.value.at > clock.now()) return;
      await store.commit({ key: 'last', value: { body, at: clock.now() } });
    }`,
    right: `export async function handle({ body }, { store }) {
      const last = await store.load('last');
      if (last && last.value.body > body) return;
      await store.commit({ key: 'last', value: { body } });
    }`,
    scenario: {
      processes: { 'worker #1': worker, 'worker #2': worker },
      traffic: {
        shop: async (visitor) => {
          for (const body of [1, 2])
            await (await visitor.send('q', { type: 'Do', body })).settled();
        },
      },
      clockSkewSeconds: 5,
      promises: {
        kept: (outcome) =>
          outcome.document<{ body: number }>('last')?.value.body === 2
            ? undefined
            : 'the newer one lost',
      },
    },
    tells: [/its clock is 5 s ahead/],
  },
  'values are copies: nobody shares an object': {
    wrong: `export async function handle(_, { store }) {
      const list = await store.load('list');
      list.value.push(1);
      const again = await store.load('list');
      await store.commit({ key: 'count', value: again.value.length });
    }`,
    right: `export async function handle(_, { store }) {
      const list = await store.load('list');
      await store.commit({ key: 'list', value: [...list.value, 1] });
      const again = await store.load('list');
      await store.commit({ key: 'count', value: again.value.length });
    }`,
    scenario: {
      given: { list: [] },
      queued: { q: [message] },
      processes: { worker },
      promises: { kept: counts(1) },
    },
    tells: [/load list/, /load list/],
  },
  'an answer may be lost on its way, and the person asks again': {
    wrong: `export async function handle(_, { store }) {
      const count = await store.load('count');
      await store.commit({ key: 'count', value: (count?.value ?? 0) + 1 });
      return { status: 200 };
    }`,
    right: `export async function handle(_, { store }) {
      await store.commit({ key: 'count', value: 1 });
      return { status: 200 };
    }`,
    scenario: {
      processes: { web },
      traffic: { ada: untilAnswered },
      faults: { lostResponses: 1 },
      promises: { kept: counts(1) },
    },
    tells: [/the answer 200 is lost on its way/, /POST \/go/],
  },
};

/** Told to ship, it calls back with each of these. */
function courierThatCallsBack(...bodies: readonly number[]): Api {
  return {
    state: {},
    handle: (_, { webhook }) => {
      for (const body of bodies) webhook('web', '/hook', body);
      return { status: 200 };
    },
  };
}

for (const [what, { wrong, right, scenario, tells }] of Object.entries(cases)) {
  test(what, async () => {
    const found = await judged(wrong, { ...scenario, name: what });
    const { count, story } = found.broken.get('kept') ?? { count: 0, story: undefined };
    expect(count).toBeGreaterThan(0);
    expect(found.coverage).toMatchObject({ kind: 'exhaustive', blocked: 0 });
    const told = story?.steps.map((step) =>
      'effect' in step && step.effect !== undefined ? `${step.text}: ${step.effect}` : step.text,
    );
    let from = 0;
    for (const words of tells) {
      const at = told?.findIndex((text, index) => index >= from && words.test(text)) ?? -1;
      expect(at, `${String(words)} in ${told?.join(' | ')}`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }

    const kept = await judged(right, { ...scenario, name: what });
    expect(kept.broken.get('kept')).toEqual({ count: 0, story: undefined });
    expect(kept.coverage.kind).toBe('exhaustive');
    for (const bound of kept.coverage.bounds) expect(bound.seen).toBeGreaterThan(0);
  });
}

function judged(source: string, scenario: Scenario) {
  return explore(scenario, subjectOf({ 'run.ts': source }), { seed: 1, breathe: () => {} });
}
