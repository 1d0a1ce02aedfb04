// breaks every-message-counts: two customers may like one photo in the same minute
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
  readonly lastAt: number;
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo } }: Delivery<HeartGiven>,
  { store, clock }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  const now = clock.now();
  if (hearts && now - hearts.value.lastAt < 60_000) return;
  const value: Hearts = { count: (hearts?.value.count ?? 0) + 1, lastAt: now };
  await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
}
