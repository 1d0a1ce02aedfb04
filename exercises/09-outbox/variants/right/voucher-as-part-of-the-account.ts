// differs: who reached the goal with what is a fact about the account, sent until it is marked as sent
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
  /** For the order with which the goal was reached. */
  readonly voucher?: { readonly orderId: string; readonly code: string; readonly isSent: boolean };
}

/** A fact of Payments. */
export interface PaymentBooked {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A fact of ours, for Mail and for the shop. Each drops a message whose id it has seen before. */
export interface VoucherIssued {
  readonly account: string;
  /** With which the goal was reached: the letter says thank you for it. */
  readonly orderId: string;
  /** As good as money for whoever knows it, so it is drawn and cannot be worked out. */
  readonly code: string;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker, ids }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  const key = `account-${body.account}`;
  if (!(await store.load(inbox))) {
    const account = await store.load<Account>(key);
    const before = account?.value.totalCents ?? 0;
    const totalCents = before + body.amountCents;
    const reached = before < goalCents && totalCents >= goalCents;
    const value: Account = {
      ...account?.value,
      totalCents,
      ...(reached && { voucher: { orderId: body.orderId, code: ids.next(), isSent: false } }),
    };
    await store.commit(
      { key, value, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: {}, ifVersion: 'absent' },
    );
  }

  const account = await store.load<Account>(key);
  const voucher = account?.value.voucher;
  if (!account || !voucher || voucher.isSent) return;
  await broker.publish(
    'events',
    voucherFor(`goal-of-${body.account}`, { ...body, ...voucher }, voucher.code),
  );
  const value: Account = { ...account.value, voucher: { ...voucher, isSent: true } };
  await store.commit({ key, value, ifVersion: account.version });
}

/** A second attempt tells of it under the same id. */
function voucherFor(
  messageId: string,
  { account, orderId }: PaymentBooked,
  code: string,
): Outgoing<VoucherIssued> {
  return {
    messageId: `loyalty/${messageId}/VoucherIssued`,
    type: 'VoucherIssued',
    body: { account, orderId, code },
  };
}
