// breaks told-is-ordered: two carts that are submitted in the same millisecond share an address
import type { HttpRequest, HttpResponse, Services } from '#lab';
import type { Cart, Order, SubmitOrder } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, broker, clock }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  const orderId = String(clock.now());
  const body: SubmitOrder = { cartId, orderId };
  await broker.send('orders', { messageId: `submit-${cartId}`, type: 'SubmitOrder', body });
  return { status: 202, body: { statusUrl: `/orders/${orderId}` } };
}

export async function viewOrder(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const { id } = request.params;
  const order = await store.load<Order>(`order-${id}`);
  if (order) return { status: 200, body: { status: 'placed' } };

  return { status: 200, body: { status: 'pending' } };
}
