import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Machine } from '../domain/ports.ts';
import type {
  DatabaseSeen,
  Observations,
  Probe,
  TerminalSeen,
  WorkshopSeen,
} from '../domain/readiness.ts';
import { openSqlite } from './sqlite.ts';

/** What only the composition root can know. */
export interface MachineFacts {
  /** process.versions.node */
  readonly node: string;
  readonly terminal: TerminalSeen;
}

const gitTimeoutMs = 5000;

/** Looks by doing: it writes a file, opens a database, asks git. Everything it made is removed again. */
export function openMachine(facts: MachineFacts): Machine {
  return {
    async observe(root): Promise<Observations> {
      const wall = Date.now();
      const steady = performance.now();
      const workshop = root === undefined ? undefined : await lookAround(root);
      const place =
        root === undefined
          ? { path: tmpdir(), folder: 'the temporary folder' }
          : { path: join(root, '.kata'), folder: '.kata' };
      const sqlite = await probe(async () => sqliteVersion());
      const database = await probe(async () => ({
        ...(await useDatabase(place.path)),
        folder: place.folder,
      }));
      const git = await probe(askGit);
      const now = Date.now();
      const driftMs = now - wall - (performance.now() - steady);
      return {
        node: facts.node,
        sqlite,
        database,
        git,
        terminal: facts.terminal,
        clock: {
          now,
          driftMs,
          zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? '',
          offsetMinutes: -new Date(now).getTimezoneOffset(),
        },
        workshop,
      };
    },
  };
}

/** A failure is a finding here, so its reason is kept: the first line of what the system said. */
async function probe<T>(look: () => Promise<T>): Promise<Probe<T>> {
  try {
    return { seen: await look() };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { failed: reason };
  }
}

async function lookAround(root: string): Promise<WorkshopSeen> {
  return {
    root,
    written: await probe(() => writeFile(join(root, '.kata'))),
    free: await probe(async () => {
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    }),
    build: await probe(() => compareBuild(root)),
    leftovers: await setAside(join(root, '.kata'), root),
  };
}

/** Writes, flushes to the disk, reads back, removes. Gives the number of bytes. */
async function writeFile(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `doctor-${randomUUID()}.tmp`);
  const content = Buffer.alloc(4096, 'kata ');
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!content.equals(await readFile(path))) throw new Error(`${path} came back different`);
    return content.length;
  } finally {
    await rm(path, { force: true });
  }
}

function sqliteVersion(): string {
  const inMemory = openSqlite(':memory:');
  try {
    return String(inMemory.value('select sqlite_version()'));
  } finally {
    inMemory.close();
  }
}

async function useDatabase(folder: string): Promise<Omit<DatabaseSeen, 'folder'>> {
  const path = join(folder, `doctor-${randomUUID()}.db`);
  try {
    const first = openSqlite(path);
    const journalMode = String(first.value('PRAGMA journal_mode = WAL'));
    first.exec('create table looked (answer integer); insert into looked values (417)');
    first.close();
    const second = openSqlite(path, { fileMustExist: true });
    const kept = second.value('select answer from looked') === 417;
    second.close();
    return { journalMode, kept };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
  }
}

/** By Node's own means: a doctor should not need the patient's libraries. */
async function askGit(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: gitTimeoutMs });
    return stdout.trim().replace(/^git version /, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('git is not on the PATH', { cause: error });
  }
}

async function compareBuild(root: string) {
  const runner = join(root, 'runner');
  const files = [];
  for (const part of ['src', 'lab', 'model']) {
    for (const path of await readdir(join(runner, part), { recursive: true })) {
      if (!path.endsWith('.ts')) continue;
      const twin = join(runner, 'dist', part, path.replace(/\.ts$/, '.js'));
      files.push({
        source: join('runner', part, path),
        at: (await stat(join(runner, part, path))).mtimeMs,
        builtAt: (await statIfThere(twin))?.mtimeMs,
      });
    }
  }
  return files;
}

async function setAside(folder: string, root: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(ignoreMissing);
  return (names ?? [])
    .filter((name) => /^progress\.(corrupt|newer)-.*\.db$/.test(name))
    .map((name) => relative(root, join(folder, name)))
    .sort();
}

async function statIfThere(path: string) {
  return stat(path).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
