/**
 * Stateless search over all executions of a program: run to the end, find the races in what happened, note
 * for each how to reverse it, go back to the last point with something noted, run again. One execution is
 * run for each class of equivalent ones: optimal dynamic partial order reduction with wakeup trees (see
 * wakeup-tree.ts), extended by choices of how a call goes and of who gets which message.
 */
import { dependent, type Footprint } from './footprint.ts';
import { happensBefore, type HappensBefore } from './happens-before.ts';
import { deliveryTo, faultOf, receiverOf, type Move } from './moves.ts';
import type { Program } from './program.ts';
import type { FaultKind } from './verdict.ts';
import { insert, type Footstep, type WakeupTree } from './wakeup-tree.ts';
import { touchedByDelivery, type Message, type Process } from './execution.ts';
import { World } from './world.ts';

export interface Search {
  /** Runs one more schedule. Undefined: all have been run. @throws MistakeError */
  next(): Run | undefined;
}

export interface Run {
  /** At the end of the execution. */
  readonly world: World;
  /** False: all that was left had been explored elsewhere, and the run was cut short. */
  readonly complete: boolean;
}

/** A point of the execution at hand, and what happens there. */
interface Node extends Footstep {
  move: Move;
  footprint: Footprint;
  causes: readonly number[];
  barrier: boolean;
  /** The events that it races with. */
  races: readonly number[] | undefined;
  /** What could have happened here and no longer can: the other ways of the call, and calls that it ended. */
  instead: readonly Footstep[];
  /** What was explored from here, or from before and is independent of all since. */
  readonly asleep: Footstep[];
  readonly tree: WakeupTree;
}

export function openSearch(program: Program): Search {
  const path: Node[] = [];
  let begun = false;

  return {
    next() {
      if (begun && !goBack(path)) return undefined;
      begun = true;
      const world = new World(program, 'none');
      const complete = run(world, path);
      note(world, path);
      return { world, complete };
    },
  };
}

/** Moves the last point that has something left to its next branch, and forgets what came after it. */
function goBack(path: Node[]): boolean {
  for (let node = path.pop(); node; node = path.pop()) {
    node.asleep.push({ move: node.move, footprint: node.footprint });
    const [branch] = node.tree;
    if (branch) {
      node.move = branch.move;
      path.push(node);
      return true;
    }
  }
  return false;
}

/** Follows the path, takes its last point's new branch, and goes on to the end. False: all that is left sleeps. */
function run(world: World, path: Node[]): boolean {
  for (const { move } of path.slice(0, -1)) world.perform(move);
  let last = path.at(-1);
  let tree: WakeupTree = [];
  if (last) {
    tree = last.tree.shift()?.tree ?? [];
    const enabled = world.enabled();
    mustBePossible(last.move, enabled);
    perform(world, last, enabled);
  }
  for (;;) {
    const enabled = world.enabled();
    if (enabled.length === 0) return true;
    const asleep = last ? stillAsleep(last) : [];
    const branch = tree.shift();
    let move = branch?.move;
    if (move) mustBePossible(move, enabled);
    move ??= enabled.find((each) => !asleep.some((sleeper) => sleeper.move === each));
    if (!move) return false;
    last = nodeOf(move, asleep, tree);
    path.push(last);
    perform(world, last, enabled);
    tree = branch?.tree ?? [];
  }
}

function mustBePossible(move: Move, enabled: readonly Move[]): void {
  if (enabled.includes(move)) return;
  throw new Error('the search expected a move that is not possible: a dependency is missing');
}

/** What shows only when the step is made is filled in then. */
function nodeOf(move: Move, asleep: Footstep[], tree: WakeupTree): Node {
  return {
    move,
    footprint: none,
    causes: none,
    barrier: false,
    races: undefined,
    instead: none,
    asleep,
    tree,
  };
}

const none: readonly never[] = [];

function perform(world: World, node: Node, enabled: readonly Move[]): void {
  const { move } = node;
  const instead: Footstep[] = [];
  // Who else could have got a message is found out below.
  if (receiverOf(move) === undefined) {
    for (const each of enabled) {
      if (each === move || each.name !== move.name) continue;
      instead.push({ move: each, footprint: world.footprintOf(each) });
    }
  }
  world.perform(move);
  node.footprint = world.footprint;
  node.causes = world.causes;
  node.barrier = world.barrier;
  node.races = undefined;
  node.instead = world.killed.length === 0 ? instead : [...instead, ...world.killed];
}

function stillAsleep({ asleep, move, footprint }: Node): Footstep[] {
  return asleep.filter(
    (each) => each.move.name !== move.name && !dependent(each.footprint, footprint),
  );
}

/**
 * Notes at each point what must be explored from there because of what happened. Also of events that were
 * there before: what follows them is new, and a sequence is all that could have happened without an event.
 */
function note(world: World, path: readonly Node[]): void {
  const { bounds } = world.program;
  const order = happensBefore(path);
  const faults: { readonly event: number; readonly kind: FaultKind }[] = [];
  for (const [event, { move }] of path.entries()) {
    const kind = faultOf(move);
    if (kind !== undefined) faults.push({ event, kind });
  }

  const without = (at: number, other: number): Without => {
    const isGone = (event: number): boolean =>
      order.before(at, event) || event === other || (other >= 0 && order.before(other, event));
    const sequence: Footstep[] = [];
    for (let event = at + 1; event < path.length; event += 1) {
      if (!isGone(event)) sequence.push(path[event]!);
    }
    const left = faults.filter(({ event }) => event !== at && (event < at || !isGone(event)));
    return { at, sequence, faults: left.map(({ kind }) => kind) };
  };

  const explore = ({ at, sequence, faults: others }: Without, instead: Footstep): void => {
    // Else it is found where one of the other faults does not happen.
    if (!isAllowed(instead, others, bounds)) return;
    const { tree, asleep } = path[at]!;
    const all = [...others, faultOf(instead.move)];
    sequence.push(instead);
    insert(tree, asleep, sequence, (step) => isAllowed(step, all, bounds));
    sequence.pop();
  };

  const withoutOne: (Without | undefined)[] = [];
  for (const [event, node] of path.entries()) {
    node.races ??= order.racesWith(event);
    for (const at of node.races) explore((withoutOne[at] ??= without(at, -1)), node);
    if (node.instead.length === 0) continue;
    const here = (withoutOne[event] ??= without(event, -1));
    for (const instead of node.instead) explore(here, instead);
  }
  for (const { at, other, delivery } of deliveriesInstead(world, order)) {
    explore(without(at, other), delivery);
  }
}

/** Whether one execution may have this fault beside the others. */
function isAllowed(
  { move }: Footstep,
  others: readonly (FaultKind | undefined)[],
  bounds: Program['bounds'],
): boolean {
  const kind = faultOf(move);
  if (kind === undefined) return true;
  let count = 0;
  for (const other of others) if (other === kind) count += 1;
  return count < (bounds.get(kind) ?? 0);
}

/** All that could have happened from a point on without its event. */
interface Without {
  readonly at: number;
  readonly sequence: Footstep[];
  /** Also those before the point. */
  readonly faults: readonly FaultKind[];
}

interface Instead {
  readonly delivery: Footstep;
  /** The event in whose place it could have happened. */
  readonly at: number;
  /** The later event that it would make impossible, too; -1 for none. */
  readonly other: number;
}

/**
 * Whoever takes a message or keeps a process busy keeps another delivery from happening, which then may
 * never show up in this execution at all.
 */
function* deliveriesInstead({ program, offers }: World, order: HappensBefore): Iterable<Instead> {
  for (const taken of offers) {
    const at = taken.takenBy;
    if (at === undefined) continue;
    for (const other of offers) {
      if (other === taken || isProcess(other.of) === isProcess(taken.of)) continue;
      const { since, takenBy } = other;
      if (takenBy === at || (takenBy !== undefined && takenBy < at)) continue;
      if (since === at || (since > at && order.before(at, since))) continue;
      const [message, receiver] = isProcess(taken.of)
        ? [other, taken.of]
        : [taken, other.of as Process];
      const { queue, resource } = message.of as Message;
      if (!receiver.plan.queues.has(queue)) continue;
      const move = message.delivery!.move(deliveryTo(receiver.plan.index));
      const { lapsed } = message;
      const footprint = touchedByDelivery(program, { resource, lapsed }, receiver);
      yield { at, other: takenBy ?? -1, delivery: { move, footprint } };
    }
  }
}

function isProcess(of: Message | Process): of is Process {
  return 'plan' in of;
}
