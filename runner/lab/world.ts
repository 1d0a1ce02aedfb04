/**
 * One execution of a scenario: processes, people and the store, stepped from outside.
 * Every call on a service waits as a transition until the explorer performs it, and between two
 * transitions exactly one actor runs.
 */
import { MistakeError } from './mistake.ts';
import {
  LostResponse,
  type Answer,
  type Outcome,
  type PostOptions,
  type Routes,
  type Scenario,
} from './scenario.ts';
import {
  ConcurrencyError,
  type Document,
  type HttpRequest,
  type HttpResponse,
  type Services,
  type Write,
} from './services.ts';
import { at, callSite, throwSite, type Instance, type Subject } from './subject.ts';
import type { SourceLine, Step } from './verdict.ts';

/** Something that can happen next. The explorer picks one; the world performs it. */
export interface Transition {
  /** The same in every execution that has the same past of this actor. */
  readonly id: string;
  /** What it touches: two transitions are independent when neither writes what the other touches. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** A fault is possible only within the scenario's bound. */
  readonly fault: boolean;
  perform(): void;
}

export interface World {
  /** What can happen now, in a fixed order. Empty: the execution is over. */
  enabled(): readonly Transition[];
  /** Performs one of them and lets the code run until everything waits again. */
  step(transition: Transition): Promise<void>;
  outcome(): Outcome;
  /** Filled only when recording. */
  readonly steps: readonly Step[];
}

/** More steps than this in one execution: the code does not come to an end. */
const stepsMax = 500;

/** Boots the processes and lets the people begin. @throws MistakeError */
export async function openWorld(
  scenario: Scenario,
  subject: Subject,
  recording: boolean,
): Promise<World> {
  const { givenVersion = 1 } = scenario;
  const documents = new Map<string, Document<unknown>>();
  for (const [key, value] of Object.entries(scenario.given)) {
    documents.set(key, { key, value: structuredClone(value), version: givenVersion });
  }
  const instances = new Map<string, Instance>();
  const pending: Waiting[] = [];
  /** Requests under way, each with its handler. */
  const running = new Map<string, string>();
  const answers = new Map<string, Answer[]>();
  const steps: Step[] = [];
  const sequence = new Map<string, number>();
  let mistake: MistakeError | undefined;
  let performed = 0;
  let refusedCommits = 0;
  const lostResponsesMost = scenario.faults?.lostResponses ?? 0;
  let lostResponses = 0;

  const count = (name: string): number => {
    const next = (sequence.get(name) ?? 0) + 1;
    sequence.set(name, next);
    return next;
  };
  const note = (step: Step): void => {
    if (recording) steps.push(step);
  };
  const source = (): { at?: SourceLine } => at(callSite(subject.folder));

  /** Hangs a call of `actor` into the world until the explorer lets it happen. */
  function call<T>(
    actor: string,
    { text, at: place, reads = [], writes = [] }: Call,
    variants: Record<string, () => T>,
  ): Promise<T> {
    const id = `${actor}:${count(actor)}`;
    return new Promise<T>((resolve, reject) => {
      const withdraw = (): void => {
        for (let index = pending.length - 1; index >= 0; index -= 1) {
          if (pending[index]?.id.startsWith(`${id}:`)) pending.splice(index, 1);
        }
      };
      for (const [variant, effect] of Object.entries(variants)) {
        pending.push({
          id: `${id}:${variant}`,
          actor,
          text,
          ...at(place),
          reads,
          writes: [actor, ...writes, ...(variant === 'ok' ? [] : ['faults'])],
          fault: variant !== 'ok',
          perform() {
            withdraw();
            try {
              resolve(effect());
            } catch (error) {
              reject(error);
            }
          },
        });
      }
    });
  }

  function servicesFor(process: string, task: string, instance: string): Services {
    const memory = `memory of ${process}`;
    return {
      store: {
        load<T>(key: string): Promise<Document<T> | undefined> {
          const here = source();
          return call(
            task,
            { text: `load ${key}`, ...here, reads: [`document ${key}`], writes: [memory] },
            {
              ok: () => {
                const found = documents.get(key) as Document<T> | undefined;
                const effect = found ? version(found) : 'not there';
                note({
                  kind: 'call',
                  from: process,
                  to: 'store',
                  text: `load ${key}`,
                  effect,
                  ...here,
                });
                return found && { ...found, value: structuredClone(found.value) };
              },
            },
          );
        },
        async commit(...writes: Write[]): Promise<void> {
          const here = source();
          const kept = structuredClone(writes);
          const touched = kept.map((write) => `document ${write.key}`);
          await call(
            task,
            { text: 'commit', ...here, writes: [memory, ...touched] },
            {
              ok: () => {
                const refusal = kept
                  .map((write) => conflict(documents, write))
                  .find((error) => error);
                if (refusal) {
                  refusedCommits += 1;
                  const actual = documents.get(refusal.key);
                  const now = actual ? version(actual) : 'not there';
                  const effect = `refused: ${refusal.key} is ${now}, not ${expected(refusal)}`;
                  note({
                    kind: 'call',
                    from: process,
                    to: 'store',
                    text: 'commit',
                    effect,
                    ...here,
                  });
                  throw refusal;
                }
                for (const write of kept) apply(documents, write);
                const effect = kept.map((write) => effectOf(documents, write)).join(', ');
                note({ kind: 'call', from: process, to: 'store', text: 'commit', effect, ...here });
              },
            },
          );
        },
      },
      ids: { next: () => `${instance}${count(`ids of ${process}`)}` },
    };
  }

  /** A process takes up a request: its handler runs, and its answer waits to be sent. */
  function serve(
    process: string,
    request: Omit<HttpRequest, 'params'>,
    person: string,
    looksAt: PostOptions['looksAt'],
  ): Promise<Answer> {
    const route = matchRoute(scenario.processes[process] ?? {}, request);
    const task = `${process} request ${count(`requests of ${process}`)}`;
    const letter = String.fromCharCode(97 + Object.keys(scenario.processes).indexOf(process));
    const services = servicesFor(process, task, letter);
    const instance = instances.get(process);
    if (!instance) throw new Error(`no process ${process}`);
    running.set(task, route.target);
    return new Promise<Answer>((resolve, reject) => {
      void (async () => {
        let response: HttpResponse;
        let text: string;
        try {
          const handler = instance.handler(route.file, route.name);
          const given = structuredClone({ ...request, params: route.params });
          response = structuredClone(checkResponse(route, await handler(given, services)));
          text = answerText(response);
        } catch (error) {
          if (error instanceof MistakeError) {
            mistake ??= error;
            return;
          }
          const thrown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
          note({
            kind: 'note',
            on: process,
            text: `throws ${thrown}`,
            ...at(throwSite(subject.folder, error)),
          });
          response = { status: 500 };
          text = answerText(response);
        }
        const floating = pending.find(({ actor }) => actor === task);
        if (floating) {
          mistake ??= floatingPromise(route, floating);
          return;
        }
        const { status, body } = response;
        const keys = looksAt?.({ status, body }) ?? [];
        await call(
          task,
          { text, reads: keys.map((key) => `document ${key}`), writes: [person] },
          {
            ok: () => {
              note({ kind: 'answer', from: process, to: person, text });
              const found = new Map<string, Document<unknown>>();
              for (const key of keys) {
                const document = documents.get(key);
                if (document) found.set(key, structuredClone(document));
              }
              resolve({ path: request.path, status, body, found });
            },
            lost: () => {
              lostResponses += 1;
              note({ kind: 'fault', on: process, text: `the answer ${text} is lost on its way` });
              reject(new LostResponse());
            },
          },
        );
        running.delete(task);
      })();
    });
  }

  for (const process of Object.keys(scenario.processes)) {
    instances.set(
      process,
      subject.boot((error) => (mistake ??= error)),
    );
    for (const target of Object.values(scenario.processes[process] ?? {})) {
      const [file = '', name = ''] = target.split('#');
      instances.get(process)?.handler(file, name);
    }
  }
  const failures: unknown[] = [];
  const people = Object.entries(scenario.traffic).map(async ([person, act]) => {
    const seen: Answer[] = [];
    answers.set(person, seen);
    try {
      await act({
        async post(path, { to, body, looksAt }) {
          const request = { method: 'POST', path, body };
          const served = await call(
            person,
            { text: `POST ${path}`, writes: [`memory of ${to}`] },
            {
              ok: () => {
                note({ kind: 'call', from: person, to, text: `POST ${path}` });
                return { answer: serve(to, request, person, looksAt) };
              },
            },
          );
          const answer = await served.answer;
          seen.push(answer);
          return answer;
        },
      });
    } catch (error) {
      if (!(error instanceof LostResponse)) failures.push(error);
    }
  });
  let leftAlone = false;
  void Promise.all(people).then(() => (leftAlone = true));
  await quiet();

  /** The handler to name when an execution does not come to its end. */
  function busiest(): string {
    const [first] = running.values();
    const [bound] = Object.values(scenario.processes).flatMap((routes) => Object.values(routes));
    return first ?? bound ?? '';
  }

  function mustBeSound(): void {
    if (mistake) throw mistake;
    if (failures.length > 0) throw failures[0];
    if (pending.length > 0 || leftAlone) return;
    throw neverSettles(busiest(), 'it waits for something that nobody will ever do');
  }
  mustBeSound();

  return {
    steps,
    enabled: () =>
      pending
        .filter(({ fault }) => !fault || lostResponses < lostResponsesMost)
        .toSorted((a, b) => compare(a.id, b.id)),
    async step(transition) {
      performed += 1;
      if (performed > stepsMax) {
        throw neverSettles(busiest(), `it makes more than ${stepsMax} calls`);
      }
      transition.perform();
      await quiet();
      mustBeSound();
    },
    outcome: () => ({
      documents: <T>(prefix: string) =>
        [...documents.values()]
          .filter((document): document is Document<T> => document.key.startsWith(prefix))
          .toSorted((a, b) => compare(a.key, b.key)),
      document: <T>(key: string) => documents.get(key) as Document<T> | undefined,
      answers: (person) =>
        person === undefined ? [...answers.values()].flat() : (answers.get(person) ?? []),
      refusedCommits,
      lostResponses,
    }),
  };
}

/** What is known of a call on a service: its text for a reader, its line, and what it touches. */
interface Call {
  readonly text: string;
  readonly at?: SourceLine;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
}

interface Waiting extends Transition {
  readonly actor: string;
  readonly text: string;
  readonly at?: SourceLine;
}

/**
 * Resolves when every promise that can run without the world has run: Node takes up the next tick
 * only after the whole queue of microtasks is empty.
 */
function quiet(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}

function conflict(
  documents: ReadonlyMap<string, Document<unknown>>,
  write: Write,
): ConcurrencyError | undefined {
  if (write.ifVersion === undefined) return undefined;
  const actual = documents.get(write.key)?.version ?? 'absent';
  return actual === write.ifVersion
    ? undefined
    : new ConcurrencyError(write.key, write.ifVersion, actual);
}

function apply(documents: Map<string, Document<unknown>>, write: Write): void {
  if ('delete' in write) documents.delete(write.key);
  else {
    const { key, value } = write;
    documents.set(key, { key, value, version: (documents.get(key)?.version ?? 0) + 1 });
  }
}

function effectOf(documents: ReadonlyMap<string, Document<unknown>>, write: Write): string {
  const document = documents.get(write.key);
  return `${write.key} ${document ? version(document) : 'gone'}`;
}

function expected({ expected: version }: ConcurrencyError): string {
  return version === 'absent' ? version : `v${version}`;
}

/** 'v2 submitted' when the document says its status, else 'v2'. */
function version(document: Document<unknown>): string {
  const { value } = document;
  const status =
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'string'
      ? ` ${value.status}`
      : '';
  return `v${document.version}${status}`;
}

interface Route {
  readonly target: string;
  readonly file: string;
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
}

function matchRoute(
  routes: Routes,
  request: { readonly method: string; readonly path: string },
): Route {
  for (const [pattern, target] of Object.entries(routes)) {
    const [method, path = ''] = pattern.split(' ');
    const expression = new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    const match = expression.exec(request.path);
    if (method === request.method && match) {
      const [file = '', name = ''] = target.split('#');
      return { target, file, name, params: { ...match.groups } };
    }
  }
  throw new Error(`the scenario has no route for ${request.method} ${request.path}`);
}

function checkResponse(route: Route, response: unknown): HttpResponse {
  if (typeof response === 'object' && response !== null && 'status' in response) {
    const { status } = response;
    if (typeof status === 'number') return response as HttpResponse;
  }
  throw new TypeError(
    `${route.name} returned ${JSON.stringify(response)}, not an answer with a status`,
  );
}

function answerText({ status, body }: HttpResponse): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  return `${status}${text}`;
}

/** Whatever happens to a call that nobody waits for, happens behind the customer's back. */
function floatingPromise({ file, name }: Route, { text, at: place }: Waiting): MistakeError {
  return new MistakeError({
    code: 'floating-promise',
    message: `${name} in ${file} ends while its call “${text}” is still under way.`,
    remedy:
      'Await every call on a service, so that its outcome is known before the answer goes out.',
    ...at(place),
  });
}

function neverSettles(handler: string, why: string): MistakeError {
  const [file, name] = handler.split('#');
  return new MistakeError({
    code: 'never-settled',
    message: `${name ?? handler} in ${file} never comes to an end: ${why}.`,
    remedy: 'Look for a promise that nobody resolves, or a loop that goes on for ever.',
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
