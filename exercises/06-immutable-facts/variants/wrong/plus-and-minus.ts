// breaks any-order: sums do not mind the order, and they do mind copies
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  /** By the id of the line: how often it was added, less how often it was removed. */
  readonly lines: Readonly<Record<string, Line & { readonly count: number }>>;
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
  const count = (cart?.value.lines[lineId]?.count ?? 0) + (type === 'LineAdded' ? 1 : -1);
  const changed: Cart = {
    lines: { ...cart?.value.lines, [lineId]: { lineId, sku, quantity, count } },
  };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const lines = Object.values(cart?.value.lines ?? {}).filter(({ count }) => count > 0);
  return { status: 200, body: { lines } };
}
