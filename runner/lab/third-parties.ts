/** The third parties of a scenario: what each holds, what it was asked, and its own calls to our processes. */
import type { Chronicle } from './chronicle.ts';
import { clone } from './clone.ts';
import { child, type Pending, type Process, type Requester, type Task } from './execution.ts';
import { write } from './footprint.ts';
import type { Name } from './moves.ts';
import type { Program } from './program.ts';
import type { ApiCall } from './scenario.ts';
import type { HttpResponse } from './services.ts';
import type { Asking } from './services-of.ts';
import type { Site } from './source-line.ts';
import { answerText, bodyText } from './telling.ts';
import type { Change } from './verdict.ts';
import type { Knocking } from './visitor-of.ts';

/** How a third party comes to one of our processes. */
export interface Doors {
  processNamed(name: string, asker: string): Process;
  /** A call from outside, which nobody of ours waits for. */
  hang(
    call: Pick<Pending, 'name' | 'kind' | 'lane' | 'label' | 'footprint'> & {
      readonly apply: () => void;
    },
  ): void;
  /** The process takes up the request; what comes of it, the requester hears. */
  serve(process: Process, request: Knocking, requester: Requester): void;
}

export class ThirdParties {
  /** By host. */
  readonly states = new Map<string, unknown>();
  readonly calls = new Map<string, (ApiCall & { readonly concerns: string })[]>();
  private readonly program: Program;
  private readonly chronicle: Chronicle;
  private readonly doors: Doors;

  constructor(program: Program, chronicle: Chronicle, doors: Doors) {
    this.program = program;
    this.chronicle = chronicle;
    this.doors = doors;
    const { apis } = program.scenario;
    for (const host in apis) {
      this.states.set(host, clone(apis[host]?.state));
      this.calls.set(host, []);
    }
  }

  ask(task: Task, { name, host, request, concerns }: Asking, site: Site | undefined): HttpResponse {
    const state = this.states.get(host);
    let webhooks = 0;
    const webhook = (to: string, path: string, body: unknown): void => {
      const called = name.child(child.firstCall + webhooks);
      this.call(called, { host, to, path, body: clone(body) }, 1);
      webhooks += 1;
    };
    const api = this.program.scenario.apis![host]!;
    const response = clone(api.handle(clone(request), { state, webhook }));
    this.calls.get(host)?.push({ request, response, by: task.lane, concerns });
    if (this.chronicle.isKept) {
      const changes: Change[] = [{ kind: 'api', host, state: clone(state) }];
      const label = `${request.method} ${request.path}`;
      this.chronicle.tellCall(task, host, label, site, answerText(response), changes);
    }
    return response;
  }

  /** Calls one of our processes, until somebody there has answered with success. */
  private call(name: Name, webhook: Webhook, attempt: number): void {
    const { host, to, path, body } = webhook;
    const receiver = this.doors.processNamed(to, host);
    const label = `POST ${path}`;
    let deliveries = 0;
    this.doors.hang({
      name,
      kind: 'webhook',
      lane: host,
      label,
      footprint: [write(receiver.plan.memory)],
      apply: () => {
        deliveries += 1;
        const times = attempt + deliveries > 2 ? ' again' : '';
        if (this.chronicle.isKept) {
          const text = `${label}${times}${bodyText(body)}`;
          this.chronicle.tell({ kind: 'call', from: host, to, text });
        }
        const served = name.child(child.firstCall + deliveries);
        const again = (): void => {
          if (attempt < (this.program.scenario.deliveriesMost ?? 3)) {
            this.call(served.child(child.again), webhook, attempt + 1);
          }
        };
        const request = { name: served, method: 'POST', path, headers: {}, body: clone(body) };
        this.doors.serve(receiver, request, {
          lane: host,
          memory: undefined,
          looksAt: () => [],
          answer: ({ status }) => (status >= 200 && status <= 299 ? undefined : again()),
          lost: again,
        });
      },
    });
  }
}

interface Webhook {
  readonly host: string;
  readonly to: string;
  readonly path: string;
  readonly body: unknown;
}
