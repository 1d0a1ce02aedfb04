// breaks nothing-missing: a refused commit is taken for a copy, and the fact is lost
import {
  ConcurrencyError,
  type Delivery,
  type HttpRequest,
  type HttpResponse,
  type Services,
} from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly facts: readonly Fact[];
}

export interface Fact extends Line {
  readonly type: string;
}

export interface Line {
  /** Made on the phone when the line is added, and never used for another line. */
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** What the app notes when a line is added or removed: the body of `LineAdded` and of `LineRemoved`. */
export interface LineNoted extends Line {
  readonly cartId: string;
  /** Milliseconds since the epoch, by the clock of the phone. */
  readonly at: number;
}

/** The queue `carts`. */
export async function handleLine(
  { type, body }: Delivery<LineNoted>,
  { store }: Services,
): Promise<void> {
  const key = `cart-${body.cartId}`;
  const { lineId, sku, quantity } = body;
  const cart = await store.load<Cart>(key);
  const facts = cart?.value.facts ?? [];
  if (facts.some((fact) => fact.type === type && fact.lineId === lineId)) return;
  const changed: Cart = { facts: [...facts, { type, lineId, sku, quantity }] };
  try {
    await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    // Somebody else has written it already.
  }
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const facts = cart?.value.facts ?? [];
  const removals = facts.filter(({ type }) => type === 'LineRemoved');
  const removed = new Set(removals.map(({ lineId }) => lineId));
  const lines = facts.filter(({ type, lineId }) => type === 'LineAdded' && !removed.has(lineId));
  return { status: 200, body: { lines } };
}
