// breaks nothing-missing: the removal takes the last line that looks like it
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
  const index = lines.findLastIndex((line) => line.sku === sku && line.quantity === quantity);
  const changed: Cart = {
    lines:
      type === 'LineAdded'
        ? [...lines, { lineId, sku, quantity }]
        : lines.filter((_, at) => at !== index),
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
