import { UnknownOutcomeError, type Delivery, type Outgoing, type Services } from '#lab';

/** Kept under `payment-<orderId>`: how the latest try to pay for the order ended. */
export interface Payment {
  readonly status: 'paid' | 'declined';
  readonly amountCents: number;
}

/** A customer wants to pay. If she was declined, another one for the same order may follow. */
export interface CollectPayment {
  readonly orderId: string;
  readonly card: string;
  readonly amountCents: number;
}

/** What Orders is told: the body of `PaymentCollected`, and of `PaymentDeclined`. */
export interface PaymentEnded {
  readonly orderId: string;
  readonly amountCents: number;
}

/** Kept under `inbox-<messageId>`: it is handled, and this is still to be sent on its behalf. */
export interface Handled {
  readonly outbox: readonly Outgoing<PaymentEnded>[];
}

/** The queue `payments`. */
export async function collectPayment(
  delivery: Delivery<CollectPayment>,
  services: Services,
): Promise<void> {
  const { messageId, body } = delivery;
  const { store, broker } = services;
  const inbox = `inbox-${messageId}`;
  let outbox = (await store.load<Handled>(inbox))?.value.outbox;

  if (!outbox) {
    const key = `payment-${body.orderId}`;
    const payment = await store.load<Payment>(key);
    const status = await charge(body, services);
    if (status === 'refused') return delivery.deadLetter('the gateway never takes it');
    const ended: Payment = { status, amountCents: body.amountCents };
    outbox = [eventFor(messageId, body, status)];
    await store.commit(
      { key, value: ended, ifVersion: payment?.version ?? 'absent' },
      { key: inbox, value: { outbox }, ifVersion: 'absent' },
    );
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  for (const message of outbox) await broker.publish('events', message);
  if (outbox.length > 0) await store.commit({ key: inbox, value: { outbox: [] } });
}

/** Asks the gateway to charge the card. What it throws is tried again with the next delivery. */
async function charge(
  { card, amountCents }: CollectPayment,
  { http, ids }: Services,
): Promise<Payment['status'] | 'refused'> {
  // Every charge has a key of its own, so that two charges are never taken for one.
  const headers = { 'Idempotency-Key': ids.next() };
  try {
    const { status } = await http.post(
      'https://gateway.example/charges',
      { card, amountCents },
      { headers },
    );
    if (status === 503) throw new Error('the gateway is down');
    if (status === 402) return 'declined';
    return status === 201 ? 'paid' : 'refused';
  } catch (error) {
    if (!(error instanceof UnknownOutcomeError)) throw error;
    // No answer in time. Better no money than money twice: the customer can try again.
    return 'declined';
  }
}

function eventFor(
  messageId: string,
  { orderId, amountCents }: CollectPayment,
  status: Payment['status'],
): Outgoing<PaymentEnded> {
  const type = status === 'paid' ? 'PaymentCollected' : 'PaymentDeclined';
  return { messageId: `payments/${messageId}/${type}`, type, body: { orderId, amountCents } };
}
