/** Documents in a SQLite file, for any number of processes. */
import { join } from 'node:path';
import { ConcurrencyError, type Document, type Write } from '../../../lab/services.ts';
import { openSqlite } from '../sqlite.ts';
import { makeDurable, openGroupCommit } from './group-commit.ts';
import type { DurableStore } from './parts.ts';
import { decode, encode } from './values.ts';

/** How long a commit waits for those of other processes. In ms. */
const busyMs = 30_000;

const schema = `
  CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- It was deleted; the row stays, because a version never comes back.
    gone INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history (
    step INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    gone INTEGER NOT NULL
  );`;

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly gone: 0 | 1;
}

export function openSqliteStore(folder: string): DurableStore {
  const sqlite = openSqlite(join(folder, 'store.db'), { timeout: busyMs });
  makeDurable(sqlite);
  sqlite.exec(schema);
  const find = sqlite.prepare<[string], Row>('SELECT * FROM documents WHERE key = ?');
  const all = sqlite.prepare<[], Row>('SELECT * FROM documents WHERE gone = 0 ORDER BY key');
  const past = sqlite.prepare<[], Row>('SELECT key, value, gone FROM history ORDER BY step');
  const put = sqlite.prepare<[string, string, number, number], unknown>(
    'INSERT OR REPLACE INTO documents (key, value, version, gone) VALUES (?, ?, ?, ?)',
  );
  const note = sqlite.prepare<[string, string, number], unknown>(
    'INSERT INTO history (key, value, gone) VALUES (?, ?, ?)',
  );
  const group = openGroupCommit(sqlite, () => {});

  return {
    async load(key) {
      return documentOf(find.get(key));
    },
    async commit(writes) {
      const texts = writes.map((write) =>
        'delete' in write ? '' : encode(write.value, `the value of ${write.key}`),
      );
      const result = await group.write(() => {
        const refusal = conflict(writes);
        if (refusal) return refusal;
        return writes.map((write, index) => {
          const version = find.get(write.key)?.version ?? 0;
          const gone = 'delete' in write ? 1 : 0;
          put.run(write.key, texts[index]!, version + 1 - gone, gone);
          note.run(write.key, texts[index]!, gone);
          return documentOf(find.get(write.key));
        });
      });
      if (result instanceof ConcurrencyError) throw result;
      return result;
    },
    async begin(given, version) {
      await group.write(() => {
        for (const [key, value] of Object.entries(given)) {
          const text = encode(value, `the given ${key}`);
          put.run(key, text, version, 0);
          note.run(key, text, 0);
        }
      });
    },
    async snapshot() {
      const histories = new Map<string, unknown[]>();
      for (const { key, value, gone } of past.all()) {
        histories.set(key, [...(histories.get(key) ?? []), gone ? undefined : decode(value)]);
      }
      return { documents: all.all().map((row) => documentOf(row)!), histories };
    },
    close: () => sqlite.close(),
  };

  function conflict(writes: readonly Write[]): ConcurrencyError | undefined {
    for (const { key, ifVersion } of writes) {
      if (ifVersion === undefined) continue;
      const actual = documentOf(find.get(key))?.version ?? 'absent';
      if (actual !== ifVersion) return new ConcurrencyError(key, ifVersion, actual);
    }
    return undefined;
  }
}

function documentOf(row: Row | undefined): Document<unknown> | undefined {
  if (!row || row.gone === 1) return undefined;
  return { key: row.key, value: decode(row.value), version: row.version };
}
