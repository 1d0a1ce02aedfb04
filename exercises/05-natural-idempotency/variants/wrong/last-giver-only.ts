// breaks copies-change-nothing: another customer’s heart may come between the copies
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
  readonly lastBy: string;
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  if (hearts?.value.lastBy === customer) return;
  const value: Hearts = { count: (hearts?.value.count ?? 0) + 1, lastBy: customer };
  await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
}
