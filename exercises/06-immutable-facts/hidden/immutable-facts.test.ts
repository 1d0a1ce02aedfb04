import { judge, type Answer, type Outcome, type Outgoing, type Sent, type Visitor } from '#lab';

interface Line {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** What customers noted about one cart: the lines that they added, and those that they removed again. */
interface Noted {
  readonly added: readonly Line[];
  readonly removed: readonly Line[];
  /** On which device each of the two was done, where that matters. */
  readonly on?: { readonly added: string; readonly removed: string } | undefined;
}

const carts = { 'queue carts': 'cart.ts#handleLine', 'GET /carts/:id': 'cart.ts#viewCart' };

const giant: Line = { lineId: 'g1', sku: 'capybara-xl', quantity: 1 };
const pair: Line = { lineId: 's1', sku: 'capybara-s', quantity: 2 };
const samePair: Line = { ...pair, lineId: 's2' };
const wrap: Line = { lineId: 'w1', sku: 'gift-wrap', quantity: 3 };

/** By the time that is right: five past nine. */
const nineFive = Date.UTC(2026, 0, 5, 9, 5);
const minutes = 60_000;

judge(
  {
    ...shop({ 7: { added: [giant], removed: [giant] } }),
    name: 'a line is added and removed, and the messages arrive in any order',
    processes: { 'carts #1': carts },
    traffic: {
      customer: async (app) => {
        await settled([
          await app.send('carts', added('7', giant)),
          await app.send('carts', removed('7', giant)),
        ]);
        return look(app, '7', 'carts #1');
      },
    },
  },
  {
    ...shop({ 7: { added: [giant, wrap], removed: [giant] } }),
    name: 'the app sends a line once more, long after it was removed',
    processes: { 'carts #1': carts },
    traffic: {
      customer: async (app) => {
        await look(app, '7', 'carts #1');
        for (const message of [
          added('7', wrap),
          added('7', giant),
          removed('7', giant),
          added('7', giant),
        ]) {
          await settled([await app.send('carts', message)]);
        }
        return look(app, '7', 'carts #1');
      },
    },
  },
  {
    ...shop({ 71: { added: [pair, samePair], removed: [pair] } }),
    name: 'two equal lines, one of them removed, at two processes',
    processes: { 'carts #1': carts, 'carts #2': carts },
    deliveriesMost: 6,
    faults: { duplicateDeliveries: 1 },
    traffic: {
      customer: async (app) => {
        await settled([await app.send('carts', added('71', pair))]);
        await settled([
          await app.send('carts', added('71', samePair)),
          await app.send('carts', removed('71', pair)),
        ]);
        return look(app, '71', 'carts #2');
      },
    },
    sometimes: {
      'a message changed the cart while another was at work': (outcome) =>
        outcome.refusedCommits > 0,
    },
  },
  {
    ...shop({ 7: { added: [wrap, giant], removed: [giant] } }),
    name: 'a process crashes, and what it had in hand is delivered again',
    processes: { 'carts #1': carts },
    deliveriesMost: 6,
    faults: { crashes: 1 },
    traffic: {
      customer: async (app) => {
        await settled([
          await app.send('carts', added('7', wrap)),
          await app.send('carts', added('7', giant)),
          await app.send('carts', removed('7', giant)),
        ]);
        return look(app, '7', 'carts #1');
      },
    },
  },
  {
    ...shop({
      71: {
        added: [wrap, giant],
        removed: [giant],
        on: { added: 'the phone', removed: 'the tablet, whose clock is ten minutes behind' },
      },
    }),
    name: 'a line is added on the phone and removed on the tablet, whose clock is ten minutes behind (those of the processes differ too)',
    processes: { 'carts #1': carts, 'carts #2': carts },
    clockSkewSeconds: 600,
    traffic: {
      customer: async (app) => {
        for (const message of [
          added('71', wrap, nineFive),
          added('71', giant, nineFive + 10 * minutes),
          removed('71', giant, nineFive + minutes),
        ]) {
          await settled([await app.send('carts', message)]);
        }
        return look(app, '71', 'carts #1');
      },
    },
  },
  {
    ...shop({ 7: { added: [wrap], removed: [] }, 71: { added: [pair], removed: [pair] } }),
    name: 'two customers with a cart each',
    processes: { 'carts #1': carts },
    traffic: {
      'buyer 7': async (app) => {
        await settled([await app.send('carts', added('7', wrap))]);
        return look(app, '7', 'carts #1');
      },
      'buyer 71': async (app) => {
        await settled([await app.send('carts', added('71', pair))]);
        await settled([await app.send('carts', removed('71', pair))]);
        return look(app, '71', 'carts #1');
      },
    },
  },
);

/** Judged by what everybody sees at last, when all that was noted about the cart has been settled. */
function shop(noted: Readonly<Record<string, Noted>>) {
  const looks = (outcome: Outcome): readonly Look[] =>
    Object.entries(noted).flatMap(([id, { added, removed, on }]) => {
      const answer = outcome.answers().findLast(({ path }) => path === `/carts/${id}`);
      return answer ? { id, answer, lines: linesIn(answer.body), added, removed, on } : [];
    });
  return {
    promises: {
      'any-order': (outcome: Outcome) => {
        for (const { id, answer, lines, added, removed, on } of looks(outcome)) {
          for (const [index, line] of lines.entries()) {
            if (has(removed, line)) {
              const past = on ? `added on ${on.added} and removed on ${on.removed}` : 'removed';
              return `${named(line)} was ${past}, and it is in the cart${before(outcome, id)}`;
            }
            if (!has(added, line)) {
              return `GET ${answer.path} shows ${named(line)}, which nobody added to this cart`;
            }
            if (has(lines.slice(0, index), line)) {
              return `${named(line)} was added once, and it is in the cart twice`;
            }
          }
        }
        return undefined;
      },

      'nothing-missing': (outcome: Outcome) => {
        for (const { answer, lines, added, removed } of looks(outcome)) {
          if (answer.status < 200 || answer.status > 299) {
            return `GET ${answer.path} was answered with ${answer.status}`;
          }
          for (const line of added.filter((each) => !has(removed, each))) {
            const shown = lines.find(({ lineId }) => lineId === line.lineId);
            if (!shown) return `${named(line)} was added, and it is not in the cart`;
            if (shown.sku !== line.sku || shown.quantity !== line.quantity) {
              return `${line.quantity} of ${named(line)} were added, and the cart shows ${shown.quantity} of ${named(shown)}`;
            }
          }
        }
        return undefined;
      },

      'every-message-done': (outcome: Outcome) => {
        for (const { messageId, type, state, reason } of outcome.messages('carts')) {
          if (state === 'completed') continue;
          const message = `${type} ${messageId}`;
          return state === 'waiting'
            ? `${message} still waits at the end`
            : `${message} is in the dead-letter queue: ${reason}`;
        }
        return undefined;
      },
    },
  };
}

/** What somebody sees, and what should be there. */
interface Look extends Noted {
  readonly id: string;
  readonly answer: Answer;
  readonly lines: readonly Line[];
}

/** What the last change found, if it fits into a line or two: a story's steps name versions alone. */
function before(outcome: Outcome, id: string): string {
  const found = JSON.stringify(outcome.history(`cart-${id}`).at(-2));
  const isShort = found !== undefined && found.length <= 100;
  return isShort ? `; one version ago, cart-${id} was ${found}` : '';
}

function has(lines: readonly Line[], { lineId }: Line): boolean {
  return lines.some((line) => line.lineId === lineId);
}

function named({ lineId, sku }: Line): string {
  return `line ${lineId} (${sku})`;
}

function added(cartId: string, line: Line, at = nineFive): Outgoing {
  return { type: 'LineAdded', body: { cartId, ...line, at } };
}

function removed(cartId: string, line: Line, at = nineFive + minutes): Outgoing {
  return { type: 'LineRemoved', body: { cartId, ...line, at } };
}

async function settled(sent: readonly Sent[]): Promise<void> {
  for (const each of sent) await each.settled();
}

function look(app: Visitor, cartId: string, to: string): Promise<Answer> {
  return app.get(`/carts/${cartId}`, { to });
}

function linesIn(body: unknown): readonly Line[] {
  if (typeof body !== 'object' || body === null || !('lines' in body)) return [];
  return Array.isArray(body.lines) ? (body.lines as readonly Line[]) : [];
}
