// differs: a copy writes nothing, and a lost race is run again here
import { ConcurrencyError, type Delivery, type Services } from '#lab';

/** A customer likes a photo; arrives in the queue `hearts`. */
export interface HeartGiven {
  readonly photo: string;
  readonly customer: string;
}

/** Kept under `hearts-<photo>`. */
export interface Hearts {
  /** What the page shows below the photo. */
  readonly count: number;
  readonly givenBy: Readonly<Record<string, true>>;
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  for (;;) {
    const hearts = await store.load<Hearts>(key);
    const givenBy = hearts?.value.givenBy ?? {};
    if (givenBy[customer]) return;
    const value = {
      count: (hearts?.value.count ?? 0) + 1,
      givenBy: { ...givenBy, [customer]: true },
    };
    try {
      return await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
