/** The progress log in .kata/progress.db: append-only facts in SQLite, safe with several processes. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, ProgressLog } from '../domain/ports.ts';
import type { Fact, NewFact } from '../domain/progress.ts';
import { KataError } from '../errors.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

/** Each entry brings a database from its index to the next version; never edit one that was released. */
const migrations = [
  `CREATE TABLE facts (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,        -- milliseconds since the epoch
     exercise TEXT NOT NULL,     -- the name, never the number
     kind TEXT NOT NULL,
     detail TEXT NOT NULL        -- JSON: the fields of this kind of fact
   ) STRICT`,
] as const;

/** How long a process waits for another one's write, in milliseconds. */
const busyTimeoutMs = 5000;

export interface Opened {
  readonly log: ProgressLog;
  /** Says what was kept aside and why, when the file could not be used. */
  readonly notice: string | undefined;
}

/**
 * Opens the log, or starts a new one. A file that is corrupt or from a newer version is renamed
 * beside the new one, never overwritten.
 * @throws KataError native-sqlite when the native module does not load, read-only, disk-full
 */
export function openProgressLog(file: string, clock: Clock): Opened {
  mkdirSync(dirname(file), { recursive: true });
  const first = open(file);
  if (first.kind === 'usable') {
    return { log: logOver(file, first.database, clock), notice: undefined };
  }
  const kept = keepAside(file, first.kind, clock.now());
  const second = open(file);
  if (second.kind !== 'usable') throw second.cause;
  const why =
    first.kind === 'newer'
      ? 'was written by a newer version of this kit'
      : `could not be read (${first.cause instanceof Error ? first.cause.message : String(first.cause)})`;
  return {
    log: logOver(file, second.database, clock),
    notice: `The progress file ${why}. It is kept as ${kept}; a new one was begun. Your work in workspace/ is untouched.`,
  };
}

type Attempt = { readonly kind: 'usable'; readonly database: Sqlite } | Unusable;

interface Unusable {
  readonly kind: 'corrupt' | 'newer';
  readonly cause: unknown;
}

function open(file: string): Attempt {
  let database: Sqlite | undefined;
  try {
    database = openSqlite(file, { timeout: busyTimeoutMs });
    const version = Number(database.value('PRAGMA user_version'));
    const unusable =
      version > migrations.length
        ? ({ kind: 'newer', cause: new Error(`version ${version}`) } as const)
        : damageIn(database, version);
    if (unusable) {
      database.close();
      return unusable;
    }
    if (version < migrations.length) migrate(database);
    writeAhead(database);
    return { kind: 'usable', database };
  } catch (error) {
    database?.close();
    const { code } = error as { code?: string };
    if (code === undefined || !code.startsWith('SQLITE_')) throw nativeSqlite(error);
    // An error in our own statements means tables that are not ours.
    if (/^SQLITE_(CORRUPT|NOTADB$|ERROR$)/.test(code)) return { kind: 'corrupt', cause: error };
    throw refusedBySystem(file, error) ?? error;
  }
}

/** Looks at every page and every fact before anything is written, so that damage shows now and not half-way. */
function damageIn(database: Sqlite, version: number): Unusable | undefined {
  const pages = String(database.value('PRAGMA quick_check(1)'));
  if (pages !== 'ok') return { kind: 'corrupt', cause: new Error(pages) };
  if (version === 0) return undefined;
  const damaged = Number(database.value('SELECT count(*) FROM facts WHERE NOT json_valid(detail)'));
  if (damaged === 0) return undefined;
  return { kind: 'corrupt', cause: new Error(`${damaged} of its facts are damaged`) };
}

/** With a write-ahead log, a reader never waits for a writer. The mode stays with the file. */
function writeAhead(database: Sqlite): void {
  try {
    database.exec('PRAGMA journal_mode = WAL');
  } catch (error) {
    // SQLite does not wait here; while another process writes, the file stays as it is, and is as safe.
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
  }
}

function refusedBySystem(file: string, error: unknown): KataError | undefined {
  const { code = '' } = error as { code?: string };
  if (
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CANTOPEN') ||
    code === 'SQLITE_PERM'
  ) {
    return new KataError(
      'read-only',
      `${file} cannot be opened for writing (${code}).`,
      'Make the folder .kata writable for you, or clone the workshop where you may write.',
      error,
    );
  }
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) {
    return new KataError(
      'disk-full',
      `${file} could not be written (${code}). Nothing was half-written.`,
      'Free some space, then give the same command again; kata doctor checks the disk.',
      error,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new KataError(
      'vault-busy',
      `Another program has kept ${file} to itself for over ${busyTimeoutMs / 1000} seconds.`,
      'Close whatever has it open, then give the same command again.',
      error,
    );
  }
  return undefined;
}

/** Immediate, so that of two processes that find an old file one migrates and the other waits. */
function migrate(database: Sqlite): void {
  database.immediately(() => {
    const version = Number(database.value('PRAGMA user_version'));
    for (const statement of migrations.slice(version)) database.exec(statement);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function nativeSqlite(cause: unknown): KataError {
  return new KataError(
    'native-sqlite',
    'The native part of better-sqlite3 does not load on this Node.',
    'Run npm rebuild better-sqlite3 (npm install after a change of Node); kata doctor says more.',
    cause,
  );
}

function keepAside(file: string, kind: 'corrupt' | 'newer', now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]/g, '').slice(0, 15);
  let kept = file.replace(/\.db$/, `.${kind}-${stamp}.db`);
  for (let count = 2; existsSync(kept); count += 1) {
    kept = file.replace(/\.db$/, `.${kind}-${stamp}-${count}.db`);
  }
  // The write-ahead log belongs to the file and may hold its newest facts.
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix);
  }
  return kept;
}

interface Row {
  readonly id: number;
  readonly at: number;
  readonly exercise: string;
  readonly kind: string;
  readonly detail: string;
}

function logOver(file: string, database: Sqlite, clock: Clock): ProgressLog {
  const select = database.prepare<[], Row>(
    'SELECT id, at, exercise, kind, detail FROM facts ORDER BY id',
  );
  const insert = database.prepare<[number, string, string, string], never>(
    'INSERT INTO facts (at, exercise, kind, detail) VALUES (?, ?, ?, ?)',
  );
  return {
    facts: () =>
      select
        .all()
        .map(
          ({ id, at, exercise, kind, detail }) =>
            ({ ...(JSON.parse(detail) as object), id, at, exercise, kind }) as Fact,
        ),
    record(fact: NewFact): Fact {
      const { exercise, kind, ...detail } = fact;
      const at = clock.now();
      try {
        const { lastInsertRowid } = insert.run(at, exercise, kind, JSON.stringify(detail));
        return { ...fact, id: Number(lastInsertRowid), at };
      } catch (error) {
        throw refusedBySystem(file, error) ?? error;
      }
    },
    close: () => database.close(),
  };
}
