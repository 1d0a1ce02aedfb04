// differs: no tokens: Payments numbers what it tells each account, and Loyalty keeps the last number and the gaps before it
import type { Delivery, Outgoing, Services } from '#lab';

/** The command: so much is to be collected from the customer with this account. */
export interface CollectPayment {
  readonly paymentId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, for Loyalty and whoever else hears of `events`. */
export interface PaymentCollected extends CollectPayment {
  /** 1, 2, 3, … for each account, without a gap. */
  readonly number: number;
}

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
    const last = await store.load<number>(`payment-numbers-${account}`);
    const number = (last?.value ?? 0) + 1;
    outbox = [collected(messageId, { ...body, number })];
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { account, amountCents, outbox }, ifVersion: 'absent' },
      { key: `payment-numbers-${account}`, value: number, ifVersion: last?.version ?? 'absent' },
    );
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  for (const message of outbox) await broker.publish('events', message);
  if (outbox.length > 0) await store.commit({ key, value: { account, amountCents, outbox: [] } });
}

/** A second attempt tells of it under the same id. */
function collected(messageId: string, body: PaymentCollected): Outgoing<PaymentCollected> {
  return { messageId: `payments/${messageId}/PaymentCollected`, type: 'PaymentCollected', body };
}
