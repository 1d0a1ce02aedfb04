// breaks once: the notes are tidied up just when the late copy would have needed them
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
  readonly done?: readonly string[];
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
  const done = payment?.value.done ?? [];
  if (done.includes(messageId)) return;

  const changed: Payment = {
    status,
    amountCents: body.amountCents,
    // A cancelled payment is over: what was noted about its booking is of no use any more.
    done: status === 'cancelled' ? [messageId] : [...done, messageId],
  };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
