// breaks any-order: a crash between the two commits, and the message comes again as a copy
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly facts: readonly Fact[];
}

export interface Fact extends Line {
  readonly type: string;
}

/** Kept under `view-<id>`. */
export interface View {
  readonly lines: readonly Line[];
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
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });

  const removals = changed.facts.filter((fact) => fact.type === 'LineRemoved');
  const removed = new Set(removals.map((fact) => fact.lineId));
  const view: View = {
    lines: changed.facts.filter((fact) => fact.type === 'LineAdded' && !removed.has(fact.lineId)),
  };
  await store.commit({ key: `view-${body.cartId}`, value: view });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const view = await store.load<View>(`view-${request.params.id}`);
  return { status: 200, body: { lines: view?.value.lines ?? [] } };
}
