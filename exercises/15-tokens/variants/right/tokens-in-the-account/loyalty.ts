import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
  readonly expected: readonly string[];
}

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { headers, body }: Delivery<PaymentCollected>,
  { store }: Services,
): Promise<void> {
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const token = String(headers['token']);
  // It is used up: this is a copy of what was counted.
  if (!account?.value.expected?.includes(token)) return;
  const points = account.value.points + body.amountCents / 100;
  const expected = account.value.expected.filter((each) => each !== token);
  // Refused if somebody was faster: then this message is delivered again.
  await store.commit({ key, value: { points, expected }, ifVersion: account.version });
}
