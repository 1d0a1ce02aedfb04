// breaks every-message-counts: completed first, and lost with the process that crashes then
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
  delivery: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const { messageId, type, body } = delivery;
  const inbox = `inbox-${messageId}`;
  if (await store.load(inbox)) return;

  await delivery.complete();
  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  await store.commit(
    { key, value: changed, ifVersion: payment?.version ?? 'absent' },
    { key: inbox, value: { type }, ifVersion: 'absent' },
  );
}
