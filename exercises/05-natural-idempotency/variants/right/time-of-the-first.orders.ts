// differs: writes the order anew each time, with the time that it had
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
  { store, clock }: Services,
): Promise<void> {
  const key = `order-${cartId}`;
  const known = await store.load<Order>(key);
  const placedAt = known?.value.placedAt ?? clock.now();
  const order: Order = { cartId, lines, placedAt };
  await store.commit({ key, value: order, ifVersion: known?.version ?? 'absent' });
}
