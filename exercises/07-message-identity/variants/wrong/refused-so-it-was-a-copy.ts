// breaks every-message-counts: one document notes all ids, and a refused commit may have been another customer’s
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
  const inbox = await store.load<readonly string[]>('inbox');
  const done = inbox?.value ?? [];
  if (done.includes(messageId)) return;

  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  try {
    await store.commit(
      { key, value: changed, ifVersion: payment?.version ?? 'absent' },
      { key: 'inbox', value: [...done, messageId], ifVersion: inbox?.version ?? 'absent' },
    );
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    // Another delivery of this message was faster.
  }
}
