// breaks bounded: an inbox that forgets nothing grows with every payment that there ever was
import type { Delivery, Outgoing, Services } from '#lab';

/** The command: so much is to be collected from the customer with this account. */
export interface CollectPayment {
  readonly paymentId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, for Loyalty and whoever else hears of `events`. */
export type PaymentCollected = CollectPayment;

/** Kept under `payment-<id>`, in our own database: it is collected, and this is still to be told. */
export interface Payment {
  readonly account: string;
  readonly amountCents: number;
  readonly outbox: readonly Outgoing<PaymentCollected>[];
}

/** The queue `payments`. */
export async function collectPayment(
  { messageId, body }: Delivery<CollectPayment>,
  { store, broker }: Services,
): Promise<void> {
  const { paymentId, account, amountCents } = body;
  const key = `payment-${paymentId}`;
  let outbox = (await store.load<Payment>(key))?.value.outbox;

  if (!outbox) {
    outbox = [collected(messageId, body)];
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit({ key, value: { account, amountCents, outbox }, ifVersion: 'absent' });
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  for (const message of outbox) await broker.publish('events', message);
  if (outbox.length > 0) await store.commit({ key, value: { account, amountCents, outbox: [] } });
}

/** A second attempt tells of it under the same id. */
function collected(messageId: string, body: CollectPayment): Outgoing<PaymentCollected> {
  return { messageId: `payments/${messageId}/PaymentCollected`, type: 'PaymentCollected', body };
}
