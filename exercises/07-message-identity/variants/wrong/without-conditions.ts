// breaks once: who is slow, or crashes while the commit is on its way, overwrites what was cancelled meanwhile
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
}

/** The body of `BookPayment` and of `CancelPayment`. */
export interface PaymentCommand {
  readonly paymentId: string;
  readonly amountCents: number;
}

/** The queue `payments`. */
export async function handlePayment(
  { messageId, type, body }: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  if (await store.load(inbox)) return;

  const key = `payment-${body.paymentId}`;
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  await store.commit({ key, value: changed }, { key: inbox, value: { type } });
}
