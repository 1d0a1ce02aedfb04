// breaks every-message-counts: a customer may like two photos
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
  const given = `given-${customer}`;
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);
  const count = (hearts?.value.count ?? 0) + 1;
  if (await store.load(given)) return;
  await store.commit(
    { key: given, value: true, ifVersion: 'absent' },
    { key, value: { count }, ifVersion: hearts?.version ?? 'absent' },
  );
}
