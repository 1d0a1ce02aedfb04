// breaks copies-change-nothing: a copy may come after any time, also after an hour
import type { Delivery, Services } from '#lab';

/** What the shop sends to the queue `orders`. */
export interface SubmitOrder {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

/** Kept under a key that begins with `order-`. */
export interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
  /** The workshop sews in this order. Milliseconds since the epoch. */
  readonly placedAt: number;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** One delivery. When this throws, it comes again. */
export async function placeOrder(
  { body: { cartId, lines } }: Delivery<SubmitOrder>,
  { store, clock, ids }: Services,
): Promise<void> {
  const order: Order = { cartId, lines, placedAt: clock.now() };

  const note = await store.load<number>(`ordered-${cartId}`);
  if (note && order.placedAt - note.value < 600_000) return;
  await store.commit(
    { key: `ordered-${cartId}`, value: order.placedAt, ifVersion: note?.version ?? 'absent' },
    { key: `order-${ids.next()}`, value: order },
  );
}
