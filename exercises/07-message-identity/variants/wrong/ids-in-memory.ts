// breaks once: the copy comes to another process, which has another memory
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

/** The messages that were done. */
const done = new Set<string>();

/** The queue `payments`. */
export async function handlePayment(
  { messageId, type, body }: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  if (done.has(messageId)) return;

  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
  done.add(messageId);
}
