// breaks begun-is-finished: the cart is closed before anybody else knows that it has to be finished
import type { HttpRequest, HttpResponse, Services } from '#lab';
import type { Cart, Order, SubmitOrder } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, broker }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  const orderId = cartId;
  const body: SubmitOrder = { cartId, orderId };
  if (cart.value.status === 'open') {
    const order: Order = { cartId, lines: cart.value.lines };
    const accepted: Cart = { ...cart.value, status: 'accepted', orderId };
    await store.commit(
      { key: `order-${orderId}`, value: order },
      { key: cart.key, value: accepted, ifVersion: cart.version },
    );
  }
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

  const cart = await store.load<Cart>(`cart-${id}`);
  return cart ? { status: 200, body: { status: 'pending' } } : { status: 404 };
}
