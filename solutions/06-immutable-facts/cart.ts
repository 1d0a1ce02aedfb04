import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`: what was noted about it, in no order. A fact is added once and never changed. */
export interface Cart {
  readonly facts: readonly Fact[];
}

export interface Fact extends Line {
  /** `LineAdded` or `LineRemoved`. With the line's id, it is what makes this fact another than that. */
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
  // Refused if another message changed the cart meanwhile: then this one is delivered again.
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  return { status: 200, body: { lines: linesOf(cart?.value.facts ?? []) } };
}

/** What was added and never removed, whichever of the two was heard of first. */
function linesOf(facts: readonly Fact[]): readonly Line[] {
  const removals = facts.filter(({ type }) => type === 'LineRemoved');
  const removed = new Set(removals.map(({ lineId }) => lineId));
  return facts.filter(({ type, lineId }) => type === 'LineAdded' && !removed.has(lineId));
}
