/** A schedule that a learner wrote, played step by step; and the fewest steps that would do. */
import { byItself, choicesIn, whyNot } from './choices.ts';
import { happensBefore, type Happened } from './happens-before.ts';
import type { Move } from './moves.ts';
import { written, type Schedule } from './notation.ts';
import type { Program } from './program.ts';
import type { Executed } from './schedule.ts';
import { at } from './source-line.ts';
import type { Possible, Refusal } from './verdict.ts';
import { World, type Notes } from './world.ts';

export interface Played {
  readonly executed: Executed;
  /** The event from which on all went by itself. */
  readonly byItself: number;
  readonly refused: Refusal | undefined;
  /** What could have come in place of the step that was refused; else behind the last one. */
  readonly possible: readonly Possible[];
}

/** Plays the steps, and lets all go on by itself behind the last one. It ends at a step that is not possible. */
export function play(program: Program, schedule: Schedule): Played {
  const execution = begin(program, 'steps');
  const { world } = execution;
  for (const [index, each] of schedule.entries()) {
    const step = written(each);
    const choices = choicesIn(world, world.enabled());
    const choice = choices.find((possible) => possible.step === step);
    if (!choice) {
      const isOver = choices.length === 0;
      const why = isOver ? 'all has come to its end, and nothing is left to happen' : undefined;
      const refused = { number: index + 1, step, why: why ?? whyNot(world, each), ...at(each.at) };
      return { executed: execution, byItself: world.event + 1, refused, possible: told(choices) };
    }
    execution.perform(choice.move);
  }
  const possible = told(choicesIn(world, world.enabled()));
  const from = world.event + 1;
  execution.goOn();
  return { executed: execution, byItself: from, refused: undefined, possible };
}

function told(possible: readonly Possible[]): readonly Possible[] {
  return possible.map(({ step, does }) => ({ step, does }));
}

interface Execution extends Executed {
  perform(move: Move): void;
  /** To the end, as it goes by itself. */
  goOn(): void;
}

function begin(program: Program, notes: Notes, moves: readonly Move[] = []): Execution {
  const world = new World(program, notes);
  const events: Happened[] = [];
  const choices: (readonly Move[])[] = [];
  const perform = (move: Move): void => {
    choices.push(world.enabled());
    world.perform(move);
    events.push({ footprint: world.footprint, causes: world.causes, barrier: world.barrier });
  };
  for (const move of moves) perform(move);
  return {
    world,
    schedule: world.schedule,
    events,
    enabled: choices,
    perform,
    goOn: () => {
      for (let enabled = world.enabled(); enabled.length > 0; enabled = world.enabled()) {
        perform(byItself(world, enabled));
      }
    },
  };
}

/** The search for the fewest steps with which a schedule breaks something. */
export interface Shortening {
  readonly tried: number;
  /** Tries one more schedule; the fewest steps once they are known, or `most` where no fewer do. */
  next(): number | undefined;
}

/**
 * All schedules with fewer than `most` steps, shorter ones first. Of those that lead to the same execution,
 * the same in whatever follows, one is tried.
 */
export function shortening(
  program: Program,
  isBroken: (executed: Executed) => boolean,
  most: number,
): Shortening {
  const waiting: (readonly Move[])[] = most > 0 ? [[]] : [];
  const known = new Set<string>();
  const numbers = new Map<object, number>();
  let tried = 0;
  const numberOf = (thing: object | undefined): number => {
    if (!thing) return -1;
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  };
  return {
    get tried() {
      return tried;
    },
    next() {
      const moves = waiting.shift();
      if (!moves) return most;
      const execution = begin(program, 'none', moves);
      const { world } = execution;
      const state = stateOf(execution, numberOf);
      if (known.has(state)) return undefined;
      known.add(state);
      const choices = moves.length + 1 < most ? choicesIn(world, world.enabled()) : [];
      execution.goOn();
      tried += 1;
      if (isBroken(execution)) return moves.length;
      for (const { move } of choices) waiting.push([...moves, move]);
      return undefined;
    },
  };
}

/**
 * What decides all that can follow: the events so far with their order as far as it matters, and the order
 * in which what waits is offered.
 */
function stateOf(
  { world, schedule, events }: Executed,
  numberOf: (thing: object | undefined) => number,
): string {
  const order = happensBefore(events);
  const numbers = schedule.map(numberOf);
  const trace = numbers.map((number, event) => {
    const before = numbers.filter((_, earlier) => order.before(earlier, event));
    return `${number}<${before.toSorted((a, b) => a - b).join()}`;
  });
  const offered = [
    world.actor?.plan,
    ...world.pending.map(({ name }) => name),
    undefined,
    ...world.messages.map(({ name }) => name),
  ];
  return `${trace.toSorted().join(' ')} | ${offered.map(numberOf).join()}`;
}
