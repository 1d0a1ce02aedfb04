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
  // A copy: what it asks for is so already.
  if (payment?.value.status === status) return;

  const changed: Payment = { status, amountCents: body.amountCents };
  // Refused if another message changed the payment meanwhile: then this one is delivered again.
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
}
