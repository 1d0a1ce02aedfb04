// differs: not the voucher is kept but the decision, and the voucher is made of it again
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

/** Kept under `inbox-<messageId>`. */
export interface Handled {
  /** Whether the goal was reached with this message. */
  readonly reached: boolean;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  let reached = (await store.load<Handled>(inbox))?.value.reached;

  if (reached === undefined) {
    const key = `account-${body.account}`;
    const account = await store.load<Account>(key);
    const before = account?.value.totalCents ?? 0;
    const after = before + body.amountCents;
    reached = before < goalCents && after >= goalCents;
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { totalCents: after }, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: { reached }, ifVersion: 'absent' },
    );
  }

  // Also for a copy: whoever crashed may have sent it or not, and Mail knows by the id which.
  if (reached) await broker.send('mail', voucherFor(messageId, body));
}

/** A second attempt sends it under the same id. */
function voucherFor(messageId: string, { account, orderId }: PaymentBooked): Outgoing<SendVoucher> {
  return {
    messageId: `loyalty/${messageId}/SendVoucher`,
    type: 'SendVoucher',
    body: { account, orderId },
  };
}
