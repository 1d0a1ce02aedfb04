// breaks every-click-answered: the next customer of the process is told the order of the first
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
let answered: HttpResponse | undefined;
export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, ids }: Services,
): Promise<HttpResponse> {
  if (answered) return answered;
  const cartId = request.params.id;
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart) return { status: 404 };
    if (cart.value.orderId)
      return (answered = { status: 201, body: { orderId: cart.value.orderId } });
    const orderId = ids.next();
    const order: Order = { cartId, lines: cart.value.lines };
    const submitted: Cart = { ...cart.value, status: 'submitted', orderId };
    try {
      await store.commit(
        { key: `order-${orderId}`, value: order },
        { key: cart.key, value: submitted, ifVersion: cart.version },
      );
      return (answered = { status: 201, body: { orderId } });
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
