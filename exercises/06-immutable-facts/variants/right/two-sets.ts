// differs: what was added and what was removed are two sets, and a copy is simply written again
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly added: Readonly<Record<string, Line>>;
  readonly removed: Readonly<Record<string, true>>;
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
  const { added = {}, removed = {} } = cart?.value ?? {};
  const changed: Cart =
    type === 'LineAdded'
      ? { added: { ...added, [lineId]: { lineId, sku, quantity } }, removed }
      : { added, removed: { ...removed, [lineId]: true } };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const { added = {}, removed = {} } = cart?.value ?? {};
  const lines = Object.values(added).filter(({ lineId }) => !(lineId in removed));
  return { status: 200, body: { lines } };
}
