/**
 * Schedules drawn by chance, for spaces that are too large to search: a portfolio of three ways in turn.
 * Random walk: any possible move. POS: the move with the highest random priority; moves that race with the
 * one made get a new one. PCT with d = 3: the actor with the highest random priority, lowered at two points.
 * Sources: X. Yuan, J. Yang, R. Gu, Partial Order Aware Concurrency Sampling, CAV 2018; S. Burckhardt,
 * P. Kothari, M. Musuvathi, S. Nagarakatti, A Randomized Scheduler with Probabilistic Guarantees of Finding
 * Bugs, ASPLOS 2010.
 */
import { dependent } from './footprint.ts';
import { isFault, type Move } from './moves.ts';
import type { Choose } from './schedule.ts';

/** A number from 0 to 1 at each call, determined by the seed. */
export type Chance = () => number;

/** Mulberry32, by T. Ettinger. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How likely a step meets a fault, where one is allowed. */
const faultsShare = 0.1;
/** The depth of the bugs that PCT looks for. */
const depth = 3;

/** @param steps  how long an execution is, roughly */
export function drawing(turn: number, seed: number, steps: number): Choose {
  const chance = chanceOf(Math.imul(seed, 0x9e3779b1) ^ turn);
  const ways = [randomWalk, pos, pct] as const;
  const way = ways[turn % ways.length]!(chance, steps);
  return (enabled, world) => {
    const faults = enabled.filter(isFault);
    if (faults.length > 0 && chance() < faultsShare) return pick(faults, chance);
    const others = faults.length === 0 ? enabled : enabled.filter((move) => !faults.includes(move));
    return way(others, world);
  };
}

function randomWalk(chance: Chance): Choose {
  return (enabled) => pick(enabled, chance);
}

function pos(chance: Chance): Choose {
  const priorities = new Map<Move, number>();
  const priorityOf = (move: Move): number => {
    const known = priorities.get(move);
    if (known !== undefined) return known;
    const drawn = chance();
    priorities.set(move, drawn);
    return drawn;
  };
  return (enabled, world) => {
    const best = highest(enabled, priorityOf);
    const footprint = world.footprintOf(best);
    for (const move of enabled) {
      if (move !== best && dependent(world.footprintOf(move), footprint)) priorities.delete(move);
    }
    return best;
  };
}

function pct(chance: Chance, steps: number): Choose {
  const priorities = new Map<object, number>();
  const changes = Array.from({ length: depth - 1 }, () => Math.floor(chance() * steps));
  let step = 0;
  return (enabled, world) => {
    const priorityOf = (move: Move): number => {
      const actor = world.actorOf(move);
      const known = priorities.get(actor);
      if (known !== undefined) return known;
      // Above all that change points lower to.
      const drawn = depth + chance();
      priorities.set(actor, drawn);
      return drawn;
    };
    const best = highest(enabled, priorityOf);
    const change = changes.indexOf(step);
    if (change >= 0) priorities.set(world.actorOf(best), change);
    step += 1;
    return change >= 0 ? highest(enabled, priorityOf) : best;
  };
}

function pick(moves: readonly Move[], chance: Chance): Move {
  return moves[Math.floor(chance() * moves.length)]!;
}

function highest(moves: readonly Move[], priorityOf: (move: Move) => number): Move {
  let best = moves[0]!;
  for (const move of moves) if (priorityOf(move) > priorityOf(best)) best = move;
  return best;
}
