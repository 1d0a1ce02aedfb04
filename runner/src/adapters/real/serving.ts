/**
 * One process of a scenario on real parts: it listens on loopback, competes for messages, and gives each handler its
 * services. What may go wrong at a call is asked of its fate, at the same points as in the lab.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { clone } from '../../../lab/clone.ts';
import { MistakeError, thrownText } from '../../../lab/mistake.ts';
import { handlerOf, type ProcessPlan, type Program, type Target } from '../../../lab/program.ts';
import {
  ConcurrencyError,
  LockLostError,
  UnknownOutcomeError,
  type Delivery,
  type Document,
  type Headers,
  type HttpResponse,
  type Outgoing,
  type RequestOptions,
  type Services,
  type Write,
} from '../../../lab/services.ts';
import { mustBeInOneDatabase, mustBeKey } from '../../../lab/services-of.ts';
import { answerText, documentText } from '../../../lab/telling.ts';
import type { FaultKind, Mistake } from '../../../lab/verdict.ts';
import type { Consumer, DurableBroker, DurableStore, Lease } from './parts.ts';
import { decode, encode } from './values.ts';

/** What may go wrong, and who hears what happens. */
export interface Surroundings {
  /** Whether this fault happens here; after a crash it never resolves. */
  strikes(fault: FaultKind, where: string): Promise<boolean>;
  /** Either way is possible; which? */
  coin(): boolean;
  /** So much later than it could the broker delivers what is sent now. In ms; 0 most of the time. */
  delay(): number;
  tell(who: string, text: string, isFault?: boolean): void;
  /** How many requests and deliveries are in hand now. */
  busy(count: number): void;
  refusedCommit(): void;
  mistake(mistake: Mistake): void;
}

export interface ServingOptions {
  readonly program: Program;
  readonly plan: ProcessPlan;
  readonly store: DurableStore;
  readonly broker: DurableBroker;
  readonly now: () => number;
  readonly apis: Readonly<Record<string, string>>;
  readonly boot: number;
  readonly port: number;
  readonly around: Surroundings;
}

export interface Serving {
  /** Undefined where it serves no route. */
  readonly port: number | undefined;
  /** Rejects when one of the parts fails. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

/** Ids are made of a letter, the boot and a count: short ones first, and none twice. */
const shortIdsOfBoot = 1_000;
const idsOfBoot = 1_000_000_000;
/** More of a request's body is nobody's. In bytes. */
const bodyMost = 1_000_000;
/** How long a call is on its way that takes effect after its caller has given up. In ms. */
const onItsWayMs = 20;
/** Whose process asks a third party, where no learner would look. */
export const askedBy = 'x-kata-process';
/** Which person of the scenario asks. */
export const fromPerson = 'x-kata-person';

export async function serve(options: ServingOptions): Promise<Serving> {
  const { program, plan, broker, around } = options;
  const instance = program.subject.boot();
  let inHand = 0;
  let made = 0;
  const nextNumber = (): number => {
    made += 1;
    const { boot } = options;
    return made < shortIdsOfBoot ? boot * shortIdsOfBoot + made : (boot + 1) * idsOfBoot + made;
  };
  const count = (by: 1 | -1): void => {
    inHand += by;
    around.busy(inHand);
  };

  async function run(target: Target, input: unknown, services: Services): Promise<unknown> {
    try {
      return await handlerOf(target, instance)(input, services);
    } catch (error) {
      if (error instanceof MistakeError) around.mistake(error.mistake);
      throw error;
    }
  }
  const threw = (error: unknown): void =>
    around.tell(plan.name, `throws ${thrownText(error)}`, false);

  async function handleRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '/' } = incoming;
    const path = url.replace(/\?.*$/, '');
    const found = routeFor(plan, method, path);
    if (!found) {
      answer(outgoing, { status: 404, body: `${plan.name} has no route for ${method} ${path}` });
      return;
    }
    count(1);
    try {
      const body = await bodyOf(incoming);
      const person = incoming.headers[fromPerson];
      around.tell(plan.name, `${method} ${path}${person ? ` from ${String(person)}` : ''}`);
      const response = await responseTo(found, {
        method,
        path,
        headers: headersOf(incoming),
        body,
      });
      await around.strikes('crash', `${response.status} is answered`);
      if (await around.strikes('lost response', answerText(response))) {
        outgoing.destroy();
        return;
      }
      answer(outgoing, response);
      around.tell(plan.name, answerText(response));
    } finally {
      count(-1);
    }
  }

  async function responseTo(
    { target, params }: Found,
    request: { method: string; path: string; headers: Headers; body: unknown },
  ): Promise<HttpResponse> {
    try {
      const input = { ...request, params };
      const services = servicesOf(options, { nextNumber, count });
      return mustBeResponse(target, await run(target, input, services));
    } catch (error) {
      threw(error);
      return { status: 500 };
    }
  }

  const server = plan.routes.length > 0 ? createServer() : undefined;
  server?.on('request', (incoming, outgoing) => {
    handleRequest(incoming, outgoing).catch(() => outgoing.destroy());
  });
  if (server) await listening(server, options.port);

  let consumer: Consumer | undefined;
  if (plan.queues.size > 0) {
    consumer = broker.consume([...plan.queues.keys()], plan.name, async (lease) => {
      count(1);
      const { messageId, type, queue, deliveries } = lease.message;
      const again = deliveries === 1 ? '' : ` again (${deliveries})`;
      around.tell(plan.name, `gets ${type} ${messageId}${again}`);
      const delivery = deliveryOf(options, lease);
      const services = servicesOf(options, { nextNumber, count }, lease);
      let how: 'complete' | 'abandon' = 'complete';
      try {
        await run(plan.queues.get(queue)!, delivery.given, services);
      } catch (error) {
        threw(error);
        how = 'abandon';
      }
      const done = (): void => count(-1);
      if (delivery.isSettled()) return { how: 'none', done };
      await around.strikes('crash', `${how} ${messageId}`);
      const loses =
        how === 'complete' && (await around.strikes('duplicate delivery', `complete ${messageId}`));
      return {
        how: loses ? 'lose' : how,
        done(lost) {
          const refused = lost ? ': refused, its lock was lost' : '';
          around.tell(plan.name, `${how} ${messageId}${refused}`);
          done();
        },
      };
    });
  }
  const never = new Promise<never>(() => {});
  return {
    port: server && (server.address() as AddressInfo).port,
    failed: consumer?.failed ?? never,
    async close() {
      await consumer?.close();
      server?.closeAllConnections();
      if (server) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @throws what the system says, unless the port is taken: then it listens on another */
async function listening(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  const listen = (on: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(on, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(port).catch((error: NodeJS.ErrnoException) => {
    if (port === 0 || error.code !== 'EADDRINUSE') throw error;
    return listen(0);
  });
}

// Services

/** What all handlers of a process share. */
interface Shared {
  readonly nextNumber: () => number;
  /** Something more is in hand, or less. */
  readonly count: (by: 1 | -1) => void;
}

function servicesOf(
  options: ServingOptions,
  { nextNumber, count }: Shared,
  lease?: Lease,
): Services {
  const { program, plan, store, broker, around, now, apis } = options;
  const { scenario } = program;
  const tell = (text: string): void => around.tell(plan.name, text);

  /** A call that changes something, and may be cut off before, behind, or without a word. */
  async function call<T>(label: string, effect: () => Promise<T>): Promise<T> {
    await lapse(around, plan.name, lease, label);
    await around.strikes('crash', label);
    const isUnknown = await around.strikes('unknown outcome', label);
    if (isUnknown && around.coin()) {
      if (around.coin()) takeEffectLater(label, effect);
      throw new UnknownOutcomeError(label);
    }
    const result = await effect().catch((error: unknown) => {
      if (isUnknown) throw new UnknownOutcomeError(label);
      throw error;
    });
    if (isUnknown) throw new UnknownOutcomeError(label);
    return result;
  }

  /** Nobody hears whether it did; a crash before then, and it never does. */
  function takeEffectLater(label: string, effect: () => Promise<unknown>): void {
    count(1);
    around.tell(plan.name, `${label} is still on its way`, true);
    setTimeout(() => {
      effect()
        .catch(() => {})
        .finally(() => count(-1));
    }, onItsWayMs);
  }

  const send = (label: string, queues: readonly string[], message: Outgoing): Promise<void> => {
    const sent = clone(message);
    const { messageId = `m-${plan.letter}${nextNumber()}` } = sent;
    return call(label, async () => {
      const late = around.delay();
      const delaySeconds = (sent.delaySeconds ?? 0) + late / 1_000;
      await broker.send(queues, { ...sent, messageId, delaySeconds }, plan.name);
      tell(`${label} ${messageId}`);
      if (late > 0) around.tell('broker', `delivers ${messageId} late, by ${late} ms`, true);
    });
  };

  const ask = async (
    method: string,
    url: string,
    body: unknown,
    { headers = {} }: RequestOptions = {},
  ): Promise<HttpResponse> => {
    const [, host = '', path = '/'] = /^https?:\/\/([^/]+)(\/.*)?$/.exec(url) ?? [];
    const api = apis[host];
    if (api === undefined) throw new TypeError(`${url} cannot be reached`);
    const label = `${method} ${path}`;
    return call(label, async () => {
      if (await around.strikes('unavailable', label)) return { status: 503 };
      const asked = { ...headers, [askedBy]: plan.name };
      const response = await exchange(method, `${api}${path}`, body, asked);
      tell(`${label} ${host}: ${answerText(response)}`);
      return response;
    });
  };

  return {
    store: {
      load: async <T>(key: string) => {
        mustBeKey(key, 'load');
        await lapse(around, plan.name, lease, `load ${key}`);
        const found = (await store.load(key)) as Document<T> | undefined;
        tell(`load ${key}: ${found ? documentText(found) : 'not there'}`);
        return found;
      },
      commit: async (...given: Write[]) => {
        const writes = clone(given);
        for (const { key } of writes) mustBeKey(key, 'commit');
        mustBeInOneDatabase(writes, scenario.databases ?? []);
        await call('commit', async () => {
          try {
            const now = await store.commit(writes);
            tell(`commit ${now.map((each, at) => documentText(each, writes[at]!.key)).join(', ')}`);
          } catch (error) {
            if (error instanceof ConcurrencyError) {
              around.refusedCommit();
              tell(`commit refused: ${error.message}`);
            }
            throw error;
          }
        });
      },
    },
    broker: {
      send: (queue: string, message: Outgoing) => send(`send ${message.type}`, [queue], message),
      publish: async (topic: string, message: Outgoing) => {
        const queues = scenario.topics?.[topic];
        if (!queues) throw new Error(`the broker has no topic ${topic}`);
        return send(`publish ${message.type}`, queues, message);
      },
    },
    http: {
      get: (url, options_) => ask('GET', url, undefined, options_),
      post: (url, body, options_) => ask('POST', url, clone(body), options_),
    },
    clock: { now },
    ids: { next: () => `${plan.letter}${nextNumber()}` },
  };
}

/** The lock of a delivery may run out while its handler is still at it. */
async function lapse(
  around: Surroundings,
  who: string,
  lease: Lease | undefined,
  before: string,
): Promise<void> {
  if (!lease || !(await around.strikes('lock expiry', before))) return;
  await lease.expire();
  around.tell(who, `is slow, and the lock of ${lease.message.messageId} runs out`, true);
}

function deliveryOf(
  { plan, around }: ServingOptions,
  lease: Lease,
): { readonly given: Delivery; isSettled(): boolean } {
  const { messageId, type, body, headers, deliveries } = lease.message;
  let isSettled = false;
  const settle = async (label: string, how: () => Promise<void>, ends = true): Promise<void> => {
    await lapse(around, plan.name, lease, label);
    await around.strikes('crash', label);
    if (isSettled) throw new LockLostError(messageId);
    await how();
    isSettled = ends;
    around.tell(plan.name, label);
  };
  const given: Delivery = {
    messageId,
    type,
    body,
    headers,
    deliveryCount: deliveries,
    get lockedUntil() {
      return lease.lockedUntil;
    },
    complete: () =>
      settle(`complete ${messageId}`, async () => {
        const loses = await around.strikes('duplicate delivery', `complete ${messageId}`);
        await (loses ? lease.lose() : lease.complete());
      }),
    abandon: () => settle(`abandon ${messageId}`, () => lease.abandon()),
    deadLetter: (reason) =>
      settle(`dead-letter ${messageId} “${reason}”`, () => lease.deadLetter(reason)),
    renewLock: () => settle(`renew ${messageId}`, () => lease.renew(), false),
  };
  return { given, isSettled: () => isSettled };
}

// HTTP

interface Found {
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
}

function routeFor({ routes }: ProcessPlan, method: string, path: string): Found | undefined {
  for (const { method: wanted, pattern, target } of routes) {
    const match = method === wanted ? pattern.exec(path) : null;
    if (match) return { target, params: { ...match.groups } };
  }
  return undefined;
}

/** @throws TypeError where it is no answer */
function mustBeResponse({ name }: Target, value: unknown): HttpResponse {
  const { status } = (value ?? {}) as { status?: unknown };
  if (typeof status === 'number' && status >= 200 && status <= 599 && Number.isInteger(status)) {
    const { body, headers } = value as HttpResponse;
    encode(body, `the answer of ${name}`);
    return { status, ...(headers && { headers }), body };
  }
  const text = inspect(value, { depth: 1, breakLength: Infinity });
  throw new TypeError(`${name} returned ${text}, not an answer with a status`);
}

export function answer(
  outgoing: ServerResponse,
  { status, headers = {}, body }: HttpResponse,
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(encode(body, 'the answer'));
}

/** What HTTP itself adds is nobody's fact. */
const ofTransport =
  /^(host|connection|content-length|content-type|transfer-encoding|keep-alive|x-kata-\w+)$/i;

/** As they were written: the lab does not change their letters either. */
export function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (!ofTransport.test(name)) headers[name] = rawHeaders[at + 1]!;
  }
  return headers;
}

/** Undefined where there is none; text that is no JSON is a text. */
export async function bodyOf(incoming: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of incoming.setEncoding('utf8')) {
    text += String(part);
    if (text.length > bodyMost) throw new RangeError('the body is too long');
  }
  try {
    return decode(text);
  } catch {
    return text;
  }
}

/** One request over a connection of its own. @throws what the system says when no answer comes */
export async function exchange(
  method: string,
  url: string,
  body: unknown,
  headers: Headers,
): Promise<HttpResponse> {
  const text = encode(body, `the body of ${method} ${url}`);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(url, {
      method,
      agent: false,
      headers: { ...(text !== '' && { 'content-type': 'application/json' }), ...headers },
    });
    outgoing.on('response', resolve).on('error', reject).end(text);
  });
  const answered = await bodyOf(incoming);
  return { status: incoming.statusCode ?? 0, headers: headersOf(incoming), body: answered };
}
