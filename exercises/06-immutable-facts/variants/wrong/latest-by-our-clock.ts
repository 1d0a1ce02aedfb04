// breaks any-order: a message is stamped when it arrives, by whichever clock is there
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  /** By the id of the line: what was noted of it last. */
  readonly lines: Readonly<Record<string, Line & { readonly type: string; readonly at: number }>>;
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
  { store, clock }: Services,
): Promise<void> {
  const key = `cart-${body.cartId}`;
  const { lineId, sku, quantity } = body;
  const cart = await store.load<Cart>(key);
  const before = cart?.value.lines[lineId];
  const at = clock.now();
  // At the same moment the removal wins.
  if (before && (before.at > at || (before.at === at && type === 'LineAdded'))) return;
  const changed: Cart = {
    lines: { ...cart?.value.lines, [lineId]: { type, lineId, sku, quantity, at } },
  };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const known = Object.values(cart?.value.lines ?? {});
  const lines = known.filter(({ type }) => type === 'LineAdded');
  return { status: 200, body: { lines } };
}
