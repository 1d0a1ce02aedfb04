/** Some ways through a machine, drawn by chance: they can show a fault, and prove nothing. */
import { setImmediate } from 'node:timers/promises';
import { newRng } from '@informalsystems/quint/dist/src/rng.js';
import type { Breach, Questions, Trace, TraceStep } from './explore.ts';
import { stateOf, type Machine, type Reached } from './machine.ts';

export interface SampleOptions {
  readonly traces: number;
  readonly seed: number;
  /** Where a way does not end by itself. */
  readonly stepsMost?: number;
  /** Called now and then with the number of traces so far. */
  readonly onProgress?: (traces: number) => void;
  readonly signal?: AbortSignal;
}

export interface Sampled {
  readonly traces: number;
  readonly seed: number;
  /** Distinct states that were met. */
  readonly states: number;
  /** In how many traces each invariant was broken, with the shortest of them. */
  readonly broken: ReadonlyMap<string, Breach>;
  /** The first trace, for those that want to see one. */
  readonly example: Trace;
}

export const stepsMostByDefault = 50;
const sliceMs = 20;

/** @throws ModelError; whatever the signal's reason is */
export async function sample(
  machine: Machine,
  { invariants }: Pick<Questions, 'invariants'>,
  { traces, seed, stepsMost = stepsMostByDefault, onProgress, signal }: SampleOptions,
): Promise<Sampled> {
  const random = newRng(BigInt(seed));
  const seen = new Set<string>();
  const followers = new Map<string, readonly Reached[]>();
  const broken = new Map<string, { count: number; way: readonly Reached[] }>();
  const initial = machine.initial();
  let example: readonly Reached[] = [];
  let sliceUntil = performance.now() + sliceMs;

  function drawn(options: readonly Reached[]): Reached | undefined {
    return options.length === 0 ? undefined : options[Number(random.next(BigInt(options.length)))];
  }

  function after(state: Reached): readonly Reached[] {
    const known = followers.get(state.text);
    if (known) return known;
    const found = machine.after(state);
    followers.set(state.text, found);
    return found;
  }

  for (let trace = 0; trace < traces; trace += 1) {
    const way: Reached[] = [];
    for (let next = drawn(initial); next && way.length <= stepsMost; next = drawn(after(next))) {
      way.push(next);
      seen.add(next.text);
      const state = next;
      const failing = invariants.filter((invariant) => !machine.isTrue(invariant, state));
      for (const invariant of failing) {
        const known = broken.get(invariant);
        const isShorter = !known || way.length < known.way.length;
        broken.set(invariant, {
          count: (known?.count ?? 0) + 1,
          way: isShorter ? [...way] : known.way,
        });
      }
      if (failing.length > 0) break;
    }
    if (trace === 0) example = way;
    if (performance.now() < sliceUntil) continue;
    onProgress?.(trace + 1);
    await setImmediate();
    signal?.throwIfAborted();
    sliceUntil = performance.now() + sliceMs;
  }
  return {
    traces,
    seed,
    states: seen.size,
    broken: new Map(
      [...broken].map(([name, { count, way }]) => [name, { count, trace: traceOf(machine, way) }]),
    ),
    example: traceOf(machine, example),
  };
}

function traceOf(machine: Machine, way: readonly Reached[]): readonly TraceStep[] {
  return way.map((reached, index) => ({
    deed: machine.deed(way[index - 1], reached),
    state: stateOf(reached),
  }));
}
