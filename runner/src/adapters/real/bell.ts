/**
 * Wakes whoever waits for a change, in any process: a file that is touched after each commit, and watched. Nobody
 * asks again and again. Whoever waits notes how often it has rung, looks, and then waits for a ring since then, so
 * that none between the look and the wait is lost.
 */
import { utimesSync, watch, writeFileSync } from 'node:fs';

export interface Bell {
  /** How often it was heard to ring so far. */
  readonly rings: number;
  ring(): void;
  /** Resolves at the first ring after so many, after some time, or when it is closed. @param atMostMs of waiting */
  next(rings: number, atMostMs: number): Promise<void>;
  close(): void;
}

/** @param netMs  where the file system tells of no change, as some network drives do: nobody waits for longer */
export function openBell(file: string, netMs: number): Bell {
  writeFileSync(file, '', { flag: 'a' });
  let rings = 0;
  let closed = false;
  const waiting = new Set<() => void>();
  const hear = (): void => {
    rings += 1;
    for (const wake of waiting) wake();
  };
  const watcher = watchedOrNot(file, hear);
  return {
    get rings() {
      return rings;
    },
    ring() {
      const now = Date.now() / 1_000;
      if (!closed) utimesSync(file, now, now);
      // Whoever waits in this process need not wait for the system to say so.
      hear();
    },
    next: (heard, atMostMs) =>
      new Promise((resolve) => {
        if (rings > heard || closed) {
          resolve();
          return;
        }
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, Math.min(atMostMs, netMs)));
        waiting.add(wake);
      }),
    close() {
      closed = true;
      watcher?.close();
      hear();
    },
  };
}

function watchedOrNot(file: string, onChange: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(file, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // The system has no watch to give away; the net remains.
    return undefined;
  }
}
