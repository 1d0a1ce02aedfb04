/** Append-only facts in a file of SQLite, safe with several processes. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../domain/ports.ts';
import { KataError } from '../errors.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

/** Each entry brings a database from its index to the next version; never edit one that was released. */
const migrations = [
  `CREATE TABLE facts (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     at INTEGER NOT NULL,        -- milliseconds since the epoch
     exercise TEXT NOT NULL,     -- what it is about: an exercise by its name, or a mob
     kind TEXT NOT NULL,
     detail TEXT NOT NULL        -- JSON: the fields of this kind of fact
   ) STRICT`,
] as const;

/** How long a process waits for another one's write, in milliseconds. */
const busyTimeoutMs = 5000;

export interface Facts {
  /** Oldest first; only those about one subject when it is named. */
  rows(subject?: string): readonly Row[];
  /** @throws KataError read-only, disk-full, vault-busy */
  add(row: Omit<Row, 'id'>): Row;
  /** All that it adds or nothing, and no other process adds anything meanwhile. One in another is one. */
  alone<T>(action: () => T): T;
  close(): void;
}

export interface Row {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What it is about. */
  readonly subject: string;
  readonly kind: string;
  /** The fields of this kind of fact. */
  readonly detail: object;
}

export interface Opened {
  readonly facts: Facts;
  /** Where the file could not be used: why, and what it is kept as. 'was written by …, and is kept as …' */
  readonly notice: string | undefined;
}

/**
 * Opens the file, or starts a new one. One that is corrupt or from a newer version is renamed beside the
 * new one, never overwritten.
 * @throws KataError native-sqlite when the native module does not load, read-only, disk-full
 */
export function openFacts(file: string, clock: Clock): Opened {
  mkdirSync(dirname(file), { recursive: true });
  const first = open(file);
  if (first.kind === 'usable') {
    return { facts: factsIn(file, first.database), notice: undefined };
  }
  const kept = keepAside(file, first.kind, clock.now());
  const second = open(file);
  if (second.kind !== 'usable') throw second.cause;
  const why =
    first.kind === 'newer'
      ? 'was written by a newer version of this kit'
      : `could not be read (${first.cause instanceof Error ? first.cause.message : String(first.cause)})`;
  return {
    facts: factsIn(file, second.database),
    notice: `${why}. It is kept as ${kept}; a new one was begun.`,
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

type Stored = Omit<Row, 'detail'> & { readonly detail: string };

function factsIn(file: string, database: Sqlite): Facts {
  const columns = 'SELECT id, at, exercise AS subject, kind, detail FROM facts';
  const all = database.prepare<[], Stored>(`${columns} ORDER BY id`);
  const about = database.prepare<[string], Stored>(`${columns} WHERE exercise = ? ORDER BY id`);
  const insert = database.prepare<[number, string, string, string], never>(
    'INSERT INTO facts (at, exercise, kind, detail) VALUES (?, ?, ?, ?)',
  );
  let isAlone = false;
  return {
    rows: (subject) =>
      (subject === undefined ? all.all() : about.all(subject)).map((row) => ({
        ...row,
        detail: JSON.parse(row.detail) as object,
      })),
    add(row) {
      const { at, subject, kind, detail } = row;
      try {
        const { lastInsertRowid } = insert.run(at, subject, kind, JSON.stringify(detail));
        return { ...row, id: Number(lastInsertRowid) };
      } catch (error) {
        throw refusedBySystem(file, error) ?? error;
      }
    },
    alone<T>(action: () => T): T {
      if (isAlone) return action();
      let done: { readonly result: T } | undefined;
      isAlone = true;
      try {
        database.immediately(() => (done = { result: action() }));
      } catch (error) {
        throw refusedBySystem(file, error) ?? error;
      } finally {
        isAlone = false;
      }
      return done!.result;
    },
    close: () => database.close(),
  };
}
