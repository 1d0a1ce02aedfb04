// breaks copies-change-nothing: the names die with their process, and the count does not
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
}

const counted = new Set<string>();

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const name = `${photo} ${customer}`;
  if (counted.has(name)) return;
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);
  const count = (hearts?.value.count ?? 0) + 1;
  await store.commit({ key, value: { count }, ifVersion: hearts?.version ?? 'absent' });
  counted.add(name);
}
