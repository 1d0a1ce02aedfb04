/** The time of one run, the same in all its processes: that of the machine, and what was leapt over. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SharedClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Nobody has anything to do before then: it is then. */
  leapTo(time: number): void;
}

export function openSharedClock(folder: string): SharedClock {
  const file = join(folder, 'ahead');
  const ahead = (): number => Number(readFileSync(file, 'utf8'));
  const set = (ms: number): void => {
    writeFileSync(`${file}.new`, String(ms));
    // As a whole or not at all: another process may read at any time.
    renameSync(`${file}.new`, file);
  };
  if (!existsSync(file)) set(0);
  return {
    now: () => Date.now() + ahead(),
    leapTo: (time) => set(Math.max(ahead(), time - Date.now())),
  };
}
