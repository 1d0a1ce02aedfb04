// breaks every-payment-counted-once: whoever clears without a condition takes back a payment that came meanwhile
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
  readonly processed?: readonly string[];
  /** What is still to be sent, for whatever payment. */
  readonly outbox?: readonly Outgoing<SendVoucher>[];
}

/** A fact of Payments. */
export interface PaymentBooked {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A command to Mail, which sends one letter for each message id. */
export interface SendVoucher {
  readonly account: string;
  /** With which the goal was reached: the letter says thank you for it. */
  readonly orderId: string;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker }: Services,
): Promise<void> {
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const before = account?.value ?? { totalCents: 0 };
  const { processed = [], outbox = [] } = before;
  if (!processed.includes(messageId)) {
    const totalCents = before.totalCents + body.amountCents;
    const reached = before.totalCents < goalCents && totalCents >= goalCents;
    const mine = reached ? [voucherFor(messageId, body)] : [];
    const value: Account = {
      totalCents,
      processed: [...processed, messageId],
      outbox: [...outbox, ...mine],
    };
    await store.commit({ key, value, ifVersion: account?.version ?? 'absent' });
  }

  const counted = (await store.load<Account>(key))!;
  const waiting = counted.value.outbox ?? [];
  for (const message of waiting) await broker.send('mail', message);
  const value: Account = { ...counted.value, outbox: [] };
  if (waiting.length > 0) await store.commit({ key, value });
}

/** A second attempt sends it under the same id. */
function voucherFor(messageId: string, { account, orderId }: PaymentBooked): Outgoing<SendVoucher> {
  return {
    messageId: `loyalty/${messageId}/SendVoucher`,
    type: 'SendVoucher',
    body: { account, orderId },
  };
}
