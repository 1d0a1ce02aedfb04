// differs: a refused commit is tried again at once, and the status is looked at as well
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
  const key = `payment-${body.paymentId}`;
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const note = { key: inbox, value: { type }, ifVersion: 'absent' } as const;
  while (!(await store.load(inbox))) {
    const payment = await store.load<Payment>(key);
    const changed: Payment = { status, amountCents: body.amountCents };
    const isSo = payment?.value.status === status;
    try {
      await (isSo
        ? store.commit(note)
        : store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' }, note));
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
}
