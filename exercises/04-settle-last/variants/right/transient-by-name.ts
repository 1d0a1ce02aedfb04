// differs: says which errors may be tried again, and sets everything else aside
import {
  ConcurrencyError,
  LockLostError,
  UnknownOutcomeError,
  type Delivery,
  type Services,
  type Store,
} from '#lab';

/** What the shop sends to the queue `orders`. */
export interface SubmitOrder {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

/** Kept under `order-<cartId>`. */
export interface Order {
  readonly lines: readonly Line[];
}

/** Kept under `workshop`. */
export interface Workshop {
  /** How many capybaras are still to be sewn. */
  readonly toSew: number;
}

export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** However often it is delivered, this message cannot become an order. */
class InvalidOrder extends Error {}

/** For each delivery from the queue `orders`. */
export async function handleOrder(
  delivery: Delivery<SubmitOrder>,
  { store }: Services,
): Promise<void> {
  try {
    await placeOrder(delivery.body, store);
    await delivery.complete();
  } catch (error) {
    const passes =
      error instanceof ConcurrencyError ||
      error instanceof UnknownOutcomeError ||
      error instanceof LockLostError;
    if (passes) throw error;
    await delivery.deadLetter(String(error));
  }
}

/** The order, and what it gives the workshop to do, in one commit; nothing if the order exists. */
async function placeOrder({ cartId, lines }: SubmitOrder, store: Store): Promise<void> {
  const key = `order-${cartId}`;
  const order: Order = { lines };
  const capybaras = countOf(lines);
  if (await store.load<Order>(key)) return;

  const workshop = await store.load<Workshop>('workshop');
  const toSew = (workshop?.value.toSew ?? 0) + capybaras;
  await store.commit(
    { key, value: order, ifVersion: 'absent' },
    { key: 'workshop', value: { toSew }, ifVersion: workshop?.version ?? 'absent' },
  );
}

/** @throws InvalidOrder when there is a line that nobody can sew */
function countOf(lines: readonly Line[]): number {
  const wrong = lines.find(({ quantity }) => !(Number.isInteger(quantity) && quantity > 0));
  if (wrong) throw new InvalidOrder(`${wrong.quantity} of ${wrong.sku} cannot be sewn`);
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
