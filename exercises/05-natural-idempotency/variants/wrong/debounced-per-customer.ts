// breaks copies-change-nothing: a copy may come after any time, also after an hour
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
  readonly lastAt: Readonly<Record<string, number>>;
}

/** One delivery. When this throws, also because another process counted meanwhile, it comes again. */
export async function countHeart(
  { body: { photo, customer } }: Delivery<HeartGiven>,
  { store, clock }: Services,
): Promise<void> {
  const key = `hearts-${photo}`;
  const hearts = await store.load<Hearts>(key);

  const now = clock.now();
  const lastAt = hearts?.value.lastAt ?? {};
  if (now - (lastAt[customer] ?? 0) < 60_000) return;
  const count = (hearts?.value.count ?? 0) + 1;
  const value: Hearts = { count, lastAt: { ...lastAt, [customer]: now } };
  await store.commit({ key, value, ifVersion: hearts?.version ?? 'absent' });
}
