// differs: looks first, and lets a lost race come again
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
  if (await store.load<Order>(key)) return;
  const order: Order = { cartId, lines, placedAt: clock.now() };
  await store.commit({ key, value: order, ifVersion: 'absent' });
}
