// breaks never-twice: who is slow makes the token once more before the flag turns it away, and it is good for the copy
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
  readonly tokenMade?: boolean;
}

/** The queue `payments`. */
export async function collectPayment(
  { messageId, body }: Delivery<CollectPayment>,
  { store, broker, ids }: Services,
): Promise<void> {
  const { paymentId, account, amountCents } = body;
  const key = `payment-${paymentId}`;
  const payment = await store.load<Payment>(key);
  let outbox = payment?.value.outbox;
  let version = payment?.version ?? 0;

  if (!outbox) {
    const token = `token-${ids.next()}`;
    outbox = [{ ...collected(messageId, body), headers: { token } }];
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit({ key, value: { account, amountCents, outbox }, ifVersion: 'absent' });
    version = 1;
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  for (const message of outbox) {
    if (!payment?.value.tokenMade) {
      await store.commit({ key: String(message.headers?.['token']), value: { for: key } });
      const value: Payment = { account, amountCents, outbox, tokenMade: true };
      await store.commit({ key, value, ifVersion: version });
    }
    await broker.publish('events', message);
  }
  if (outbox.length > 0) await store.commit({ key, value: { account, amountCents, outbox: [] } });
}

/** A second attempt tells of it under the same id. */
function collected(messageId: string, body: CollectPayment): Outgoing<PaymentCollected> {
  return { messageId: `payments/${messageId}/PaymentCollected`, type: 'PaymentCollected', body };
}
