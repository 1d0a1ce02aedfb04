// differs: the message is the safety net; the work is done at once, and answered with 201
import type { HttpRequest, HttpResponse, Services } from '#lab';
import { placeOrder, type Cart, type Order, type SubmitOrder } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await services.store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  const orderId = cartId;
  const body: SubmitOrder = { cartId, orderId };
  await services.broker.send('orders', { type: 'SubmitOrder', body });
  const made = await placeOrder(body, services);
  return { status: 201, body: { statusUrl: `/orders/${made}` } };
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
