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
  { messageId, type, body }: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  if (await store.load(inbox)) return;

  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const changed: Payment = { status, amountCents: body.amountCents };
  // The effect and the memory of it, together or not at all. Refused if somebody was faster: then this
  // message is delivered again, and finds out who.
  await store.commit(
    { key, value: changed, ifVersion: payment?.version ?? 'absent' },
    { key: inbox, value: { type }, ifVersion: 'absent' },
  );
}
