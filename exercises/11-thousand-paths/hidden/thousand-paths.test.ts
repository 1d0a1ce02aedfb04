import { ConcurrencyError, judgeTest } from '#lab';
import {
  handleAnswer,
  handlePayment,
  openShop,
  type OpenShop,
  type Order,
  type State,
} from '../starter/shop.ts';
import { openSystem, type Handler, type Services } from '../starter/system.ts';

type PaymentStatus = State['payments'][string];

/** The shop with something else in place of what handles one of its queues. */
function shopWith(handlers: { payments?: Handler<Order>; orders?: Handler<Order> }): OpenShop {
  return (network) => {
    const right = { payments: handlePayment, orders: handleAnswer };
    const system = openSystem<Order>(network, { ...right, ...handlers });
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
}

judgeTest({
  name: 'Payments and Orders, with two workers each',
  test: 'shop-test.ts#testShop',
  program: 'shop',
  right: {
    'the shop in shop.ts': openShop,
    'a shop that keeps no totals and tells of each payment once': openOtherShop,
  },
  mutants: {
    'that loses one of two bookings at an account': shopWith({
      async payments({ type, body }, { store, broker }) {
        const { payment, account } = await known(body, store);
        const { status, isNews, total } = decided(type, body, payment?.value, account?.value);
        // It takes its time, in which somebody else may book.
        await store.load(`order-${body.orderId}`);
        await store.load(`order-${body.orderId}`);
        if (isNews) {
          const [ofPayment, { key, value }] = writes(body, { payment, account }, status, total);
          await store.commit(ofPayment, { key, value });
        }
        await answer(status, body, broker);
      },
    }),

    'that books an order once more when its booking comes twice': shopWith({
      async payments({ type, body }, { store, broker }) {
        const { payment, account } = await known(body, store);
        const isNew = type === 'BookPayment' && payment?.value !== 'cancelled';
        const before = isNew ? undefined : payment?.value;
        const { status, isNews, total } = decided(type, body, before, account?.value);
        if (isNews) await store.commit(...writes(body, { payment, account }, status, total));
        await answer(status, body, broker);
      },
    }),

    'that relies on a booking to come before its cancellation': shopWith({
      async payments(delivery, services) {
        const { type, body } = delivery;
        const payment = await services.store.load(`payment-${body.orderId}`);
        if (type === 'CancelPayment' && !payment) return answer('cancelled', body, services.broker);
        return handlePayment(delivery, services);
      },
    }),

    'that forgets a message when its commit is refused': shopWith({
      async payments(delivery, services) {
        const { type, body } = delivery;
        const key = `handled-${type}-${body.orderId}`;
        if (await services.store.load(key)) return;
        try {
          await handlePayment(delivery, services);
        } catch (error) {
          mustBeRefusal(error);
          // Its copies are forgotten as well, or one of them would do its work.
          await services.store.commit({ key, value: true });
        }
      },
      orders: (delivery, services) => handleAnswer(delivery, services).catch(mustBeRefusal),
    }),

    'that tells Orders of a payment before it is in the store': shopWith({
      async payments({ type, body }, { store, broker }) {
        const { payment, account } = await known(body, store);
        const { status, isNews, total } = decided(type, body, payment?.value, account?.value);
        await answer(status, body, broker);
        if (isNews) await store.commit(...writes(body, { payment, account }, status, total));
      },
    }),

    'that takes a message out of its queue before its work is done': shopWith({
      async payments(delivery, services) {
        await delivery.complete();
        await untilCommitted(() => handlePayment(delivery, services));
      },
    }),
  },
});

/** As right as the other, and different wherever it may be: it also stands calls that fail. */
function openOtherShop(network: Parameters<OpenShop>[0]): ReturnType<OpenShop> {
  type Payment = Order & { readonly status: PaymentStatus; readonly isTold: boolean };
  const system = openSystem<Order>(network, {
    payments: ({ type, body }, { store, broker }) =>
      untilCommitted(async () => {
        const key = `payment-${body.orderId}`;
        const payment = await store.load<Payment>(key);
        const status = type === 'CancelPayment' ? 'cancelled' : (payment?.value.status ?? 'booked');
        let version = payment?.version ?? 0;
        const commit = async (isTold: boolean) => {
          const value: Payment = { ...body, status, isTold };
          await store.commit({ key, value, ifVersion: version === 0 ? 'absent' : version });
          version += 1;
        };
        if (payment?.value.status === status && payment.value.isTold) return;
        if (payment?.value.status !== status) await commit(false);
        await answer(status, body, broker);
        await commit(true);
      }),
    orders: async ({ type, body }, { store }) => {
      const key = `order-${body.orderId}`;
      if (type === 'PaymentCancelled') await store.commit({ key, value: 'cancelled' });
      else await store.commit({ key, value: 'paid', ifVersion: 'absent' }).catch(mustBeRefusal);
    },
  });
  return {
    send: (type, order) => system.send('payments', { type, body: order }),
    look() {
      const payments = Object.entries(system.values<Payment>('payment-'));
      const accounts: Record<string, number> = {};
      for (const [, { account, amountCents, status }] of payments) {
        accounts[account] = (accounts[account] ?? 0) + (status === 'booked' ? amountCents : 0);
      }
      return {
        orders: system.values('order-'),
        payments: Object.fromEntries(payments.map(([id, { status }]) => [id, status])),
        accounts,
        messages: system.messages(),
      };
    },
  };
}

type Known = Awaited<ReturnType<typeof known>>;

async function known({ orderId, account: name }: Order, store: Services['store']) {
  const payment = await store.load<PaymentStatus>(`payment-${orderId}`);
  const account = await store.load<number>(`account-${name}`);
  return { payment, account };
}

function decided(type: string, { amountCents }: Order, before?: PaymentStatus, total = 0) {
  const status: PaymentStatus = type === 'CancelPayment' ? 'cancelled' : (before ?? 'booked');
  const cents = (each?: PaymentStatus) => (each === 'booked' ? amountCents : 0);
  return { status, isNews: status !== before, total: total + cents(status) - cents(before) };
}

function writes(
  { orderId, account: name }: Order,
  { payment, account }: Known,
  status: PaymentStatus,
  total: number,
) {
  return [
    { key: `payment-${orderId}`, value: status, ifVersion: payment?.version ?? 'absent' },
    { key: `account-${name}`, value: total, ifVersion: account?.version ?? 'absent' },
  ] as const;
}

function answer(status: PaymentStatus, body: Order, broker: Services['broker']): Promise<void> {
  const type = status === 'booked' ? 'PaymentBooked' : 'PaymentCancelled';
  return broker.send('orders', { type, body });
}

async function untilCommitted(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      mustBeRefusal(error);
    }
  }
}

function mustBeRefusal(error: unknown): void {
  if (!(error instanceof ConcurrencyError)) throw error;
}
