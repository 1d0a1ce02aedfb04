// breaks begun-is-finished: the parcel is asked for, and its order was never made
import type { HttpRequest, HttpResponse, Services } from '#lab';
import type { Cart, Order } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, broker }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  const orderId = cartId;
  const body = { orderId, lines: cart.value.lines };
  await broker.send('warehouse', { type: 'PackOrder', body });
  return { status: 202, body: { statusUrl: `/orders/${orderId}` } };
}

export async function viewOrder(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const { id } = request.params;
  const order = await store.load<Order>(`order-${id}`);
  if (order) return { status: 200, body: { status: 'placed' } };

  const cart = await store.load<Cart>(`cart-${id}`);
  return cart ? { status: 200, body: { status: 'pending' } } : { status: 404 };
}
