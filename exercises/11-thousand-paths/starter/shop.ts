/** Payments books what customers order, and tells Orders of it. */
import { openSystem, type Handler, type Message, type Network } from './system.ts';

/** What it says never changes. */
export interface Order {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

export interface Shop {
  /** Puts a command into the queue `payments`. An app that hears nothing does so again. */
  send(type: 'BookPayment' | 'CancelPayment', order: Order): void;
  /** What is in the store and in the queues at this moment. */
  look(): State;
}

export interface State {
  /** What Orders knows, by order id. */
  readonly orders: Readonly<Record<string, 'paid' | 'cancelled'>>;
  /** What Payments knows, by order id. */
  readonly payments: Readonly<Record<string, 'booked' | 'cancelled'>>;
  /** What is booked in all, in cents, by account. */
  readonly accounts: Readonly<Record<string, number>>;
  /** What is not done yet, in both queues. */
  readonly messages: readonly Message<Order>[];
}

/** A new shop, in which nothing has happened. */
export type OpenShop = (network: Network) => Shop;

export const openShop: OpenShop = (network) => {
  const handlers = { payments: handlePayment, orders: handleAnswer };
  const system = openSystem<Order>(network, handlers);
  return {
    send: (type, order) => system.send('payments', { type, body: order }),
    look: () => ({
      orders: system.values('order-'),
      payments: system.values('payment-'),
      accounts: system.values('account-'),
      messages: system.messages(),
    }),
  };
};

/** The queue `payments`. A cancellation is for good, also if the booking comes after it. */
export const handlePayment: Handler<Order> = async ({ type, body }, { store, broker }) => {
  const payment = await store.load<'booked' | 'cancelled'>(`payment-${body.orderId}`);
  const account = await store.load<number>(`account-${body.account}`);
  const before = payment?.value;
  const after = type === 'CancelPayment' ? 'cancelled' : (before ?? 'booked');

  if (after !== before) {
    const cents = (status = 'none') => (status === 'booked' ? body.amountCents : 0);
    const total = (account?.value ?? 0) + cents(after) - cents(before);
    // Refused if another message came between: then this one is delivered again.
    await store.commit(
      { key: `payment-${body.orderId}`, value: after, ifVersion: payment?.version ?? 'absent' },
      { key: `account-${body.account}`, value: total, ifVersion: account?.version ?? 'absent' },
    );
  }
  // Also for a copy.
  const answer = after === 'booked' ? 'PaymentBooked' : 'PaymentCancelled';
  await broker.send('orders', { type: answer, body });
};

/** The queue `orders`. Answers come in any order, and nothing follows on a cancellation. */
export const handleAnswer: Handler<Order> = async ({ type, body }, { store }) => {
  const order = await store.load<'paid' | 'cancelled'>(`order-${body.orderId}`);
  if (order?.value === 'cancelled') return;
  const status = type === 'PaymentBooked' ? 'paid' : 'cancelled';
  await store.commit({
    key: `order-${body.orderId}`,
    value: status,
    ifVersion: order?.version ?? 'absent',
  });
};
