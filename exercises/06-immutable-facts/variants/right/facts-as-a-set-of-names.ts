// differs: a removal keeps no more than the name of its line, and the lines come out sorted
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  /** JSON of each line that was added. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
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
  const { added = [], removed = [] } = cart?.value ?? {};
  const changed: Cart =
    type === 'LineAdded'
      ? { added: union(added, JSON.stringify({ lineId, sku, quantity })), removed }
      : { added, removed: union(removed, lineId) };
  if (JSON.stringify(changed) === JSON.stringify(cart?.value)) return;
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const { added = [], removed = [] } = cart?.value ?? {};
  const lines = added.map((text): Line => JSON.parse(text));
  return { status: 200, body: { lines: lines.filter(({ lineId }) => !removed.includes(lineId)) } };
}

function union(names: readonly string[], name: string): readonly string[] {
  return [...new Set([...names, name])].toSorted();
}
