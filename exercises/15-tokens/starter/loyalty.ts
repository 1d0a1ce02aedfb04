import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
}

/** Kept under `inbox-<name>`: when each message was counted for the account, by its id. */
export type Inbox = Readonly<Record<string, number>>;

/** Seven days: no copy comes later, and nobody can keep ids for ever. */
const keptMs = 7 * 24 * 60 * 60 * 1_000;

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { messageId, body }: Delivery<PaymentCollected>,
  { store, clock }: Services,
): Promise<void> {
  const inbox = `inbox-${body.account}`;
  const found = await store.load<Inbox>(inbox);
  const now = clock.now();
  const recent = Object.entries(found?.value ?? {}).filter(([, at]) => now - at < keptMs);
  const known = Object.fromEntries(recent);
  if (messageId in known) return;

  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const points = (account?.value.points ?? 0) + body.amountCents / 100;
  // Refused if somebody was faster: then this message is delivered again.
  await store.commit(
    { key, value: { points }, ifVersion: account?.version ?? 'absent' },
    { key: inbox, value: { ...known, [messageId]: now }, ifVersion: found?.version ?? 'absent' },
  );
}
