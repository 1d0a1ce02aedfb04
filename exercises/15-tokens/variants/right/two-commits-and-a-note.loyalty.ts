// differs: as if the tokens were somewhere else: the account remembers what is counted until its token is gone
import type { Delivery, Services } from '#lab';
import type { PaymentCollected } from './payments.ts';

/** Kept under `account-<name>`. */
export interface Account {
  readonly points: number;
  /** Counted, and the token may still be there. */
  readonly counted?: readonly string[];
}

/** The queue `loyalty`: a point for each 1.00 that was collected. */
export async function countPoints(
  { headers, body }: Delivery<PaymentCollected>,
  { store }: Services,
): Promise<void> {
  const token = String(headers['token']);
  const key = `account-${body.account}`;
  // Before the token: whoever counts it meanwhile changes the version.
  const account = await store.load<Account>(key);
  let { points = 0, counted = [] }: Partial<Account> = account?.value ?? {};
  let version = account?.version;
  if (!counted.includes(token)) {
    if (!(await store.load(token))) return;
    points += body.amountCents / 100;
    counted = [...counted, token];
    await store.commit({ key, value: { points, counted }, ifVersion: version ?? 'absent' });
    version = (version ?? 0) + 1;
  }
  await store.commit({ key: token, delete: true });
  const others = counted.filter((each) => each !== token);
  const value: Account = others.length > 0 ? { points, counted: others } : { points };
  await store.commit({ key, value, ifVersion: version ?? 'absent' });
}
