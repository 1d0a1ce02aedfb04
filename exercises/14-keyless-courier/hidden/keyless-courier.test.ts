import {
  judge,
  LostResponse,
  type Api,
  type HttpRequest,
  type HttpResponse,
  type Outcome,
  type Outgoing,
  type Scenario,
  type Services,
} from '#lab';

interface Shipment {
  readonly shipmentId: string;
  readonly reference: string;
  readonly address: string;
  readonly status: string;
}

/** What the courier knows. */
interface Ledger {
  shipments: readonly Shipment[];
}

interface ShipOrder {
  readonly orderId: string;
  readonly address: string;
}

/** What the customer sees: empty, as long as there is no shipment. */
interface Page {
  readonly shipmentId?: string;
  readonly status?: string;
}

const host = 'courier.example';
/** The courier's numbers: they do not grow, and a later one may come first in the alphabet. */
const numbers = ['K58', 'C407', 'R9', 'A31', 'Q220', 'B6', 'Z74', 'D15'];
const statuses = ['created', 'picked-up', 'delivered', 'cancelled'];

const shipping = { 'queue shipping': 'shipping.ts#shipOrder' };
const web = { 'POST /webhooks/courier': 'shipping.ts#hearFromCourier' };
/** As many as there may be webhooks at once, so that what one of them remembers is of no use to the next. */
const webs = { 'web #1': web, 'web #2': web, 'web #3': web };

interface Courier {
  /** What it has had for a long time; nobody will hear of it again. */
  readonly shipments?: readonly Shipment[];
  /** How far a shipment gets in the moment in which it is made. */
  readonly course?: readonly string[];
  /** Some cancellations are told, and others are not. */
  readonly tellsOfCancelling?: boolean;
}

function courier({
  shipments = [],
  course = ['created'],
  tellsOfCancelling = false,
}: Courier = {}): Api {
  return {
    state: { shipments } satisfies Ledger,
    handle({ method, path, body }, { state, webhook }) {
      const ledger: Ledger = state;
      let told = ledger.shipments.length;
      const tell = (shipment: Shipment, status: string): void => {
        told += 1;
        webhook(`web #${1 + (told % 3)}`, '/webhooks/courier', noticeOf({ ...shipment, status }));
      };

      if (method === 'GET') {
        const [, reference] = /^\/shipments\?reference=([\w-]+)$/.exec(path) ?? [];
        if (reference === undefined) return { status: 404 };
        const found = ledger.shipments.filter((each) => each.reference === reference);
        return { status: 200, body: found.map(answerOf) };
      }

      const [, cancelled] = /^\/shipments\/(\w+)\/cancel$/.exec(path) ?? [];
      const shipment = ledger.shipments.find(({ shipmentId }) => shipmentId === cancelled);
      if (shipment) {
        if (shipment.status !== 'created' && shipment.status !== 'cancelled') {
          return { status: 409 };
        }
        const changed = { ...shipment, status: 'cancelled' };
        ledger.shipments = ledger.shipments.map((each) => (each === shipment ? changed : each));
        if (tellsOfCancelling && shipment.status === 'created') tell(shipment, 'cancelled');
        return { status: 200 };
      }

      const shipmentId = numbers[ledger.shipments.length];
      if (path !== '/shipments' || shipmentId === undefined) return { status: 404 };
      const { reference, address } = body as Shipment;
      const made = { shipmentId, reference, address, status: course.at(-1) ?? 'created' };
      ledger.shipments = [...ledger.shipments, made];
      for (const status of course) tell(made, status);
      return { status: 201, body: answerOf(made) };
    },
  };
}

function answerOf({ shipmentId, status }: Shipment) {
  return { shipmentId, status };
}

function noticeOf({ shipmentId, reference, status }: Shipment) {
  // By the clocks of scanners: that of the van is ahead of that of the depot, and at the door it is slow.
  const minutes = { created: 0, 'picked-up': 20, delivered: -10, cancelled: -5 }[status] ?? 0;
  const at = Date.UTC(2026, 0, 5, 9, 30 + minutes);
  return { shipmentId, reference, status, at };
}

/** Of one order: the messages that wait, and what is promised. */
function order(
  body: ShipOrder,
  messageIds: readonly string[],
  api = courier(),
): Pick<Scenario, 'queued' | 'apis' | 'deliveriesMost' | 'promises'> {
  const { orderId, address } = body;
  const key = `shipping-${orderId}`;
  const before = (api.state as Ledger).shipments.filter(isLive);
  const shipmentsIn = (outcome: Outcome) => outcome.api<Ledger>(host).shipments;
  return {
    queued: { shipping: messageIds.map((messageId) => ship(messageId, body)) },
    apis: { [host]: api },
    // More than all faults and refused commits together: whoever throws is asked again.
    deliveriesMost: 5,
    promises: {
      'one-live-shipment': (outcome) => {
        const live = shipmentsIn(outcome).filter(isLive);
        if (live.length > 1) {
          // The document is looked at so that the story tells how we heard of each of them.
          const { shipmentId = 'none of them' } = pageOf(outcome.document(key)?.value);
          return `${idsOf(live)} are ${live.length > 2 ? 'all' : 'both'} on their way to ${address}, for one order, and the page of order ${orderId} shows ${shipmentId}`;
        }
        const [shipment] = live;
        if (!shipment) {
          const dead = shipmentsIn(outcome);
          const had = dead.length > 0 ? `, only ${idsOf(dead)}, cancelled` : '';
          const states = outcome.messages('shipping').map((m) => `${m.messageId} is ${m.state}`);
          return `${states.join(', ')}, and the courier has no live shipment for order ${orderId}${had}`;
        }
        if (shipment.address !== address) {
          return `order ${orderId} is for ${address}, and ${shipment.shipmentId} goes to ${String(shipment.address)}`;
        }
        return undefined;
      },

      'page-is-true': (outcome) => {
        const live = shipmentsIn(outcome).filter(isLive);
        if (live.length === 0) return undefined;
        const page = pageOf(outcome.document(key)?.value);
        const shown = live.find(({ shipmentId }) => shipmentId === page.shipmentId);
        if (!shown) {
          return `the page of order ${orderId} shows ${page.shipmentId ?? 'no shipment'}, and the one that comes is ${idsOf(live)}`;
        }
        // What nobody has told us of is no further than it must be.
        const status = page.status ?? 'created';
        if (status !== shown.status) {
          return `${shown.shipmentId} is ${shown.status}, and the page of order ${orderId} says ${status}`;
        }
        return undefined;
      },

      'never-backwards': (outcome) => {
        const pages = outcome.history(key).map(pageOf);
        for (const [index, { shipmentId, status }] of pages.entries()) {
          const before = pages[index - 1];
          if (before?.shipmentId === undefined) continue;
          if (before.shipmentId !== shipmentId) {
            return `the page of order ${orderId} showed ${before.shipmentId}, and then ${shipmentId ?? 'no shipment'}`;
          }
          if (rankOf(status) < rankOf(before.status)) {
            return `the page of order ${orderId} said ${before.status}, and then ${status ?? 'nothing'}`;
          }
        }
        return undefined;
      },

      'no-needless-shipment': (outcome) => {
        const failures =
          outcome.faults('crash') +
          outcome.faults('unknown outcome') +
          outcome.faults('lock expiry');
        const ours = outcome
          .calls(host)
          .filter(({ request }) => request.method === 'POST' && request.path === '/shipments')
          .filter(({ response, by }) => response.status === 201 && by !== 'site')
          .map(({ response }) => response.body as Shipment);
        const most = (before.length > 0 ? 0 : 1) + failures;
        if (ours.length <= most) return undefined;
        const failed = failures === 0 ? 'nothing had failed' : `only ${failures} thing had failed`;
        return before.length > 0
          ? `the courier had ${idsOf(before)} for order ${orderId}, and we booked ${idsOf(ours)} as well, although ${failed}`
          : `order ${orderId} was booked ${ours.length} times by us, as ${idsOf(ours)}, although ${failed}`;
      },
    },
  };
}

const quarry: ShipOrder = { orderId: '77', address: '6 Quarry Hill' };
const bookedByHand: Shipment = {
  shipmentId: 'K58',
  reference: quarry.orderId,
  address: quarry.address,
  status: 'created',
};
const bookedOnceMore: Pick<Scenario, 'processes' | 'traffic'> = {
  processes: { 'shipping #1': shipping, ...webs, site: { 'POST /bookings': book } },
  traffic: {
    support: async (visitor) => {
      const sent = await visitor.send('shipping', ship('ship-77', quarry));
      await sent.settled();
      try {
        await visitor.post('/bookings', { to: 'site', body: quarry });
      } catch (error) {
        if (!(error instanceof LostResponse)) throw error;
      }
    },
  },
};

judge(
  {
    ...order({ orderId: '7', address: '3 Mill Lane' }, ['ship-7']),
    name: 'an order is shipped (a call may go unanswered)',
    processes: { 'shipping #1': shipping, ...webs },
    faults: { unknownOutcomes: 1 },
    sometimes: {
      'the courier was asked again, because a call had gone unanswered': (outcome) =>
        outcome.faults('unknown outcome') > 0 &&
        outcome.calls(host).filter(({ request }) => request.method === 'GET').length > 1,
    },
  },
  {
    ...order({ orderId: '31', address: '8 Harbour Row' }, ['ship-31']),
    name: 'an order is shipped (a process may crash)',
    processes: { 'shipping #1': shipping, ...webs },
    faults: { crashes: 1 },
  },
  {
    ...order({ orderId: '45', address: '2 Orchard Street' }, ['ship-45', 'again-45']),
    name: 'the button was pressed twice, and two processes take a message each',
    processes: { 'shipping #1': shipping, 'shipping #2': shipping, ...webs },
  },
  {
    ...order(
      { orderId: '58', address: '11 Canal Walk' },
      ['ship-58'],
      courier({
        shipments: [
          { shipmentId: 'K58', reference: '58', address: '11 Canal Walk', status: 'cancelled' },
          { shipmentId: 'C407', reference: '58', address: '11 Canal Walk', status: 'created' },
        ],
      }),
    ),
    name: 'support booked by hand last week, at the second attempt (a lock may expire)',
    processes: { 'shipping #1': shipping, 'shipping #2': shipping, ...webs },
    faults: { lockExpiries: 1 },
  },
  {
    ...order(
      { orderId: '60', address: '5 Station Square' },
      ['ship-60'],
      courier({ course: ['created', 'picked-up'] }),
    ),
    name: 'a courier who picks up while the order is being shipped',
    processes: { 'shipping #1': shipping, ...webs },
  },
  {
    ...order(
      { orderId: '64', address: '9 Weir Close' },
      ['ship-64'],
      courier({ course: ['created', 'delivered'] }),
    ),
    name: 'a courier who is faster than the calls that tell of it',
    processes: { 'shipping #1': shipping, ...webs },
  },
  {
    ...order({ orderId: '66', address: '1 Tanner’s Yard' }, ['ship-66']),
    name: 'the courier or the broker delivers once more',
    processes: { 'shipping #1': shipping, ...webs },
    faults: { duplicateDeliveries: 1 },
    // Enough for every right answer that we know; a wrong one may go on booking and cancelling.
    search: { schedulesMost: 15_000 },
  },
  {
    ...order(quarry, [], courier({ shipments: [bookedByHand] })),
    ...bookedOnceMore,
    name: 'support books by hand what was shipped (a process may crash)',
    faults: { crashes: 1 },
    toldLast: true,
  },
  {
    ...order(quarry, [], courier({ shipments: [bookedByHand], tellsOfCancelling: true })),
    ...bookedOnceMore,
    name: 'support books by hand what was shipped (the courier may be unavailable)',
    faults: { unavailable: 1 },
    toldLast: true,
  },
);

/** The courier’s own website. */
async function book(
  { body: { orderId: reference, address } }: HttpRequest<never, ShipOrder>,
  { http }: Services,
): Promise<HttpResponse> {
  return http.post(`https://${host}/shipments`, { reference, address });
}

function ship(messageId: string, body: ShipOrder): Outgoing {
  return { messageId, type: 'ShipOrder', body };
}

function pageOf(document: unknown): Page {
  const { shipmentId, statuses } = (document ?? {}) as {
    readonly shipmentId?: string;
    readonly statuses?: Readonly<Record<string, string>>;
  };
  if (shipmentId === undefined) return {};
  const status = statuses?.[shipmentId];
  return { shipmentId, ...(status !== undefined && { status }) };
}

function isLive({ status }: Shipment): boolean {
  return status !== 'cancelled';
}

function rankOf(status: string | undefined): number {
  return statuses.indexOf(status ?? '');
}

function idsOf(shipments: readonly Shipment[]): string {
  return shipments.map(({ shipmentId }) => shipmentId).join(' and ');
}
