// breaks one-code: the outbox keeps the voucher without its code, and each dispatch draws another
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

/** Kept under `inbox-<messageId>`: it is handled, and this is still to be sent on its behalf. */
export interface Handled {
  readonly outbox: readonly Outgoing<VoucherIssued>[];
}

/** The queue `loyalty`. */
export async function countPayment(
  { messageId, body }: Delivery<PaymentBooked>,
  { store, broker, ids }: Services,
): Promise<void> {
  const inbox = `inbox-${messageId}`;
  let outbox = (await store.load<Handled>(inbox))?.value.outbox;

  if (!outbox) {
    const key = `account-${body.account}`;
    const account = await store.load<Account>(key);
    const before = account?.value.totalCents ?? 0;
    const after = before + body.amountCents;
    const reached = before < goalCents && after >= goalCents;
    outbox = reached ? [voucherFor(messageId, body, '')] : [];
    // Refused if somebody was faster: then this message is delivered again.
    await store.commit(
      { key, value: { totalCents: after }, ifVersion: account?.version ?? 'absent' },
      { key: inbox, value: { outbox }, ifVersion: 'absent' },
    );
  }

  // Also for a copy: whoever crashed may have told of it or not, and the id says that it is the same.
  for (const message of outbox) {
    const issued: VoucherIssued = { ...message.body, code: ids.next() };
    await broker.publish('events', { ...message, body: issued });
  }
  if (outbox.length > 0) await store.commit({ key: inbox, value: { outbox: [] } });
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
