// breaks clicks-succeed: nothing is promised, and nothing is sold
import type { HttpRequest, HttpResponse, Services } from '#lab';
import type { Cart, Order } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  return { status: 503 };
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
