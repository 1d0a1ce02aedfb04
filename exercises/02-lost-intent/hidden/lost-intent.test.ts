import {
  ConcurrencyError,
  judge,
  LostResponse,
  type Answer,
  type Delivery,
  type Outcome,
  type Services,
  type Visitor,
} from '#lab';

interface Line {
  readonly sku: string;
  readonly quantity: number;
}

interface Cart {
  readonly status: string;
  readonly lines: readonly Line[];
}

interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

const web = {
  'POST /carts/:id/lines': 'checkout.ts#addLine',
  'POST /carts/:id/submit': 'checkout.ts#submitCart',
  'GET /carts/:id/status': 'checkout.ts#cartStatus',
};

/** Orders keeps one order of a cart, whatever comes later. */
async function makeOrder(
  { type, body }: Delivery<Order | null>,
  { store }: Services,
): Promise<void> {
  if (type !== 'SubmitOrder' || !body) return;
  const { cartId, lines } = body;
  try {
    await store.commit({ key: `order-${cartId}`, value: { cartId, lines }, ifVersion: 'absent' });
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
  }
}

const family = [
  { sku: 'capybara-xl', quantity: 2 },
  { sku: 'capybara-s', quantity: 3 },
];
const single = [{ sku: 'capybara-m', quantity: 1 }];
const giftWrap = { sku: 'gift-wrap', quantity: 1 };

/** The processes, and these carts, by id. Without Orders its messages wait: it is down for the evening. */
function shop(carts: Readonly<Record<string, readonly Line[]>>, ...processes: string[]) {
  const ids = Object.keys(carts);
  const linesOf = (outcome: Outcome, id: string): readonly Line[] =>
    outcome.document<Cart | null>(`cart-${id}`)?.value?.lines ?? [];
  return {
    given: Object.fromEntries(
      ids.map((id) => [`cart-${id}`, { status: 'open', lines: carts[id] }]),
    ),
    processes: Object.fromEntries(
      processes.map((name) => [name, name.startsWith('web') ? web : { 'queue orders': makeOrder }]),
    ),
    promises: {
      'seen-is-ordered': (outcome: Outcome) => {
        for (const id of ids) {
          if (!wasShownAsSubmitted(outcome, id)) continue;
          if (ordered(outcome).some(({ cartId }) => cartId === id)) continue;
          return `cart-${id} is submitted for its customer, who has no reason to click again, and no SubmitOrder exists`;
        }
        return undefined;
      },

      'nothing-too-early': (outcome: Outcome) => {
        const found = ordered(outcome);
        for (const { where, cartId, lines } of found) {
          if (!ids.includes(cartId)) return `${where} belongs to no cart`;
          if (sameLines(lines, linesOf(outcome, cartId))) continue;
          const isOneOfMany = found.filter((each) => each.cartId === cartId).length > 1;
          const why = isOneOfMany ? '; Orders takes the first that it gets' : '';
          return `${where} has ${text(lines)}, and cart-${cartId} has ${text(linesOf(outcome, cartId))}${why}`;
        }
        return undefined;
      },

      'lines-stay': (outcome: Outcome) => {
        for (const id of ids) {
          const adds = outcome.answers().filter(({ path }) => path === `/carts/${id}/lines`);
          const due = [...(carts[id] ?? []), ...adds.filter(isSuccess).map(() => giftWrap)];
          const lines = linesOf(outcome, id);
          if (due.some(({ sku }) => count(lines, sku) < count(due, sku))) {
            return `cart-${id} has ${text(lines)}, and was given ${text(due)}`;
          }
        }
        const [first] = outcome.answers('customer');
        if (first?.path.endsWith('/lines') && first.status >= 400 && first.status <= 499) {
          return `${first.path} was answered with ${first.status}, although nobody had submitted the cart`;
        }
        return undefined;
      },

      'clicking-helps': (outcome: Outcome) => {
        for (const id of ids) {
          const clicks = outcome.answers().filter(({ path }) => path === `/carts/${id}/submit`);
          const refused = clicks.filter((click) => !isSuccess(click));
          if (refused.length > 1 && !wasShownAsSubmitted(outcome, id)) {
            return `cart-${id} was submitted again and again, the last time answered with ${refused.at(-1)?.status}`;
          }
        }
        return undefined;
      },
    },
  };
}

judge(
  {
    ...shop({ 7: family }, 'web #1', 'orders #1'),
    name: 'a process may crash, and the customer looks at her cart',
    faults: { crashes: 1 },
    traffic: { customer: clickUntilSeen('7', 'web #1') },
  },
  {
    ...shop({ 71: single }, 'web #1', 'orders #1'),
    name: 'a call gets no answer, a process may crash too, and the customer clicks again',
    givenVersion: 4,
    faults: { crashes: 1, unknownOutcomes: 1 },
    traffic: { customer: clickUntilSeen('71', 'web #1') },
    sometimes: {
      'a SubmitOrder came twice': (outcome) => outcome.messages('orders').length > 1,
    },
  },
  {
    ...shop({ 7: family }, 'web #1', 'web #2'),
    name: 'a double click at two processes, and a crash',
    givenVersion: 4,
    faults: { crashes: 1 },
    traffic: { 'click 1': click('7', 'web #1'), 'click 2': click('7', 'web #2') },
  },
  {
    ...shop({ 7: family }, 'web #1'),
    name: 'one tab adds a line while the other submits',
    traffic: { 'tab 1': clickUntilSeen('7', 'web #1'), 'tab 2': add('7', 'web #1') },
    sometimes: {
      'the line came too late': (outcome) => !outcome.answers('tab 2').some(isSuccess),
      'the line came in time': (outcome) => outcome.answers('tab 2').some(isSuccess),
    },
  },
  {
    ...shop({ 71: single }, 'web #1'),
    name: 'a process may crash, and the customer adds a line after her click',
    givenVersion: 4,
    faults: { crashes: 1 },
    traffic: { customer: secondThoughts },
  },
  {
    ...shop({ 71: single }, 'web #1'),
    name: 'a call gets no answer, a process may crash too, and she adds a line after her click',
    faults: { crashes: 1, unknownOutcomes: 1 },
    traffic: { customer: secondThoughts },
  },
  {
    ...shop({ 7: family, 71: family }, 'web #1', 'orders #1'),
    name: 'a customer submits two equal carts, one after the other',
    traffic: {
      customer: async (browser) => {
        await clickUntilSeen('7', 'web #1')(browser);
        await clickUntilSeen('71', 'web #1')(browser);
      },
    },
  },
);

/** What Orders has made, or will make of a message that waits for it. */
function ordered(outcome: Outcome): readonly (Order & { readonly where: string })[] {
  const orders = outcome
    .documents<Order>('order-')
    .map(({ key, value }) => ({ where: key, ...value }));
  const waiting = outcome
    .messages<Order>('orders')
    .filter(({ state, type }) => state === 'waiting' && type === 'SubmitOrder')
    .map(({ messageId, body }) => ({ where: `SubmitOrder ${messageId}`, ...body }));
  return [...orders, ...waiting];
}

function click(id: string, to: string): (browser: Visitor) => Promise<Answer> {
  return (browser) => browser.post(`/carts/${id}/submit`, { to });
}

function add(id: string, to: string): (browser: Visitor) => Promise<Answer> {
  return (browser) => browser.post(`/carts/${id}/lines`, { to, body: giftWrap });
}

/** Has the click been answered with success, or does the page say so? No answer is no. */
async function clickAndLook(browser: Visitor, id: string, to: string): Promise<boolean> {
  const asks = [click(id, to), (visitor: Visitor) => visitor.get(`/carts/${id}/status`, { to })];
  for (const ask of asks) {
    try {
      if (saysSubmitted(await ask(browser), id)) return true;
    } catch (error) {
      if (!(error instanceof LostResponse)) throw error;
    }
  }
  return false;
}

/** One fault can cost a click, and one late effect another. */
function clickUntilSeen(id: string, to: string): (browser: Visitor) => Promise<void> {
  return async (browser) => {
    for (let clicks = 1; clicks <= 4; clicks += 1) {
      if (await clickAndLook(browser, id, to)) return;
    }
  };
}

/** Adds a line, clicks once, and where nothing seems to come of it adds another line, and leaves. */
async function secondThoughts(browser: Visitor): Promise<void> {
  await add('71', 'web #1')(browser);
  if (await clickAndLook(browser, '71', 'web #1')) return;
  await add('71', 'web #1')(browser);
}

function wasShownAsSubmitted(outcome: Outcome, id: string): boolean {
  return outcome.answers().some((answer) => saysSubmitted(answer, id));
}

function saysSubmitted(answer: Answer, id: string): boolean {
  if (!isSuccess(answer)) return false;
  if (answer.path === `/carts/${id}/submit`) return true;
  const { path, body } = answer;
  return (
    path === `/carts/${id}/status` &&
    typeof body === 'object' &&
    body !== null &&
    'status' in body &&
    body.status === 'submitted'
  );
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return text(some) === text(others);
}

function count(lines: readonly Line[], sku: string): number {
  const quantities = lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity);
  return quantities.reduce((sum, quantity) => sum + quantity, 0);
}

/** '2 capybara-xl, 1 gift-wrap': how much of what, whatever the order of the lines. */
function text(lines: readonly Line[]): string {
  if (!Array.isArray(lines)) return 'no lines';
  const skus = [...new Set(lines.map(({ sku }) => sku))];
  const sorted = skus.toSorted((a, b) => a.localeCompare(b));
  return sorted.map((sku) => `${count(lines, sku)} ${sku}`).join(', ') || 'no lines';
}
