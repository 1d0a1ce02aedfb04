// differs: who reached the goal with what is a fact about the account, sent until it is marked as sent
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
  /** For the order with which the goal was reached. */
  readonly voucher?: { readonly orderId: string; readonly isSent: boolean };
}

/** A fact of Payments. */
export interface PaymentBooked {
  readonly orderId: string;
  readonly account: string;
  readonly amountCents: number;
}

/** A command to Mail, which sends one letter for each message id. */
export interface SendVoucher {
  readonly account: string;
  /** With which the goal was reached: the letter says thank you for it. */
  readonly orderId: string;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker }: Services,
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
      ...(reached && { voucher: { orderId: body.orderId, isSent: false } }),
    };
    await store.commit(
      { key, value, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: {}, ifVersion: 'absent' },
    );
  }

  const account = await store.load<Account>(key);
  const voucher = account?.value.voucher;
  if (!account || !voucher || voucher.isSent) return;
  await broker.send('mail', voucherFor(`goal-of-${body.account}`, { ...body, ...voucher }));
  const value: Account = { ...account.value, voucher: { ...voucher, isSent: true } };
  await store.commit({ key, value, ifVersion: account.version });
}

/** A second attempt sends it under the same id. */
function voucherFor(messageId: string, { account, orderId }: PaymentBooked): Outgoing<SendVoucher> {
  return {
    messageId: `loyalty/${messageId}/SendVoucher`,
    type: 'SendVoucher',
    body: { account, orderId },
  };
}
