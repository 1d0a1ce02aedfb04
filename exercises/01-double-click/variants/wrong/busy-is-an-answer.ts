// breaks every-click-answered: a second click at the same process is told nothing
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
const busy = new Set<string>();
export async function submitCart(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  if (busy.has(cartId)) return { status: 202 };
  busy.add(cartId);
  try {
    return await submit(cartId, services);
  } finally {
    busy.delete(cartId);
  }
}
async function submit(cartId: string, { store, ids }: Services): Promise<HttpResponse> {
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart) return { status: 404 };
    if (cart.value.orderId) return { status: 201, body: { orderId: cart.value.orderId } };
    const orderId = ids.next();
    const order: Order = { cartId, lines: cart.value.lines };
    const submitted: Cart = { ...cart.value, status: 'submitted', orderId };
    try {
      await store.commit(
        { key: `order-${orderId}`, value: order },
        { key: cart.key, value: submitted, ifVersion: cart.version },
      );
      return { status: 201, body: { orderId } };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
