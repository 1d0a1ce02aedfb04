// differs: the cart is taken first, and whoever comes next makes the order that is missing
import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';

export interface Cart {
  readonly status: 'open' | 'submitted';
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
export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, ids }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart) return { status: 404 };
    try {
      if (!cart.value.orderId) {
        await store.commit({
          key: cart.key,
          value: { ...cart.value, status: 'submitted', orderId: ids.next() },
          ifVersion: cart.version,
        });
        continue;
      }
      const { orderId, lines } = cart.value;
      const made = await store.load<Order>(`order-${orderId}`);
      if (!made)
        await store.commit({
          key: `order-${orderId}`,
          value: { cartId, lines },
          ifVersion: 'absent',
        });
      return { status: 201, body: { orderId } };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
