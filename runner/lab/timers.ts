/**
 * Timers for code that may have them although nobody waits for a clock: time stands still while anything else
 * can happen, and then jumps to the next timer.
 */

export interface Timers {
  /** What stands in for Node’s own, by name. */
  readonly standIns: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Begins anew, with no timer. */
  begin(): void;
  /** Lets the next timer run. False: there is none. */
  fire(): boolean;
}

interface Timer {
  readonly run: () => void;
  readonly due: number;
  readonly everyMs: number | undefined;
}

/** The same in every execution. */
const epoch = Date.UTC(2026, 0, 1);

/** @param onSet  hears of every timer that is set, from within the call */
export function openTimers(onSet: () => void): Timers {
  let timers = new Map<number, Timer>();
  let time = epoch;
  let last = 0;

  type Args = readonly unknown[];
  const set = (run: (...args: Args) => void, milliseconds: unknown, args: Args, again: boolean) => {
    onSet();
    // As Node does: at least a millisecond, also for what is no number.
    const wait = Math.max(1, Number(milliseconds) || 1);
    last += 1;
    const everyMs = again ? wait : undefined;
    timers.set(last, { run: () => run(...args), due: time + wait, everyMs });
    return last;
  };
  const clear = (timer: number): void => void timers.delete(timer);
  type Set = (run: (...args: Args) => void, milliseconds?: unknown, ...args: Args) => number;
  const setTimeout: Set = (run, milliseconds, ...args) => set(run, milliseconds, args, false);
  const setInterval: Set = (run, milliseconds, ...args) => set(run, milliseconds, args, true);

  return {
    standIns: {
      setTimeout,
      setInterval,
      setImmediate: (run: (...args: Args) => void, ...args: Args) => set(run, 0, args, false),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    },
    now: () => time,
    begin() {
      timers = new Map();
      time = epoch;
      last = 0;
    },
    fire() {
      // Of two that are due at the same time, the one that was set first.
      const [next] = [...timers].toSorted(([, a], [, b]) => a.due - b.due);
      if (!next) return false;
      const [id, timer] = next;
      time = timer.due;
      if (timer.everyMs === undefined) timers.delete(id);
      else timers.set(id, { ...timer, due: time + timer.everyMs });
      timer.run();
      return true;
    },
  };
}
