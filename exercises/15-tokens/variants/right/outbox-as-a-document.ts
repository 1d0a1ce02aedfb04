// differs: what is to be told lies beside the payment, and is deleted when it is told
import type { Delivery, Outgoing, Services } from '#lab';

/** The command: so much is to be collected from the customer with this account. */
export interface CollectPayment {
  readonly paymentId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, for Loyalty and whoever else hears of `events`. */
export type PaymentCollected = CollectPayment;

/** Kept under `payment-<id>`, in our own database: it is collected. */
export interface Payment {
  readonly account: string;
  readonly amountCents: number;
}

/** The queue `payments`. */
export async function collectPayment(
  { messageId, body }: Delivery<CollectPayment>,
  { store, broker, ids }: Services,
): Promise<void> {
  const { paymentId, account, amountCents } = body;
  const key = `payment-${paymentId}`;
  const outbox = `payment-${paymentId}-outbox`;

  if (!(await store.load<Payment>(key))) {
    // Every attempt makes one of its own. Only the one that is kept with the payment is ever sent.
    const token = `token-${ids.next()}`;
    await store.commit({ key: token, value: { for: key }, ifVersion: 'absent' });
    const told = { ...collected(messageId, body), headers: { token } };
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { account, amountCents }, ifVersion: 'absent' },
      { key: outbox, value: told },
    );
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  const waiting = await store.load<Outgoing<PaymentCollected>>(outbox);
  if (!waiting) return;
  await broker.publish('events', waiting.value);
  await store.commit({ key: outbox, delete: true });
}

/** A second attempt tells of it under the same id. */
function collected(messageId: string, body: CollectPayment): Outgoing<PaymentCollected> {
  return { messageId: `payments/${messageId}/PaymentCollected`, type: 'PaymentCollected', body };
}
