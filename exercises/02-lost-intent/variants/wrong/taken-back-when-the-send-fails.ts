// breaks nothing-too-early: a send without an answer may have arrived all the same
import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';

export interface Cart {
  readonly status: 'open' | 'accepted' | 'submitted';
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
    if (cart.value.status !== 'open') return { status: 409 };

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
    if (cart.value.status === 'submitted') return { status: 200 };

    const { key, version, value } = cart;
    const body: SubmitOrder = { cartId, lines: value.lines };
    try {
      if (value.status === 'open') {
        const accepted: Cart = { ...value, status: 'accepted' };
        await store.commit({ key, value: accepted, ifVersion: version });
        continue;
      }
      try {
        await broker.send('orders', { type: 'SubmitOrder', body });
      } catch {
        await store.commit({ key, value: { ...value, status: 'open' }, ifVersion: version });
        return { status: 503 };
      }
      const submitted: Cart = { ...value, status: 'submitted' };
      await store.commit({ key, value: submitted, ifVersion: version });
      return { status: 200 };
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
  return cart ? { status: 200, body: { status: cart.value.status } } : { status: 404 };
}
