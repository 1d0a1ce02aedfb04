// breaks once: the copy comes when its id has been pushed out by others
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
  /** The messages that were done last. */
  readonly recent?: readonly string[];
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
  const recent = payment?.value.recent ?? [];
  if (recent.includes(messageId)) return;

  const changed: Payment = {
    status,
    amountCents: body.amountCents,
    recent: [...recent, messageId].slice(-3),
  };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
