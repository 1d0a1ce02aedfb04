// breaks no-other-voucher: two payments both find the goal ahead, and only one of them is committed
import type { Delivery, Outgoing, Services } from '#lab';

/** Whoever reaches so much in all gets a voucher. */
const goalCents = 10_000;

/** Kept under `account-<name>`. */
export interface Account {
  readonly totalCents: number;
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
  const isCopy = (await store.load(inbox)) !== undefined;

  const key = `account-${body.account}`;
  const account = await store.load<Account>(key);
  const before = account?.value.totalCents ?? 0;
  const after = isCopy ? before : before + body.amountCents;
  if (before < goalCents && after >= goalCents) {
    await broker.send('mail', voucherFor(messageId, body));
  }
  if (!isCopy) {
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { totalCents: after }, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: {}, ifVersion: 'absent' },
    );
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
