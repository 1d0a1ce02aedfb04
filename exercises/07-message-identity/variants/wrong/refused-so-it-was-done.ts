// breaks once: two different messages met, the slower one left no note, and its copy comes after the cancellation
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
  { messageId, type, body }: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  if (await store.load(inbox)) return;

  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  try {
    await store.commit(
      { key, value: changed, ifVersion: payment?.version ?? 'absent' },
      { key: inbox, value: { type }, ifVersion: 'absent' },
    );
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    // Another delivery of this message was faster.
  }
}
