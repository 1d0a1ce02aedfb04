// differs: the payment itself remembers the messages that changed it
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
  /** The ids of the messages that took effect on it. */
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

  const changed: Payment = { status, amountCents: body.amountCents, done: [...done, messageId] };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
