// breaks one-code: that there is a voucher is kept, and which code it has is drawn by every attempt
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

/** A fact of ours, for Mail and for the shop. Each drops a message whose id it has seen before. */
export interface VoucherIssued {
  readonly account: string;
  /** With which the goal was reached: the letter says thank you for it. */
  readonly orderId: string;
  /** As good as money for whoever knows it, so it is drawn and cannot be worked out. */
  readonly code: string;
}

/** Kept under `inbox-<messageId>`. */
export interface Handled {
  /** Whether the goal was reached with this message. */
  readonly reached: boolean;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker, ids }: Services,
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

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  if (reached) await broker.publish('events', voucherFor(messageId, body, ids.next()));
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
