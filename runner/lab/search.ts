/**
 * Stateless search over all executions of a program: run to the end, find the races in what happened, note
 * for each how to reverse it, go back to the last point with something noted, run again. One execution is
 * run for each class of equivalent ones: optimal dynamic partial order reduction with wakeup trees (see
 * wakeup-tree.ts), extended by choices of how a call goes and of who gets which message.
 */
import { dependent, write, type Footprint } from './footprint.ts';
import { happensBefore, type HappensBefore } from './happens-before.ts';
import { deliveryTo, type Move } from './moves.ts';
import type { Program } from './program.ts';
import { insert, type Footstep, type WakeupTree } from './wakeup-tree.ts';
import { World, type Message, type Offer, type Process } from './world.ts';

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
  /** Calls that could have been made here and no longer can. */
  killed: readonly Footstep[];
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
      const fresh = Math.max(0, path.length - 1);
      const complete = run(world, path);
      note(world, path, fresh);
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
    addOtherWays(last, enabled, world);
    perform(world, last, enabled);
  }
  for (;;) {
    const enabled = world.enabled();
    if (enabled.length === 0) return true;
    const asleep = last ? stillAsleep(last) : [];
    const branch = tree.shift();
    let move = branch?.move;
    if (move && !enabled.includes(move)) {
      throw new Error('the search expected a move that is not possible: a dependency is missing');
    }
    move ??= enabled.find((each) => !isAmong(asleep, each));
    if (!move) return false;
    last = { move, footprint: [], causes: [], barrier: false, killed: [], asleep, tree };
    addOtherWays(last, enabled, world);
    path.push(last);
    perform(world, last, enabled);
    tree = branch?.tree ?? [];
  }
}

/**
 * However this call can go, each way leads elsewhere. This holds also for a call that is made here because a
 * race is reversed: what is noted of a race goes one way at each call, and others have been run elsewhere
 * only.
 */
function addOtherWays({ move, asleep, tree }: Node, enabled: readonly Move[], world: World): void {
  for (const each of enabled) {
    if (each === move || each.name !== move.name) continue;
    if (isAmong(asleep, each) || isAmong(tree, each)) continue;
    tree.push({ move: each, footprint: world.footprintOf(each), tree: [] });
  }
}

function isAmong(steps: readonly Footstep[], move: Move): boolean {
  return steps.some((each) => each.move === move);
}

function perform(world: World, node: Node, enabled: readonly Move[]): void {
  world.perform(node.move);
  node.footprint = world.footprint;
  node.causes = world.causes;
  node.barrier = world.barrier;
  node.killed = world.killed.flatMap(({ name, footprint }) =>
    enabled.filter((move) => move.name === name).map((move) => ({ move, footprint })),
  );
}

function stillAsleep({ asleep, move, footprint }: Node): Footstep[] {
  return asleep.filter(
    (each) => each.move.name !== move.name && !dependent(each.footprint, footprint),
  );
}

/** Notes at each point what must be explored from there because of what happened from `fresh` on. */
function note(world: World, path: readonly Node[], fresh: number): void {
  const order = happensBefore(path);
  const positions = new Map<Move, number>();
  path.forEach(({ move }, index) => positions.set(move, index));

  const explore = (at: number, sequence: readonly Footstep[]): void => {
    const { tree, asleep } = path[at]!;
    insert(tree, asleep, sequence, (move) => (positions.get(move) ?? -1) > at);
  };

  for (let event = fresh; event < path.length; event += 1) {
    for (const racing of order.racesWith(event)) {
      const sequence: Footstep[] = [];
      for (let each = racing + 1; each < path.length; each += 1) {
        if (each !== event && !order.before(racing, each)) sequence.push(path[each]!);
      }
      explore(racing, [...sequence, path[event]!]);
    }
    for (const killed of path[event]!.killed) explore(event, [killed]);
  }
  for (const { at, given, move, footprint } of deliveriesInstead(world.offers, order, fresh)) {
    const sequence: Footstep[] = [];
    for (let each = at + 1; each <= given; each += 1) {
      if ((each === given || order.before(each, given)) && !order.before(at, each)) {
        sequence.push(path[each]!);
      }
    }
    explore(at, [...sequence, { move, footprint }]);
  }
}

interface Instead extends Footstep {
  /** The event in whose place it could have happened. */
  readonly at: number;
  /** The event that made it possible. */
  readonly given: number;
}

/**
 * Whoever takes a message or keeps a process busy keeps another delivery from happening, which then may
 * never show up in this execution at all.
 */
function* deliveriesInstead(
  offers: readonly Offer[],
  order: HappensBefore,
  fresh: number,
): Iterable<Instead> {
  for (const taken of offers) {
    const at = taken.takenBy;
    if (at === undefined) continue;
    for (const other of offers) {
      if (other === taken || isProcess(other.of) === isProcess(taken.of)) continue;
      const { since, takenBy } = other;
      if (takenBy === at || (takenBy !== undefined && takenBy < at)) continue;
      if (at < fresh && since < fresh) continue;
      if (since === at || (since > at && order.before(at, since))) continue;
      const [message, receiver] = isProcess(taken.of)
        ? [other, taken.of]
        : [taken, other.of as Process];
      const { queue, resource } = message.of as Message;
      if (!receiver.plan.queues.has(queue)) continue;
      const move = message.delivery!.move(deliveryTo(receiver.plan.index));
      yield { at, given: since, move, footprint: [write(resource), write(receiver.plan.memory)] };
    }
  }
}

function isProcess(of: Message | Process): of is Process {
  return 'plan' in of;
}
