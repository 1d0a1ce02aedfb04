// breaks no-needless-shipment: two messages find that there is none, and both book
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
  { body }: Delivery<ShipOrder>,
  { store, http }: Services,
): Promise<void> {
  const { orderId } = body;
  const key = `shipping-${orderId}`;
  const found = await store.load<Shipping>(key);
  const shipping: Shipping = found?.value ?? { statuses: {} };
  if (shipping.shipmentId !== undefined) return;
  // An earlier attempt may have got through without an answer: the courier knows.
  const shipmentId = (await search(orderId, http)) ?? (await create(body, http));
  await store.commit({
    key,
    value: { ...shipping, shipmentId },
    ifVersion: found?.version ?? 'absent',
  });
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
  // The first that we hear of is ours. This is decided once, by a commit: here, or in shipOrder.
  const ours = shipping.shipmentId ?? shipmentId;
  // Not for a copy, nor when a later one has overtaken it.
  if (rankOf(status) > rankOf(shipping.statuses[shipmentId])) {
    const statuses = { ...shipping.statuses, [shipmentId]: status };
    await store.commit({
      key,
      value: { shipmentId: ours, statuses },
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
