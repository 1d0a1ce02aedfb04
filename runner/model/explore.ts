/** Every state that a machine can reach, breadth first, so that the first way to a state is a shortest. */
import { setImmediate } from 'node:timers/promises';
import { ModelError } from './mistake.ts';
import { stateOf, type Deed, type Machine, type Reached } from './machine.ts';
import type { State } from './value.ts';

export interface Questions {
  /** What must be true in every state. A state in which one is not is not followed any further. */
  readonly invariants: readonly string[];
  /** What must be true in some state. */
  readonly goals?: readonly string[];
  /** What must stay possible: from every state, some way leads to one in which it is true. */
  readonly possible?: readonly string[];
  /**
   * What is wrong with a step, if anything, for what a state alone does not show. Whoever breaks a rule is
   * not followed any further either.
   */
  readonly rules?: Readonly<Record<string, (step: Transition) => string | undefined>>;
}

export interface Transition {
  readonly before: State;
  readonly after: State;
}

export interface ExploreOptions {
  /** More states than these are not looked at. */
  readonly statesMost?: number;
  /** Whether to stop at the first state that breaks an invariant. */
  readonly untilBroken?: boolean;
  /** Called now and then with the number of states so far. */
  readonly onProgress?: (states: number) => void;
  readonly signal?: AbortSignal;
}

export interface Explored {
  /** Exhaustive: all that can be reached, as far as no invariant is broken on the way. */
  readonly kind: 'exhaustive' | 'bounded' | 'until broken';
  /** Distinct ones. */
  readonly states: number;
  /** So many steps the farthest state is away from the beginning. */
  readonly depth: number;
  wayToFarthest(): Trace;
  /** Ways from one state to another, or back to itself; different choices are different ways. */
  readonly transitions: number;
  /** States from which nothing leads on. */
  readonly deadlocks: number;
  /** To the nearest of them; undefined where there is none. */
  wayToDeadlock(): Trace | undefined;
  /** By their names, the invariants and rules that are broken, and what is not always possible. */
  readonly broken: ReadonlyMap<string, Breach>;
  /** By the name of the goal, in how many states it is true. */
  readonly goals: ReadonlyMap<string, number>;
}

export interface Breach {
  /** In how many states; of a rule, in how many steps. */
  readonly count: number;
  /** A shortest way to one of them. */
  readonly trace: Trace;
  /** Of a rule: what is wrong with the last step. */
  readonly so?: string;
}

/** From the beginning to a state: the first step has led to a state to begin with. */
export type Trace = readonly TraceStep[];

export interface TraceStep {
  readonly deed: Deed;
  readonly state: State;
}

export const statesMostByDefault = 200_000;
/** How long the event loop may wait, in ms, so that Ctrl-C is heard. */
const sliceMs = 20;

/** A state in the tree of shortest ways. */
interface Node {
  readonly reached: Reached;
  readonly parent: Node | undefined;
  readonly depth: number;
  /** Whether it is not followed any further. */
  isCut: boolean;
  /** From where one comes here; kept only where something must stay possible. */
  readonly before: Node[];
  /** What must stay possible, and is true here. */
  readonly satisfied: readonly string[];
}

/** @throws ModelError; whatever the signal's reason is */
export async function explore(
  machine: Machine,
  questions: Questions,
  options: ExploreOptions = {},
): Promise<Explored> {
  const { invariants, goals = [], rules = {}, possible = [] } = questions;
  const { statesMost = statesMostByDefault, untilBroken = false, onProgress, signal } = options;
  const seen = new Map<string, Node>();
  const queue: Node[] = [];
  const broken = new Map<string, { count: number; node: Node; so?: string }>();
  const reachedGoals = new Map(goals.map((goal) => [goal, 0]));
  let farthest: Node | undefined;
  let transitions = 0;
  let deadlocks = 0;
  let deadlock: Node | undefined;
  let isFull = false;

  function note(name: string, node: Node, so?: string): void {
    const known = broken.get(name);
    if (known) known.count += 1;
    else broken.set(name, { count: 1, node, ...(so !== undefined && { so }) });
  }

  function visit(reached: Reached, parent: Node | undefined): void {
    const known = seen.get(reached.text);
    const isNew = known === undefined;
    if (isNew && seen.size >= statesMost) {
      isFull = true;
      return;
    }
    const node = known ?? arriveAt(reached, parent);
    // Also on a way to a known state: it is the step that breaks a rule.
    const isLawful = parent === undefined || keepsRules({ ...node, reached, parent }, parent);
    if (parent && possible.length > 0) node.before.push(parent);
    if (!isNew) return;
    for (const goal of goals) {
      if (machine.isTrue(goal, reached)) reachedGoals.set(goal, reachedGoals.get(goal)! + 1);
    }
    const failing = invariants.filter((invariant) => !machine.isTrue(invariant, reached));
    for (const invariant of failing) note(invariant, node);
    node.isCut = failing.length > 0 || !isLawful;
    if (!node.isCut) queue.push(node);
  }

  function arriveAt(reached: Reached, parent: Node | undefined): Node {
    const node: Node = {
      reached,
      parent,
      depth: parent ? parent.depth + 1 : 0,
      isCut: false,
      before: [],
      satisfied: possible.filter((name) => machine.isTrue(name, reached)),
    };
    seen.set(reached.text, node);
    if (!farthest || node.depth > farthest.depth) farthest = node;
    return node;
  }

  function keepsRules(node: Node, parent: Node): boolean {
    const names = Object.keys(rules);
    if (names.length === 0) return true;
    const step = { before: stateOf(parent.reached), after: stateOf(node.reached) };
    let isLawful = true;
    for (const name of names) {
      const so = rules[name]!(step);
      if (so === undefined) continue;
      isLawful = false;
      note(name, node, so);
    }
    return isLawful;
  }

  for (const reached of machine.initial()) visit(reached, undefined);
  if (!farthest) {
    throw new ModelError(
      'model-incomplete',
      'The model has no state to begin with: init is never enabled.',
      'Let init do nothing but give each variable its first value.',
    );
  }
  let sliceUntil = performance.now() + sliceMs;
  for (let next = 0; next < queue.length && !isFull; next += 1) {
    if (untilBroken && broken.size > 0) break;
    const node = queue[next]!;
    const followers = machine.after(node.reached);
    transitions += followers.length;
    if (followers.length === 0) {
      deadlocks += 1;
      deadlock ??= node;
    }
    for (const reached of followers) visit(reached, node);
    if (performance.now() < sliceUntil) continue;
    onProgress?.(seen.size);
    await setImmediate();
    signal?.throwIfAborted();
    sliceUntil = performance.now() + sliceMs;
  }
  const last = farthest;
  const isStopped = untilBroken && broken.size > 0;
  if (!isFull && !isStopped) {
    for (const name of possible) {
      const lost = withoutWayTo(
        ({ isCut, satisfied }) => isCut || satisfied.includes(name),
        [...seen.values()],
      );
      if (lost[0]) broken.set(name, { count: lost.length, node: lost[0] });
    }
  }
  return {
    kind: isFull ? 'bounded' : isStopped ? 'until broken' : 'exhaustive',
    states: seen.size,
    depth: farthest.depth,
    wayToFarthest: () => traceTo(machine, last),
    transitions,
    deadlocks,
    wayToDeadlock: () => deadlock && traceTo(machine, deadlock),
    broken: new Map(
      [...broken].map(([name, { count, node, so }]) => [
        name,
        { count, trace: traceTo(machine, node), ...(so !== undefined && { so }) },
      ]),
    ),
    goals: reachedGoals,
  };
}

/** The nodes, in their order, from which no way leads to one that is sought. */
function withoutWayTo(isSought: (node: Node) => boolean, nodes: readonly Node[]): readonly Node[] {
  const reaching = new Set(nodes.filter(isSought));
  // A set is gone through in the order of its growth, to its last element.
  for (const node of reaching) for (const before of node.before) reaching.add(before);
  return nodes.filter((node) => !reaching.has(node));
}

function traceTo(machine: Machine, last: Node): Trace {
  const nodes: Node[] = [];
  for (let node: Node | undefined = last; node; node = node.parent) nodes.unshift(node);
  return nodes.map(({ reached, parent }) => ({
    deed: machine.deed(parent?.reached, reached),
    state: stateOf(reached),
  }));
}
