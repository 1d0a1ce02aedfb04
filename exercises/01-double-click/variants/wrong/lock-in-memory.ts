// breaks one-order: the second click is answered by another process, which has another memory
import { type HttpRequest, type HttpResponse, type Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly status: 'open' | 'submitted';
  readonly lines: readonly Line[];
  /** The order that the cart became. */
  readonly orderId?: string;
}

/** Kept under `order-<orderId>`. */
export interface Order {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

const submitting = new Map<string, Promise<HttpResponse>>();

/** POST /carts/:id/submit. Answers with `{ orderId }`. */
export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, ids }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  const underway = submitting.get(cartId);
  if (underway) return underway;
  const answer = submit(cartId, { store, ids });
  submitting.set(cartId, answer);
  return answer;
}

async function submit(
  cartId: string,
  { store, ids }: Pick<Services, 'store' | 'ids'>,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${cartId}`);
  if (!cart) return { status: 404 };
  if (cart.value.orderId) return { status: 201, body: { orderId: cart.value.orderId } };

  const orderId = ids.next();
  const order: Order = { cartId, lines: cart.value.lines };
  const submitted: Cart = { ...cart.value, status: 'submitted', orderId };

  await store.commit(
    { key: `order-${orderId}`, value: order },
    { key: cart.key, value: submitted },
  );
  return { status: 201, body: { orderId } };
}
