// differs: each fact is a document of its own, and the cart only lists the lines
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly lineIds: readonly string[];
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
  const fact = { key: `${type}-${lineId}`, value: { lineId, sku, quantity } };
  if (await store.load(fact.key)) return;
  const cart = await store.load<Cart>(key);
  const lineIds = cart?.value.lineIds ?? [];
  const changed: Cart = { lineIds: [...new Set([...lineIds, lineId])] };
  await store.commit(fact, { key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const lines: Line[] = [];
  for (const lineId of cart?.value.lineIds ?? []) {
    const added = await store.load<Line>(`LineAdded-${lineId}`);
    const removed = await store.load<Line>(`LineRemoved-${lineId}`);
    if (added && !removed) lines.push(added.value);
  }
  return { status: 200, body: { lines } };
}
