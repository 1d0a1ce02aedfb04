// breaks never-lost: the other may have been another payment of the same person
import { ConcurrencyError, type Delivery, type Services } from '#lab';
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
  const token = await store.load(String(headers['token']));
  // It is used up: this is a copy of what was counted.
  if (!token) return;

  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const points = (account?.value.points ?? 0) + body.amountCents / 100;
  try {
    await store.commit(
      { key, value: { points }, ifVersion: account?.version ?? 'absent' },
      { key: token.key, delete: true, ifVersion: token.version },
    );
  } catch (error) {
    // Somebody was faster: it is counted.
    if (!(error instanceof ConcurrencyError)) throw error;
  }
}
