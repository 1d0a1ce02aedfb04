import { ConcurrencyError, type Delivery, type Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  /** Accepted: it has an order, and the warehouse may not know of it yet. Submitted: it does. */
  readonly status: 'open' | 'accepted' | 'submitted';
  readonly lines: readonly Line[];
  readonly orderId?: string;
}

/** Kept under `order-<orderId>`. */
export interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** The body of a `SubmitOrder`: a cart, and the number that its order is to have. */
export interface SubmitOrder {
  readonly cartId: string;
  readonly orderId: string;
}

/** The queue `orders`. What is ordered by telephone comes in here. */
export async function handleOrder(
  delivery: Delivery<SubmitOrder>,
  services: Services,
): Promise<void> {
  await placeOrder(delivery.body, services);
}

/** Makes the order of a cart, tells the warehouse, closes the cart. Gives the number that the order has. */
export async function placeOrder(
  { cartId, orderId }: SubmitOrder,
  { store, broker }: Services,
): Promise<string | undefined> {
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart) return undefined;

    let { value, version } = cart;
    if (value.status === 'submitted') return value.orderId;
    try {
      if (value.status === 'open') {
        const order: Order = { cartId, lines: value.lines };
        value = { ...value, status: 'accepted', orderId };
        await store.commit(
          { key: `order-${orderId}`, value: order },
          { key: cart.key, value, ifVersion: version },
        );
        version += 1;
      }
      const body = { orderId: value.orderId, lines: value.lines };
      await broker.send('warehouse', { type: 'PackOrder', body });
      await store.commit({
        key: cart.key,
        value: { ...value, status: 'submitted' },
        ifVersion: version,
      });
      return value.orderId;
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
