/**
 * One transaction for all that is asked for in the same turn of the event loop, so that its cost, one wait for the
 * disk, is shared. Nobody is answered before the transaction is durable.
 */
import type { Sqlite } from '../sqlite.ts';

export interface GroupCommit {
  /**
   * Runs inside the next transaction; resolves when that is durable. An action that throws takes all others with it,
   * so it looks before it writes, and what it refuses is its result.
   */
  write<T>(action: () => T): Promise<T>;
}

interface Asked {
  readonly action: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** @param onCommit  after each transaction, before those who asked are answered */
export function openGroupCommit(sqlite: Sqlite, onCommit: () => void): GroupCommit {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  let asked: Asked[] = [];

  function flush(): void {
    const group = asked;
    asked = [];
    const results: unknown[] = [];
    try {
      begin.run();
      try {
        for (const { action } of group) results.push(action());
        commit.run();
      } catch (error) {
        rollback.run();
        throw error;
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    onCommit();
    group.forEach(({ resolve }, index) => resolve(results[index]));
  }

  return {
    write: <T>(action: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (asked.length === 0) setImmediate(flush);
        asked.push({ action, resolve: resolve as Asked['resolve'], reject });
      }),
  };
}

/** Every commit is on the disk when it returns, also when the machine loses its power. */
export function makeDurable(sqlite: Sqlite): void {
  sqlite.exec('PRAGMA journal_mode = WAL');
  sqlite.exec('PRAGMA synchronous = FULL');
}
