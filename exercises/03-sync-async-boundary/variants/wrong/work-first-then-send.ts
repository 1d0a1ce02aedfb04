// breaks begun-is-finished: the message that should save the work is sent after it
import type { HttpRequest, HttpResponse, Services } from '#lab';
import { placeOrder, type Cart, type Order, type SubmitOrder } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const orderId = await placeOrder({ cartId, orderId: cartId }, services);
  if (!orderId) return { status: 404 };

  const body: SubmitOrder = { cartId, orderId };
  await services.broker.send('orders', {
    messageId: `submit-${cartId}`,
    type: 'SubmitOrder',
    body,
  });
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
