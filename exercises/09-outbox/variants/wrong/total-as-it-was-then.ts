// breaks one-code: the old total leads to the old decision, and the code is drawn again
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
    await broker.publish('events', voucherFor(messageId, body, ids.next()));
  }
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
