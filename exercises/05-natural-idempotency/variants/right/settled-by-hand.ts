// differs: says itself when the message is done
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
  delivery: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${delivery.body.photo}`;
  const hearts = await store.load<Hearts>(key);

  const givenBy = hearts?.value.givenBy ?? [];
  if (!givenBy.includes(delivery.body.customer)) {
    const value: Hearts = {
      count: givenBy.length + 1,
      givenBy: [...givenBy, delivery.body.customer],
    };
    try {
      await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
    } catch {
      return delivery.abandon();
    }
  }
  await delivery.complete();
}
