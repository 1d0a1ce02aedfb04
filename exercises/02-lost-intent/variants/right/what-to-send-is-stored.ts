// differs: the message itself is stored in the commit that freezes the cart, and deleted once it was sent
import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';

export interface Cart {
  readonly status: 'open' | 'submitted';
  readonly lines: readonly Line[];
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export interface SubmitOrder {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

export async function addLine(
  request: HttpRequest<{ id: string }, Line>,
  { store }: Services,
): Promise<HttpResponse> {
  for (;;) {
    const cart = await store.load<Cart>(`cart-${request.params.id}`);
    if (!cart) return { status: 404 };
    if (cart.value.status === 'submitted') return { status: 409 };

    const longer: Cart = { ...cart.value, lines: [...cart.value.lines, request.body] };
    try {
      await store.commit({ key: cart.key, value: longer, ifVersion: cart.version });
      return { status: 201 };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}

export async function submitCart(
  request: HttpRequest<{ id: string }>,
  { store, broker }: Services,
): Promise<HttpResponse> {
  const cartId = request.params.id;
  for (;;) {
    const cart = await store.load<Cart>(`cart-${cartId}`);
    if (!cart) return { status: 404 };

    const due = `due-${cartId}`;
    const stored = await store.load<SubmitOrder>(due);
    if (!stored && cart.value.status === 'submitted') return { status: 200 };

    const submitted: Cart = { ...cart.value, status: 'submitted' };
    try {
      if (!stored) {
        const body: SubmitOrder = { cartId, lines: cart.value.lines };
        await store.commit(
          { key: cart.key, value: submitted, ifVersion: cart.version },
          { key: due, value: body, ifVersion: 'absent' },
        );
        continue;
      }
      await broker.send('orders', { type: 'SubmitOrder', body: stored.value });
      await store.commit({ key: due, delete: true, ifVersion: stored.version });
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}

export async function cartStatus(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  if (!cart) return { status: 404 };
  const stored = await store.load(`due-${request.params.id}`);
  return { status: 200, body: { status: stored ? 'under way' : cart.value.status } };
}
