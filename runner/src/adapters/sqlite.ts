/**
 * SQLite by better-sqlite3 12, the last major that runs on Node 20. From Node 24.19 on it aborts the
 * whole process when one of its objects is garbage-collected (its issue 1515), so whatever is opened
 * here stays reachable until the process ends. Prepare few statements, and none in a loop.
 */
import { createRequire } from 'node:module';
import type DatabaseConstructor from 'better-sqlite3';

export interface Sqlite {
  prepare<Bind extends unknown[], Row>(sql: string): DatabaseConstructor.Statement<Bind, Row>;
  /** The first column of the first row. */
  value(sql: string): unknown;
  /** Statements without parameters and without a result that matters. */
  exec(sql: string): void;
  /** All of it or nothing; waits for other writers before it begins. */
  immediately(action: () => void): void;
  close(): void;
}

const kept: unknown[] = [];

/**
 * @param options `timeout`: how long to wait for another writer, in milliseconds
 * @throws what better-sqlite3 throws; also when its native part does not load
 */
export function openSqlite(file: string, options: DatabaseConstructor.Options = {}): Sqlite {
  // Loaded at the first use, so that a broken native part is a finding and not a crash at the start.
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof DatabaseConstructor;
  const database = new Database(file, options);
  kept.push(database);
  const exec = (sql: string): void => void database.exec(sql);

  function prepare<Bind extends unknown[], Row>(sql: string) {
    const statement = database.prepare<Bind, Row>(sql);
    kept.push(statement);
    return statement as DatabaseConstructor.Statement<Bind, Row>;
  }

  return {
    prepare,
    value: (sql) => prepare<[], unknown>(sql).pluck().get(),
    exec,
    immediately(action) {
      exec('BEGIN IMMEDIATE');
      try {
        action();
        exec('COMMIT');
      } catch (error) {
        if (database.inTransaction) exec('ROLLBACK');
        throw error;
      }
    },
    close: () => void database.close(),
  };
}
