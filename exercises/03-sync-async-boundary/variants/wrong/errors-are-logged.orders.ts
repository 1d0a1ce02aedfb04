// breaks begun-is-finished: what failed is logged and counts as done, so nobody tries again
import { ConcurrencyError, type Delivery, type Services } from '#lab';

export interface Cart {
  readonly status: 'open' | 'accepted' | 'submitted';
  readonly lines: readonly Line[];
  readonly orderId?: string;
}

export interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface SubmitOrder {
  readonly cartId: string;
  readonly orderId: string;
}

export async function handleOrder(
  delivery: Delivery<SubmitOrder>,
  services: Services,
): Promise<void> {
  try {
    await placeOrder(delivery.body, services);
  } catch (error) {
    console.error('SubmitOrder failed', error);
  }
}

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
