// differs: a refused commit is tried again at once, and the view is folded before it is written
import {
  ConcurrencyError,
  type Delivery,
  type HttpRequest,
  type HttpResponse,
  type Services,
} from '#lab';

/** Kept under `cart-<id>`. */
export interface Cart {
  readonly lines: readonly Line[];
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
  for (;;) {
    const cart = await store.load<Cart>(key);
    const { lines = [], removed = [] } = cart?.value ?? {};
    const others = lines.filter((line) => line.lineId !== lineId);
    const isGone = type === 'LineRemoved' || removed.includes(lineId);
    const changed: Cart = {
      lines: isGone ? others : [...others, { lineId, sku, quantity }],
      removed: isGone ? [...new Set([...removed, lineId])] : removed,
    };
    try {
      await store.commit({ key, value: changed, ifVersion: cart?.version ?? 'absent' });
      return;
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}

/** GET /carts/:id. Answers with `{ lines }`. */
export async function viewCart(
  request: HttpRequest<{ id: string }>,
  { store }: Services,
): Promise<HttpResponse> {
  const cart = await store.load<Cart>(`cart-${request.params.id}`);
  return { status: 200, body: { lines: cart?.value.lines ?? [] } };
}
