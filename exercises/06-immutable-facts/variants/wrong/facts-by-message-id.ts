// breaks any-order: what the app sends once more is another message about the same line
import type { Delivery, HttpRequest, HttpResponse, Services } from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  /** By the id of the message that brought it. */
  readonly facts: Readonly<Record<string, Fact>>;
}

export interface Fact extends Line {
  readonly type: string;
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
  { messageId, type, body }: Delivery<LineNoted>,
  { store }: Services,
): Promise<void> {
  const key = `cart-${body.cartId}`;
  const { lineId, sku, quantity } = body;
  const cart = await store.load<Cart>(key);
  const fact: Fact = { type, lineId, sku, quantity };
  const changed: Cart = { facts: { ...cart?.value.facts, [messageId]: fact } };
  await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  const facts = Object.values(cart?.value.facts ?? {});
  const count = (wanted: string, id: string): number =>
    facts.filter(({ type, lineId }) => type === wanted && lineId === id).length;
  const lines = facts.filter(
    ({ type, lineId }, index) =>
      type === 'LineAdded' &&
      facts.findIndex((fact) => fact.type === type && fact.lineId === lineId) === index &&
      count('LineAdded', lineId) > count('LineRemoved', lineId),
  );
  return { status: 200, body: { lines } };
}
