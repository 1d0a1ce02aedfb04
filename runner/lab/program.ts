/** A scenario and the files to judge, made ready once for all executions of one exploration. */
import { openResources, type Resources } from './footprint.ts';
import { openNames, type Name } from './moves.ts';
import type { AuthorsHandler, Bindings, Scenario, Visitor } from './scenario.ts';
import type { Handler, Instance, Subject } from './subject.ts';
import { hashOf, type Signature } from './token.ts';
import type { FaultKind } from './verdict.ts';

export interface Program {
  readonly scenario: Scenario;
  /** For replay tokens. */
  readonly signature: Signature;
  readonly subject: Subject;
  readonly processes: readonly ProcessPlan[];
  readonly visitors: readonly VisitorPlan[];
  readonly names: Name;
  readonly resources: Resources & { fresh(): number };
  readonly messageResources: Map<Name, number>;
  /** Handlers use services that another call was given, so who made a call must be followed. */
  servicesAreShared: boolean;
  /** Everything that the clocks are. */
  readonly time: number;
  /** Somebody looks at a clock or sets one: only then do steps depend on each other because of the time. */
  timeIsSeen: boolean;
  /**
   * Processes may crash, and locks expire, before every call: also where it shows nothing that another moment
   * does not show, which a search leaves out.
   */
  everyMoment: boolean;
  /** How many faults of each kind one execution may have. */
  readonly bounds: ReadonlyMap<FaultKind, number>;
}

export interface ProcessPlan {
  readonly index: number;
  readonly name: string;
  /** Begins the ids that the process makes. */
  readonly letter: string;
  readonly routes: readonly RoutePlan[];
  readonly queues: ReadonlyMap<string, Target>;
  /** The resource that all steps of the process write. */
  readonly memory: number;
  /** The resource that a crash writes, and what it prevents reads. */
  readonly life: number;
}

export interface RoutePlan {
  readonly method: string;
  readonly pattern: RegExp;
  readonly target: Target;
}

/** A function of the learner's, or one that the exercise brings along. */
export type Target =
  | { readonly file: string; readonly name: string }
  | { readonly name: string; readonly author: AuthorsHandler };

export interface VisitorPlan {
  readonly name: string;
  readonly act: (visitor: Visitor) => Promise<unknown>;
  readonly memory: number;
}

/** @throws MistakeError when the learner's files lack a function, or throw while they are loaded */
export function loadProgram(
  scenario: Scenario,
  subject: Subject,
  signature: Signature = { hash: hashOf(scenario) },
): Program {
  const resources = openResources();
  const processes = Object.entries(scenario.processes).map(([name, bindings], index) => ({
    index,
    name,
    letter: letterOf(index),
    ...planOf(bindings),
    memory: resources.of('memory', name),
    life: resources.of('life', name),
  }));
  const visitors = Object.entries(scenario.traffic ?? {}).map(([name, act]) => ({
    name,
    act,
    memory: resources.of('memory', `visitor ${name}`),
  }));
  const {
    crashes,
    unknownOutcomes,
    lockExpiries,
    duplicateDeliveries,
    lostResponses,
    unavailable,
  } = scenario.faults ?? {};
  const bounds = new Map<FaultKind, number>();
  const bound = (kind: FaultKind, most = 0): void => void (most > 0 && bounds.set(kind, most));
  bound('crash', crashes);
  bound('unknown outcome', unknownOutcomes);
  bound('lock expiry', lockExpiries);
  bound('duplicate delivery', duplicateDeliveries);
  bound('lost response', lostResponses);
  bound('unavailable', unavailable);
  mustFit(scenario, processes);
  const instance = subject.boot();
  for (const { routes, queues } of processes) {
    for (const { target } of routes) handlerOf(target, instance);
    for (const target of queues.values()) handlerOf(target, instance);
  }
  return {
    scenario,
    signature,
    subject,
    processes,
    visitors,
    names: openNames(),
    resources,
    messageResources: new Map(),
    servicesAreShared: false,
    time: resources.of('time', ''),
    timeIsSeen: false,
    everyMoment: false,
    bounds,
  };
}

export function handlerOf(target: Target, instance: Instance): Handler {
  return 'author' in target
    ? (target.author as Handler)
    : instance.handler(target.file, target.name);
}

export function describeTarget(target: Target): string {
  return 'file' in target ? `${target.name} in ${target.file}` : target.name;
}

/** The route of a process for a request, with the named parts of the path. */
export function routeOf(
  { name, routes }: ProcessPlan,
  method: string,
  path: string,
): { readonly target: Target; readonly params: Readonly<Record<string, string>> } {
  for (const { method: wanted, pattern, target } of routes) {
    const match = method === wanted ? pattern.exec(path) : null;
    if (match) return { target, params: { ...match.groups } };
  }
  throw new Error(`the scenario gives ${name} no route for ${method} ${path}`);
}

function planOf(bindings: Bindings): Pick<ProcessPlan, 'routes' | 'queues'> {
  const routes: RoutePlan[] = [];
  const queues = new Map<string, Target>();
  for (const [bound, to] of Object.entries(bindings)) {
    const [kind = '', what = ''] = bound.split(' ');
    const target = targetOf(to, bound);
    if (kind === 'queue') queues.set(what, target);
    else {
      const pattern = new RegExp(`^${what.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
      routes.push({ method: kind, pattern, target });
    }
  }
  return { routes, queues };
}

function targetOf(to: string | AuthorsHandler, bound: string): Target {
  if (typeof to === 'function') return { name: to.name || bound, author: to };
  const [file, name] = to.split('#');
  if (file === undefined || name === undefined || name === '') {
    throw new Error(`${bound} is bound to '${to}', which is not of the form 'file.ts#function'`);
  }
  return { file, name };
}

/** A slip of the author's is better found before the first execution than as a puzzle after the last. */
function mustFit({ topics = {}, queued = {} }: Scenario, processes: readonly ProcessPlan[]): void {
  const consumed = new Set(processes.flatMap(({ queues }) => [...queues.keys()]));
  for (const queue of Object.keys(queued)) {
    if (!consumed.has(queue)) throw new Error(`messages wait in ${queue}, which nobody consumes`);
  }
  for (const [topic, queues] of Object.entries(topics)) {
    if (queues.length === 0) throw new Error(`the topic ${topic} has no queue`);
  }
}

/** a, b, … z, aa, ab, … */
function letterOf(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}
