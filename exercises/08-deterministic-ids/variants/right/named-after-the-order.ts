// differs: the payment has a name of its own, whatever message asked for it
import { ConcurrencyError, type Delivery, type Services } from '#lab';

/** Cards and gift cards are two services, each with its own queue and its own processes. */
export type Service = 'cards' | 'gifts';

/** A fact of Orders. Both services get a copy of the message, under the same message id. */
export interface OrderPlaced {
  readonly orderId: string;
  /** Who pays how much of it, and at which service. */
  readonly shares: Readonly<Record<Service, readonly Share[]>>;
}

export interface Share {
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, one for each share. Loyalty drops a message whose id it has seen before. */
export interface PaymentBooked extends Share {
  readonly orderId: string;
}

/** The queue `cards`. */
export function bookCards(delivery: Delivery<OrderPlaced>, services: Services): Promise<void> {
  return book('cards', delivery, services);
}

/** The queue `gifts`. */
export function bookGifts(delivery: Delivery<OrderPlaced>, services: Services): Promise<void> {
  return book('gifts', delivery, services);
}

/** Kept under `payment-<service>-<orderId>`: the shares that are booked. */
async function book(
  service: Service,
  { messageId, body }: Delivery<OrderPlaced>,
  { store, broker }: Services,
): Promise<void> {
  const { orderId, shares } = body;
  try {
    await store.commit(
      { key: `inbox-${service}-${messageId}`, value: { orderId }, ifVersion: 'absent' },
      { key: `payment-${service}-${orderId}`, value: shares[service] },
    );
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
    // A copy: it is booked. Whether it was also told is unknown, so it is told again.
  }

  for (const [index, { account, amountCents }] of shares[service].entries()) {
    await broker.publish('events', {
      messageId: `PaymentBooked/${service}/${orderId}/${index}`,
      type: 'PaymentBooked',
      body: { orderId, account, amountCents } satisfies PaymentBooked,
    });
  }
}
