// differs: a fresh id is written on the open cart, which stays open until the message is there
import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';
import type { Cart, Order, SubmitOrder } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const orderId = await reserve(cartId, services);
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

  const reserved = await store.load(`reserved-${id}`);
  return reserved ? { status: 200, body: { status: 'pending' } } : { status: 404 };
}

async function reserve(cartId: string, { store, ids }: Services): Promise<string | undefined> {
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart || cart.value.orderId) return cart?.value.orderId;
    const orderId = ids.next();
    try {
      await store.commit(
        { key: `reserved-${orderId}`, value: { cartId } },
        { key: cart.key, value: { ...cart.value, orderId }, ifVersion: cart.version },
      );
      return orderId;
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
