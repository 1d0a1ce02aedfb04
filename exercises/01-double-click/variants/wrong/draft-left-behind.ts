// breaks one-order: the slower click leaves an order that belongs to no cart
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
    if (cart.value.orderId) return { status: 201, body: { orderId: cart.value.orderId } };
    const orderId = ids.next();
    await store.commit({ key: `order-${orderId}`, value: { lines: cart.value.lines } }); // a draft, its cart follows
    try {
      await store.commit(
        { key: `order-${orderId}`, value: { cartId, lines: cart.value.lines } },
        {
          key: cart.key,
          value: { ...cart.value, status: 'submitted', orderId },
          ifVersion: cart.version,
        },
      );
      return { status: 201, body: { orderId } };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
