// breaks once: the copy of the last message but one is not recognised
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
  readonly lastMessageId?: string;
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
  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  if (payment?.value.lastMessageId === messageId) return;

  const changed: Payment = { status, amountCents: body.amountCents, lastMessageId: messageId };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
