// differs: a removed line is kept as removed, and nothing leads back from there
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly lines: readonly (Line & { readonly status: 'added' | 'removed' })[];
}

export interface Line {
  /** Made on the phone when the line is added, and never used for another line. */
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

/** What the app notes when a line is added or removed: the body of `LineAdded` and of `LineRemoved`. */
export interface LineNoted extends Line {
  readonly cartId: string;
  /** Milliseconds since the epoch, by the clock of the phone. */
  readonly at: number;
}

/** The queue `carts`. */
export async function handleLine(
  { type, body }: Delivery<LineNoted>,
  { store }: Services,
): Promise<void> {
  const key = `cart-${body.cartId}`;
  const { lineId, sku, quantity } = body;
  const cart = await store.load<Cart>(key);
  const lines = cart?.value.lines ?? [];
  const before = lines.find((line) => line.lineId === lineId);
  const status = type === 'LineRemoved' ? 'removed' : (before?.status ?? 'added');
  const others = lines.filter((line) => line.lineId !== lineId);
  const changed: Cart = { lines: [...others, { lineId, sku, quantity, status }] };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const lines = (cart?.value.lines ?? []).filter(({ status }) => status === 'added');
  return { status: 200, body: { lines } };
}
