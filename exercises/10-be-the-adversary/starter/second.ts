import type { Delivery, Services } from '#lab';

/** What the shop owes a customer. Kept under `credit-<name>`. */
export interface Credit {
  readonly cents: number;
}

/** A capybara came back. */
export interface CreditReturn {
  readonly returnId: string;
  readonly customer: string;
  readonly cents: number;
}

/** The queue `returns`. */
export async function creditReturn(
  { body: { returnId, customer, cents } }: Delivery<CreditReturn>,
  { store }: Services,
): Promise<void> {
  const done = `return-${returnId}`;
  if (await store.load(done)) return;

  const key = `credit-${customer}`;
  const credit = await store.load<Credit>(key);
  // Both or neither. The version makes sure that nobody has come in between.
  await store.commit(
    {
      key,
      value: { cents: (credit?.value.cents ?? 0) + cents },
      ifVersion: credit?.version ?? 'absent',
    },
    { key: done, value: { customer, cents } },
  );
}
