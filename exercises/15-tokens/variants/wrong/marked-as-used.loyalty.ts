// breaks bounded: a token that is kept as used is an id that is kept for ever
import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
}

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { headers, body }: Delivery<PaymentCollected>,
  { store }: Services,
): Promise<void> {
  const token = await store.load<{ used?: boolean }>(String(headers['token']));
  // It is used up: this is a copy of what was counted.
  if (!token || token.value.used) return;

  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const points = (account?.value.points ?? 0) + body.amountCents / 100;
  // Refused if somebody was faster: then this message is delivered again.
  await store.commit(
    { key, value: { points }, ifVersion: account?.version ?? 'absent' },
    { key: token.key, value: { used: true }, ifVersion: token.version },
  );
}
