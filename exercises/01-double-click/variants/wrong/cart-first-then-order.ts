// breaks every-click-answered: the other click finds the cart submitted before its order exists
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
    const submitted: Cart = { ...cart.value, status: 'submitted', orderId };
    try {
      await store.commit({ key: cart.key, value: submitted, ifVersion: cart.version });
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      continue;
    }
    const order: Order = { cartId, lines: cart.value.lines };
    await store.commit({ key: `order-${orderId}`, value: order });
    return { status: 201, body: { orderId } };
  }
}
