// differs: the account keeps its payments in their order, so that a copy finds the total as it was
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
  /** What the total was after each payment. */
  readonly payments?: readonly { readonly messageId: string; readonly afterCents: number }[];
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
  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const { totalCents = 0, payments = [] } = account?.value ?? {};
  const known = payments.find((each) => each.messageId === messageId);
  const after = known?.afterCents ?? totalCents + body.amountCents;
  if (!known) {
    const value: Account = {
      totalCents: after,
      payments: [...payments, { messageId, afterCents: after }],
    };
    await store.commit({ key, value, ifVersion: account?.version ?? 'absent' });
  }
  if (after - body.amountCents < goalCents && after >= goalCents) {
    await broker.send('mail', voucherFor(messageId, body));
  }
}

/** A second attempt sends it under the same id. */
function voucherFor(messageId: string, { account, orderId }: PaymentBooked): Outgoing<SendVoucher> {
  return {
    messageId: `loyalty/${messageId}/SendVoucher`,
    type: 'SendVoucher',
    body: { account, orderId },
  };
}
