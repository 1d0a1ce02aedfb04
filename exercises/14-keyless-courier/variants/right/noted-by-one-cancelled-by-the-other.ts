// differs: nothing is taken for ours but what shipOrder records; who comes second, record or note, cancels
import type { Delivery, HttpClient, HttpRequest, HttpResponse, Services } from '#lab';

const courier = 'https://courier.example/shipments';

/** How far a shipment comes. It can be cancelled as long as it was not picked up. */
const course = ['created', 'picked-up', 'delivered', 'cancelled'] as const;
export type Status = (typeof course)[number];

/** A command of Orders, or of support, who may press the button again. */
export interface ShipOrder {
  readonly orderId: string;
  readonly address: string;
}

/** What the courier answers with. */
export interface Shipment {
  readonly shipmentId: string;
  readonly status: Status;
}

/** What the courier tells us: also twice, and in any order. */
export interface ShipmentChanged extends Shipment {
  /** The id of the order that it was made for. */
  readonly reference: string;
  /** Milliseconds since the epoch, by the clock of whoever scanned it. */
  readonly at: number;
}

/** Kept under `shipping-<orderId>`. The customer’s page shows `shipmentId`, and the status of that. */
export interface Shipping {
  readonly shipmentId?: string;
  /** How far each shipment for this order has come, by the courier’s word. */
  readonly statuses: Readonly<Record<string, Status>>;
}

/** The queue `shipping`. */
export async function shipOrder(
  { messageId, body }: Delivery<ShipOrder>,
  { store, http }: Services,
): Promise<void> {
  const { orderId } = body;
  // Who may call is decided here, before anybody does. Another message has nothing left to do.
  const claim = await store.load<string>(`claim-${orderId}`);
  if (claim && claim.value !== messageId) return;
  if (!claim) {
    await store.commit({ key: `claim-${orderId}`, value: messageId, ifVersion: 'absent' });
  }

  const key = `shipping-${orderId}`;
  const found = await store.load<Shipping>(key);
  const shipping: Shipping = found?.value ?? { statuses: {} };
  // An earlier attempt may have got through without an answer: the courier knows.
  const shipmentId =
    shipping.shipmentId ?? (await search(orderId, http)) ?? (await create(body, http));
  if (shipping.shipmentId === undefined) {
    await store.commit({
      key,
      value: { ...shipping, shipmentId },
      ifVersion: found?.version ?? 'absent',
    });
  }
  // Also when it was recorded before: whoever did so may not have come so far.
  for (const [other, status] of Object.entries(shipping.statuses)) {
    if (other !== shipmentId && status === 'created') {
      succeeded(await http.post(`${courier}/${other}/cancel`));
    }
  }
}

/** POST /webhooks/courier. The courier calls again until it is answered with success. */
export async function hearFromCourier(
  { body }: HttpRequest<never, ShipmentChanged>,
  { store, http }: Services,
): Promise<HttpResponse> {
  const { shipmentId, reference, status } = body;
  const key = `shipping-${reference}`;
  const found = await store.load<Shipping>(key);
  const shipping: Shipping = found?.value ?? { statuses: {} };
  // Where nobody knows yet which one is ours, shipOrder will find the note.
  const ours = shipping.shipmentId ?? shipmentId;
  // Not for a copy, nor when a later one has overtaken it.
  if (rankOf(status) > rankOf(shipping.statuses[shipmentId])) {
    const statuses = { ...shipping.statuses, [shipmentId]: status };
    await store.commit({
      key,
      value: { ...shipping, statuses },
      ifVersion: found?.version ?? 'absent',
    });
  }
  // Any other is one too many. Also for a copy: whoever heard of it before may not have come so far.
  if (shipmentId !== ours && status === 'created') {
    succeeded(await http.post(`${courier}/${shipmentId}/cancel`));
  }
  return { status: 200 };
}

function rankOf(status: Status | undefined): number {
  return status === undefined ? -1 : course.indexOf(status);
}

/** A live shipment for the order, if the courier has one. */
async function search(orderId: string, http: HttpClient): Promise<string | undefined> {
  const found = succeeded(await http.get(`${courier}?reference=${orderId}`)) as readonly Shipment[];
  return found.find(({ status }) => status !== 'cancelled')?.shipmentId;
}

/** Makes a new shipment with each call. */
async function create({ orderId, address }: ShipOrder, http: HttpClient): Promise<string> {
  const made = succeeded(await http.post(courier, { reference: orderId, address })) as Shipment;
  return made.shipmentId;
}

/** @throws Error when the courier did not do it */
function succeeded({ status, body }: HttpResponse): unknown {
  if (status >= 300) throw new Error(`the courier answers ${status}`);
  return body;
}
