import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
  readonly counted?: readonly string[];
}

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { messageId, body }: Delivery<PaymentCollected>,
  { store }: Services,
): Promise<void> {
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const counted = account?.value.counted ?? [];
  if (counted.includes(messageId)) return;

  const points = (account?.value.points ?? 0) + body.amountCents / 100;
  // Refused if somebody was faster: then this message is delivered again.
  const value: Account = { points, counted: [...counted, messageId] };
  await store.commit({ key, value, ifVersion: account?.version ?? 'absent' });
}
