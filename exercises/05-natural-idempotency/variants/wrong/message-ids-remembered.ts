// breaks copies-change-nothing: a customer who sends again sends another message
import type { Delivery, Services } from '#lab';

/** A customer likes a photo; arrives in the queue `hearts`. */
export interface HeartGiven {
  readonly photo: string;
  readonly customer: string;
}

/** Kept under `hearts-<photo>`. */
export interface Hearts {
  /** What the page shows below the photo. */
  readonly count: number;
  readonly seen: readonly string[];
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { messageId, body: { photo } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  const seen = new Set(hearts?.value.seen);
  if (seen.has(messageId)) return;
  const value: Hearts = { count: seen.size + 1, seen: [...seen, messageId] };
  await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
}
