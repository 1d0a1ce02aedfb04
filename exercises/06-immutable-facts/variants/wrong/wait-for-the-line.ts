// breaks every-message-done: a removal that finds no line is tried again, until its attempts are used up
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
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
  const lines = cart?.value.lines ?? [];
  const isPresent = lines.some((line) => line.lineId === lineId);
  if (type === 'LineAdded' && isPresent) return;
  if (type === 'LineRemoved' && !isPresent) throw new Error(`${lineId} is not in the cart yet`);
  const changed: Cart = {
    lines:
      type === 'LineAdded'
        ? [...lines, { lineId, sku, quantity }]
        : lines.filter((line) => line.lineId !== lineId),
  };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  return { status: 200, body: { lines: cart?.value.lines ?? [] } };
}
