import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
  /** The highest number that was counted. */
  readonly upTo?: number;
  /** Those below it that are still to come. */
  readonly missing?: readonly number[];
}

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { body }: Delivery<PaymentCollected>,
  { store }: Services,
): Promise<void> {
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const { points = 0, upTo = 0, missing = [] }: Partial<Account> = account?.value ?? {};
  const isNew = body.number > upTo || missing.includes(body.number);
  if (!isNew) return;

  const skipped = Array.from({ length: body.number - upTo - 1 }, (_, index) => upTo + 1 + index);
  const value: Account = {
    points: points + body.amountCents / 100,
    upTo: Math.max(upTo, body.number),
    missing: [...missing.filter((each) => each !== body.number), ...skipped],
  };
  // Refused if somebody was faster: then this message is delivered again.
  await store.commit({ key, value, ifVersion: account?.version ?? 'absent' });
}
