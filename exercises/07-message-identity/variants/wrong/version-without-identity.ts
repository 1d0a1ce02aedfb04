// breaks once: a version stops somebody at the same moment, and not a copy that comes later and finds the newest one
import { ConcurrencyError, type Delivery, type Services } from '#lab';

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
  if (payment?.value.status === status && payment.value.amountCents === body.amountCents) return;

  const changed: Payment = { status, amountCents: body.amountCents };
  for (;;) {
    const current = await store.load<Payment>(key);
    try {
      await store.commit({ key, value: changed, ifVersion: current?.version ?? 'absent' });
      return;
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
