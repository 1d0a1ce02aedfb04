/** Running one schedule, and making a broken one easier to read. */
import { dependent } from './footprint.ts';
import type { Happened } from './happens-before.ts';
import { isFault, variants, type Move } from './moves.ts';
import type { Program } from './program.ts';
import { World, type Notes } from './world.ts';

/** Picks the next move; it is one of those enabled. */
export type Choose = (enabled: readonly Move[], world: World) => Move;

/** Runs one execution from its beginning to its end. @throws MistakeError */
export function run(program: Program, choose: Choose): World {
  const world = new World(program, 'none');
  for (let enabled = world.enabled(); enabled.length > 0; enabled = world.enabled()) {
    world.perform(choose(enabled, world));
  }
  return world;
}

/** One execution, and all that is needed to change it a little. */
export interface Executed {
  readonly world: World;
  readonly schedule: readonly Move[];
  /** What happened at each step. */
  readonly events: readonly Happened[];
  /** The moves that were possible at each step. */
  readonly enabled: readonly (readonly Move[])[];
}

/** @throws MistakeError */
export function execute(program: Program, choose: Choose, notes: Notes = 'none'): Executed {
  const world = new World(program, notes);
  const events: Happened[] = [];
  const choices: (readonly Move[])[] = [];
  for (let enabled = world.enabled(); enabled.length > 0; enabled = world.enabled()) {
    choices.push(enabled);
    world.perform(choose(enabled, world));
    events.push({ footprint: world.footprint, causes: world.causes, barrier: world.barrier });
  }
  return { world, schedule: world.schedule, events, enabled: choices };
}

/**
 * Follows a guide: at each step the first of its moves that is possible now and was not made yet. Where
 * none is, things go as they would without anybody's meddling.
 */
export function following(guide: readonly Move[]): Choose {
  const rest = [...guide];
  return (enabled) => {
    const index = rest.findIndex((move) => enabled.includes(move));
    if (index < 0) return enabled[0]!;
    return rest.splice(index, 1)[0]!;
  };
}

/** Less is easier to read: faults, then steps, then changes from one actor to another. */
export type Cost = readonly [faults: number, steps: number, switches: number];

export function costOf({ faults, schedule, switches }: World): Cost {
  const all = [...faults.struck.values()].reduce((sum, each) => sum + each, 0);
  return [all, schedule.length, switches];
}

export function isLess(a: Cost, b: Cost): boolean {
  const index = a.findIndex((each, at) => each !== b[at]);
  return index >= 0 && a[index]! < b[index]!;
}

/** So many executions a broken schedule is worth. */
const attemptsMost = 600;

/**
 * A schedule that is still broken, and no simpler one near it is: cut off behind its decisive choices,
 * without the faults and the detours that it does not need, and with fewer changes of the actor.
 * @param alive  called in each attempt
 */
export function shrink(
  program: Program,
  found: readonly Move[],
  isBroken: (executed: Executed) => boolean,
  alive: () => void,
): Executed {
  let attempts = 0;
  let best = execute(program, following(found));
  let cost = costOf(best.world);
  const improve = (guide: readonly Move[]): boolean => {
    attempts += 1;
    alive();
    const executed = execute(program, following(guide));
    if (!isLess(costOf(executed.world), cost) || !isBroken(executed)) return false;
    best = executed;
    cost = costOf(executed.world);
    return true;
  };
  const simpler = (): boolean => {
    const { schedule } = best;
    for (const guide of simplifications(schedule)) {
      if (attempts >= attemptsMost) return false;
      if (improve(guide)) return true;
    }
    return improve(asOneTells(best));
  };
  while (simpler());
  return best;
}

function* simplifications(schedule: readonly Move[]): Iterable<readonly Move[]> {
  for (let length = 0; length < schedule.length; length += 1) yield schedule.slice(0, length);
  for (const [index, move] of schedule.entries()) {
    if (isFault(move)) yield schedule.with(index, move.name.move(variants.ok));
    yield schedule.toSpliced(index, 1);
  }
}

/**
 * The same execution in the order in which one would tell it: stay with what the last step led to for as
 * long as that goes on. Only independent steps change places, so nothing else changes.
 */
function asOneTells({ schedule, events }: Executed): Move[] {
  const depends = (later: number, earlier: number): boolean =>
    events[later]!.barrier ||
    events[later]!.causes.includes(earlier) ||
    dependent(events[earlier]!.footprint, events[later]!.footprint);
  const rest = schedule.map((_, index) => index);
  const told: number[] = [];
  while (rest.length > 0) {
    const possible = rest.filter(
      (each) => !rest.some((earlier) => earlier < each && depends(each, earlier)),
    );
    const last = told.at(-1);
    const next = possible.find((each) => last !== undefined && depends(each, last)) ?? possible[0]!;
    told.push(next);
    rest.splice(rest.indexOf(next), 1);
  }
  return told.map((index) => schedule[index]!);
}
