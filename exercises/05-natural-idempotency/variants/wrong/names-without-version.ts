// breaks every-message-counts: the slower of two processes overwrites the other’s name
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
  readonly givenBy: readonly string[];
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  const givenBy = new Set(hearts?.value.givenBy).add(customer);
  await store.commit({ key, value: { count: givenBy.size, givenBy: [...givenBy] } });
}
