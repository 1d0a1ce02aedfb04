// breaks every-message-counts: a removed line stays removed, but a cancelled payment may be booked again
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
  { type, body }: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  if (payment?.value.status === status || payment?.value.status === 'cancelled') return;

  const changed: Payment = { status, amountCents: body.amountCents };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
