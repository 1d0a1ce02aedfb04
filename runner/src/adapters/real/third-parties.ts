/** The third parties of a scenario: a small server on loopback for each, and the webhooks that they send. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clone } from '../../../lab/clone.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import type { ThirdPartyRecord } from './outcome.ts';
import { answer, askedBy, bodyOf, headersOf } from './serving.ts';

export interface ThirdParties {
  /** Where each listens, by its host name. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly records: ReadonlyMap<string, ThirdPartyRecord>;
  close(): void;
}

/** A call to one of our processes, some time later. */
export interface Webhook {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly body: unknown;
}

export async function openThirdParties(
  { apis = {} }: Scenario,
  onWebhook: (webhook: Webhook) => void,
): Promise<ThirdParties> {
  const addresses: Record<string, string> = {};
  const records = new Map<
    string,
    ThirdPartyRecord & { calls: ThirdPartyRecord['calls'][number][] }
  >();
  const servers: Server[] = [];
  for (const [from, api] of Object.entries(apis)) {
    const state: unknown = clone(api.state);
    const calls: ThirdPartyRecord['calls'][number][] = [];
    records.set(from, { state, calls });
    const server = createServer((incoming, outgoing) => {
      const handle = async (): Promise<void> => {
        const { method = '', url: path = '/' } = incoming;
        const request = {
          method,
          path,
          headers: headersOf(incoming),
          body: await bodyOf(incoming),
        };
        const webhook = (to: string, where: string, body: unknown): void =>
          onWebhook({ from, to, path: where, body: clone(body) });
        // One step: nothing is awaited in here, so no two requests interleave.
        const response = clone(api.handle(clone(request), { state, webhook }));
        const by = String(incoming.headers[askedBy] ?? 'you');
        calls.push({ request, response, by, concerns: api.concerns?.(request) ?? '' });
        answer(outgoing, response);
      };
      handle().catch(() => outgoing.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    servers.push(server);
    addresses[from] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    addresses,
    records,
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
