import type { Delivery, Services } from '#lab';

/** Kept under `stock-<sku>`. */
export interface Stock {
  readonly pieces: number;
  /** The messages that are in it. */
  readonly counted: readonly string[];
}

/** A box came from the workshop. */
export interface BoxArrived {
  readonly sku: string;
  readonly pieces: number;
}

/**
 * The queue `stock`. One process serves it, and works on one message at a time: nobody else writes
 * between its load and its commit.
 */
export async function countBox(
  { messageId, body: { sku, pieces } }: Delivery<BoxArrived>,
  { store }: Services,
): Promise<void> {
  const key = `stock-${sku}`;
  const stock = await store.load<Stock>(key);
  const { pieces: before, counted } = stock?.value ?? { pieces: 0, counted: [] };
  if (counted.includes(messageId)) return;
  // The number and the message in one commit, so that a crash leaves both or neither.
  await store.commit({
    key,
    value: { pieces: before + pieces, counted: [...counted, messageId] },
  });
}
