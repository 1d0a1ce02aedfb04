// differs: what the first attempt read and drew is kept, and each attempt decides on it anew
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

/** Kept under `inbox-<messageId>`: it is handled, and this is what the first attempt had before it. */
export interface Handled {
  readonly beforeCents: number;
  readonly code: string;
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker, ids }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  let found = (await store.load<Handled>(inbox))?.value;

  if (!found) {
    const key = `account-${body.account}`;
    const account = await store.load<Account>(key);
    found = { beforeCents: account?.value.totalCents ?? 0, code: ids.next() };
    const totalCents = found.beforeCents + body.amountCents;
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { totalCents }, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: found, ifVersion: 'absent' },
    );
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  const { beforeCents, code } = found;
  if (beforeCents < goalCents && beforeCents + body.amountCents >= goalCents) {
    await broker.publish('events', voucherFor(messageId, body, code));
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
