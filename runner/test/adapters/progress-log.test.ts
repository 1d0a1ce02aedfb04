import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../../src/adapters/sqlite.ts';
import { openProgressLog } from '../../src/adapters/progress-log.ts';
import type { Fact } from '../../src/domain/progress.ts';

const writer = join(import.meta.dirname, 'writer.mjs');
const dist = resolve(import.meta.dirname, '../../dist');
const noon = Date.UTC(2026, 0, 2, 12);
const clock = { now: () => noon };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kata-log-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The path of a log that holds this many facts and was closed properly. */
function logWith(count: number): string {
  const file = join(folder(), 'progress.db');
  const { log } = openProgressLog(file, clock);
  for (let rung = 1; rung <= count; rung += 1) {
    log.record({ kind: 'hinted', exercise: `exercise-${rung}`.padEnd(60, '.'), rung });
  }
  log.close();
  return file;
}

function factsOf(file: string): readonly Fact[] {
  const { log, notice } = openProgressLog(file, clock);
  expect(notice).toBeUndefined();
  const facts = log.facts();
  log.close();
  return facts;
}

test('what was recorded is there the next time, in its order and with all its fields', () => {
  const file = logWith(0);
  const { log } = openProgressLog(file, clock);
  const recorded = [
    log.record({ kind: 'opened', exercise: 'outbox' }),
    log.record({
      kind: 'checked',
      exercise: 'outbox',
      broken: 'one-order',
      brokenIn: 3,
      schedules: 41,
      durationMs: 912.5,
      copy: 'c1',
    }),
    log.record({ kind: 'revealed', exercise: 'outbox' }),
  ];
  log.close();
  expect(factsOf(file)).toEqual(recorded);
  expect(recorded.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(recorded[0]?.at).toBe(noon);
});

test('an empty file becomes a log', () => {
  const file = join(folder(), 'progress.db');
  writeFileSync(file, '');
  expect(factsOf(file)).toEqual([]);
  expect(readdirSync(dirname(file))).toEqual(['progress.db']);
});

test('two processes that begin the log at once and write 200 facts each lose none', async () => {
  const file = join(folder(), 'progress.db');
  const names = ['ours', 'theirs'];
  await Promise.all(names.map((name) => execa(process.execPath, [writer, file, name, '200'])));
  const facts = factsOf(file);
  expect(facts).toHaveLength(400);
  for (const name of names) {
    const rungs = facts.flatMap((fact) =>
      fact.exercise === name && fact.kind === 'hinted' ? [fact.rung] : [],
    );
    expect(rungs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  }
  const ids = facts.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(readdirSync(dirname(file))).toEqual(['progress.db']);
});

describe('a file that cannot be used is kept aside, byte for byte, and named', () => {
  const damages: Readonly<Record<string, (file: string) => void>> = {
    'of garbage': (file) => writeFileSync(file, 'this is no database, but it is mine'),
    'cut off in the middle': (file) => truncateSync(file, 5000),
    'with a page overwritten': (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 2 * 4096, 3 * 4096);
      writeFileSync(file, bytes);
    },
    'with a page of zeros': (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0, 4096, 2 * 4096);
      writeFileSync(file, bytes);
    },
    'with a fact overwritten': (file) => {
      const bytes = readFileSync(file);
      bytes.write('#', bytes.lastIndexOf('{"rung"'));
      writeFileSync(file, bytes);
    },
    'with tables of somebody else': (file) => {
      rmSync(file);
      const database = openSqlite(file);
      database.exec('CREATE TABLE facts (other TEXT)');
      database.close();
    },
    'of a newer version': (file) => {
      const database = openSqlite(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
  };

  test.each(Object.entries(damages))('%s', (_, damage) => {
    const file = logWith(300);
    damage(file);
    const bytes = readFileSync(file);
    const { log, notice } = openProgressLog(file, clock);
    expect(log.facts()).toEqual([]);
    log.record({ kind: 'opened', exercise: 'outbox' });
    log.close();
    const others = readdirSync(dirname(file)).filter((name) => name !== 'progress.db');
    expect(others).toEqual([
      expect.stringMatching(/^progress\.(corrupt|newer)-20260102T120000\.db$/),
    ]);
    expect(readFileSync(join(dirname(file), others[0]!)).equals(bytes)).toBe(true);
    expect(notice).toContain(others[0]);
    expect(factsOf(file)).toHaveLength(1);
  });
});

test('a newer file is said to be newer, and not to be damaged', () => {
  const file = logWith(1);
  const database = openSqlite(file);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const { log, notice } = openProgressLog(file, clock);
  log.close();
  expect(notice).toContain('was written by a newer version of this kit');
});

test('a second file that is kept aside in the same second leaves the first one alone', () => {
  const file = join(folder(), 'progress.db');
  for (const text of ['first', 'second', 'third']) {
    writeFileSync(file, `no database: ${text}`);
    openProgressLog(file, clock).log.close();
  }
  const kept = readdirSync(dirname(file)).filter((name) => name.includes('corrupt'));
  const texts = kept.map((name) => readFileSync(join(dirname(file), name), 'utf8'));
  expect(texts.toSorted()).toEqual([
    'no database: first',
    'no database: second',
    'no database: third',
  ]);
});

test('without its write-ahead log, a file still gives every fact that had reached it', () => {
  const file = logWith(3);
  const { log } = openProgressLog(file, clock);
  log.record({ kind: 'opened', exercise: 'only in the write-ahead log' });
  // What a copy of the one file holds while the log is open.
  const copy = join(folder(), 'progress.db');
  cpSync(file, copy);
  expect(existsSync(`${file}-wal`)).toBe(true);
  expect(log.facts()).toHaveLength(4);
  log.close();
  expect(factsOf(copy)).toHaveLength(3);
});

test('a folder in the place of the file is a refusal with a remedy', () => {
  const file = join(folder(), 'progress.db');
  mkdirSync(file);
  expect(() => openProgressLog(file, clock)).toThrow(
    expect.objectContaining({ code: 'read-only', remedy: expect.stringContaining('.kata') }),
  );
});

describe('a native part of better-sqlite3 that does not load says how to mend it', () => {
  /** Opens a log by the built kit, whose better-sqlite3 is the one that `lay` puts into a folder. */
  async function openWith(lay: (library: string) => void): Promise<unknown> {
    const root = folder();
    cpSync(dist, join(root, 'dist'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    const library = join(root, 'node_modules/better-sqlite3');
    mkdirSync(library, { recursive: true });
    lay(library);
    const adapter = pathToFileURL(join(root, 'dist/src/adapters/progress-log.js')).href;
    const script = `import { openProgressLog } from ${JSON.stringify(adapter)};
      try { openProgressLog('progress.db', { now: () => 0 }); console.log('{}'); }
      catch ({ code, remedy, cause }) {
        console.log(JSON.stringify({ code, remedy, cause: String(cause) }));
      }`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: root,
    });
    expect(readdirSync(root).filter((name) => name.startsWith('progress'))).toEqual([]);
    return JSON.parse(stdout);
  }
  const refusal = {
    code: 'native-sqlite',
    remedy: expect.stringContaining('npm rebuild better-sqlite3'),
  };
  const real = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));

  test('a file for another machine', async () => {
    const answer = await openWith((library) => {
      for (const part of ['lib', 'package.json']) {
        cpSync(join(real, part), join(library, part), { recursive: true });
      }
      // Its helper that looks for the native part.
      const bindings = createRequire(join(real, 'lib/database.js')).resolve(
        'bindings/package.json',
      );
      symlinkSync(dirname(bindings), join(dirname(library), 'bindings'));
      const uri = createRequire(bindings).resolve('file-uri-to-path/package.json');
      symlinkSync(dirname(uri), join(dirname(library), basename(dirname(uri))));
      mkdirSync(join(library, 'build/Release'), { recursive: true });
      writeFileSync(join(library, 'build/Release/better_sqlite3.node'), 'for another machine');
    });
    expect(answer).toMatchObject(refusal);
    expect(answer).toMatchObject({ cause: expect.stringMatching(/better_sqlite3\.node/) });
  });

  test('a library that is not installed', async () => {
    expect(await openWith((library) => rmSync(library, { recursive: true }))).toMatchObject(
      refusal,
    );
  });
});
