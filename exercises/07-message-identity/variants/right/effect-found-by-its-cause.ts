// differs: the payment lists what was done to it with the causing message, and its status is the last of them
import type { Delivery, Services } from '#lab';

/** Kept under `payment-<id>`. */
export interface Payment {
  readonly status: 'booked' | 'cancelled';
  readonly amountCents: number;
  readonly effects?: readonly Effect[];
}

/** The body of `BookPayment` and of `CancelPayment`. */
export interface PaymentCommand {
  readonly paymentId: string;
  readonly amountCents: number;
}

export interface Effect {
  readonly status: Payment['status'];
  /** The id of the message that asked for it. */
  readonly causedBy: string;
}

/** The queue `payments`. */
export async function handlePayment(
  delivery: Delivery<PaymentCommand>,
  { store }: Services,
): Promise<void> {
  const { messageId, type, body } = delivery;
  const key = `payment-${body.paymentId}`;
  const payment = await store.load<Payment>(key);
  const status = type === 'BookPayment' ? 'booked' : 'cancelled';
  const effects = payment?.value.effects ?? [];
  if (effects.some((effect) => effect.causedBy === messageId)) return delivery.complete();

  const changed: Payment = {
    status,
    amountCents: body.amountCents,
    effects: [...effects, { status, causedBy: messageId }],
  };
  await store.commit({ key, value: changed, ifVersion: payment?.version ?? 'absent' });
  await delivery.complete();
}
