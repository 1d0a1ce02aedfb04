// differs: a claim decides who makes the order, and the cart is no part of the condition
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
  const claim = `cart-${cartId}-claim`;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };
  const orderId = ids.next();
  try {
    await store.commit(
      { key: claim, value: { orderId }, ifVersion: 'absent' },
      { key: `order-${orderId}`, value: { cartId, lines: cart.value.lines } },
      { key: cart.key, value: { ...cart.value, status: 'submitted', orderId } },
    );
    return { status: 201, body: { orderId } };
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    const winner = await store.load<{ orderId: string }>(claim);
    return { status: 200, body: { orderId: winner?.value.orderId } };
  }
}
