// breaks every-payment-counted-once: whoever clears without a condition takes back a payment that came meanwhile
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
  readonly processed?: readonly string[];
  /** What is still to be sent, for whatever payment. */
  readonly outbox?: readonly Outgoing<VoucherIssued>[];
}

/** A fact of Payments. */
export interface PaymentBooked {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, for Mail and for the shop. Each drops a message whose id it has seen before. */
export interface VoucherIssued {
  readonly account: string;
  /** With which the goal was reached: the letter says thank you for it. */
  readonly orderId: string;
  /** As good as money for whoever knows it, so it is drawn and cannot be worked out. */
  readonly code: string;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker, ids }: Services,
): Promise<void> {
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const before = account?.value ?? { totalCents: 0 };
  const { processed = [], outbox = [] } = before;
  if (!processed.includes(messageId)) {
    const totalCents = before.totalCents + body.amountCents;
    const reached = before.totalCents < goalCents && totalCents >= goalCents;
    const mine = reached ? [voucherFor(messageId, body, ids.next())] : [];
    const value: Account = {
      totalCents,
      processed: [...processed, messageId],
      outbox: [...outbox, ...mine],
    };
    await store.commit({ key, value, ifVersion: account?.version ?? 'absent' });
  }

  const counted = (await store.load<Account>(key))!;
  const waiting = counted.value.outbox ?? [];
  for (const message of waiting) await broker.publish('events', message);
  const value: Account = { ...counted.value, outbox: [] };
  if (waiting.length > 0) await store.commit({ key, value });
}

/** A second attempt tells of it under the same id. */
function voucherFor(
  messageId: string,
  { account, orderId }: PaymentBooked,
  code: string,
): Outgoing<VoucherIssued> {
  return {
    messageId: `loyalty/${messageId}/VoucherIssued`,
    type: 'VoucherIssued',
    body: { account, orderId, code },
  };
}
