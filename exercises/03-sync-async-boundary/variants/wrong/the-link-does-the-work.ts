// breaks told-is-ordered: nobody makes the order of a customer who does not follow the link
import type { HttpRequest, HttpResponse, Services } from '#lab';
import { placeOrder, type Cart } from './orders.ts';

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };

  const orderId = cartId;
  return { status: 202, body: { statusUrl: `/orders/${orderId}` } };
}

export async function viewOrder(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const { id } = request.params;
  const orderId = await placeOrder({ cartId: id, orderId: id }, services);
  return orderId ? { status: 200, body: { status: 'placed' } } : { status: 404 };
}
