// breaks copies-change-nothing: a crash between the two commits leaves a count without its name
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

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  const given = `given-${photo}-${customer}`;
  if (await store.load(given)) return;
  const count = (hearts?.value.count ?? 0) + 1;
  await store.commit({ key, value: { count }, ifVersion: hearts?.version ?? 'absent' });
  await store.commit({ key: given, value: true });
}
