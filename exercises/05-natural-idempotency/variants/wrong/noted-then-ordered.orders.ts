// breaks every-message-counts: whoever ends between the two commits leaves a note without an order
import { ConcurrencyError, type Delivery, type Services } from '#lab';

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

  const note = `ordered-${cartId}`;
  try {
    await store.commit({ key: note, value: true, ifVersion: 'absent' });
  } catch (error) {
    if (error instanceof ConcurrencyError) return;
    throw error;
  }
  await store.commit({ key: `order-${ids.next()}`, value: order });
}
