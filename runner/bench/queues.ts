/**
 * The durable broker of `kata run` beside two job queues from npm that also keep their jobs in SQLite with
 * better-sqlite3. Each message goes the whole way: it is sent and confirmed, one after the other; then it is taken,
 * its handler commits a document, and it is completed. Equal on all sides are the disk, the process, WAL and
 * synchronous = FULL: whatever was confirmed outlives a loss of power. (By itself plainjob asks for less, and sidequest
 * keeps a rollback journal, with which it would wait for the disk thirteen times a message.) So the time is that of
 * waiting for the disk, and what differs is how often: four times a message in both rivals; with one consumer three
 * times in the broker, which completes a message and takes the next in one transaction. With more consumers it also
 * shares a transaction among all that are asked for in the same turn of the event loop, before any is answered.
 *
 * sidequest brings 48 packages for its rows and stays, because no third one can be compared: liteque, which is well
 * kept and has few, fails on better-sqlite3 12 (its transactions return promises), bunqueue wants Bun, and the others
 * are on another driver with an SQLite of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import SqliteBackend from '@sidequest/sqlite-backend';
import Database from 'better-sqlite3';
import { better, defineQueue, defineWorker } from 'plainjob';
import { openSqliteBroker } from '../src/adapters/real/sqlite-broker.ts';
import { openSqliteStore } from '../src/adapters/real/sqlite-store.ts';
import type { Row, Sides } from './rows.ts';

/** In one measurement. */
const messages = 300;
/** How long a rival waits until it looks again: as short as it can be. In ms. */
const pollMs = 1;
const lockSeconds = 5;

/** Whatever was opened stays reachable: see adapters/sqlite.ts. */
const kept: unknown[] = [];

/** Opens a queue, and gives what is timed: all messages through it. */
type Way = (
  folder: string,
  consumers: number,
) => Promise<{ run(): Promise<void>; close(): void | Promise<void> }>;

export const queueRows: readonly Row[] = [
  ...[1, 4].flatMap((consumers) => [
    row('plainjob', consumers, throughPlainjob, 15),
    // Far enough apart to be seen in a few.
    row('sidequest', consumers, throughSidequest, 5),
  ]),
  {
    name: 'CPU time of four consumers that wait / the time they wait',
    bound: 'at most',
    target: 0.01,
    pairs: 3,
    open: idle,
  },
  {
    name: 'CPU time per message, where 10,000 wait / where 300 do',
    bound: 'at most',
    target: 1.5,
    pairs: 7,
    open: async () => ({
      ours: () => timeAmong(10_000),
      theirs: () => timeAmong(messages),
    }),
  },
];

/** Long enough for the slow look that a consumer takes where nobody can be woken. In ms. */
const idleMs = 6_000;

async function idle(): Promise<Sides> {
  const folder = mkdtempSync(join(tmpdir(), 'kata-idle-'));
  const broker = openSqliteBroker(folder, { lockSeconds, deliveriesMost: 3, now: Date.now });
  const waiting = Array.from({ length: 4 }, (_, index) =>
    broker.consume(['jobs'], `consumer ${index}`, async () => ({ how: 'complete', done() {} })),
  );
  let waited = 0;
  return {
    async ours() {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      await setTimeout(idleMs);
      const { user, system } = process.cpuUsage(before);
      waited = performance.now() - startedAt;
      return (user + system) / 1_000;
    },
    theirs: async () => waited,
    async close() {
      await Promise.all(waiting.map((consumer) => consumer.close()));
      broker.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** CPU time of the first messages of so many that wait, in ms: what a look into a long queue costs. */
async function timeAmong(waiting: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kata-queue-'));
  const broker = openSqliteBroker(folder, { lockSeconds, deliveriesMost: 3, now: Date.now });
  const ids = Array.from({ length: waiting }, (_, index) => `m${index}`);
  await Promise.all(
    ids.map((messageId) => broker.send(['jobs'], { messageId, type: 'Job', body: {} }, undefined)),
  );
  const { count, all } = counting();
  const before = process.cpuUsage();
  const consumer = broker.consume(['jobs'], 'consumer', async () => ({
    how: 'complete',
    done: count,
  }));
  await all;
  const { user, system } = process.cpuUsage(before);
  await consumer.close();
  broker.close();
  rmSync(folder, { recursive: true, force: true });
  return (user + system) / 1_000;
}

function row(rival: string, consumers: number, theirs: Way, pairs: number): Row {
  const who = consumers === 1 ? 'one consumer' : `${consumers} consumers`;
  return {
    name: `time per message, durable broker / ${rival}, ${who}`,
    bound: 'at most',
    target: 1,
    pairs,
    open: async () => ({
      ours: () => timeOf(throughOurs, consumers),
      theirs: () => timeOf(theirs, consumers),
    }),
  };
}

async function timeOf(way: Way, consumers: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kata-queue-'));
  try {
    const { run, close } = await way(folder, consumers);
    const startedAt = performance.now();
    await run();
    const took = performance.now() - startedAt;
    await close();
    return took;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const throughOurs: Way = async (folder, consumers) => {
  const store = openSqliteStore(folder);
  const broker = openSqliteBroker(folder, { lockSeconds, deliveriesMost: 3, now: Date.now });
  return {
    async run() {
      for (let sent = 0; sent < messages; sent += 1) {
        const message = { messageId: `m${sent}`, type: 'Job', body: { number: sent } };
        await broker.send(['jobs'], message, undefined);
      }
      const { count, all } = counting();
      const working = Array.from({ length: consumers }, (_, index) =>
        broker.consume(['jobs'], `consumer ${index}`, async ({ message }) => {
          await store.commit([{ key: message.messageId, value: message.body }]);
          return { how: 'complete', done: count };
        }),
      );
      await all;
      await Promise.all(working.map((consumer) => consumer.close()));
    },
    close() {
      broker.close();
      store.close();
    },
  };
};

async function throughPlainjob(folder: string, consumers: number): ReturnType<Way> {
  const database = openDatabase(join(folder, 'jobs.db'));
  const quiet = { error() {}, warn() {}, info() {}, debug() {} };
  const queue = defineQueue({ connection: better(database), logger: quiet });
  // It asks for less by itself.
  database.pragma('synchronous = FULL');
  const { write, close } = openDocuments(folder);
  return {
    async run() {
      for (let sent = 0; sent < messages; sent += 1) queue.add('job', { number: sent });
      const { count, all } = counting();
      const workers = Array.from({ length: consumers }, () =>
        defineWorker('job', ({ id, data }) => write(String(id), data), {
          queue,
          pollIntervall: pollMs,
          logger: quiet,
          onCompleted: count,
        }),
      );
      const working = workers.map((worker) => worker.start());
      await all;
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all(working);
    },
    close() {
      queue.close();
      close();
    },
  };
}

/**
 * What keeps its jobs, without the engine around it, which runs them in threads and says twice more in the database
 * how far they are: that would count against it.
 */
async function throughSidequest(folder: string, consumers: number): ReturnType<Way> {
  const backend = new SqliteBackend(join(folder, 'jobs.db'));
  kept.push(backend);
  // Its own `migrate` and `close` do just this, and print what they do.
  await backend.knex.migrate.latest();
  await backend.knex.raw('PRAGMA journal_mode = WAL');
  await backend.knex.raw('PRAGMA synchronous = FULL');
  const { write, close } = openDocuments(folder);
  const job = { queue: 'jobs', script: '', class: 'Job', constructor_args: [] };
  return {
    async run() {
      for (let sent = 0; sent < messages; sent += 1) {
        const args = [{ number: sent }];
        await backend.createNewJob({ ...job, args, state: 'waiting', attempt: 0 });
      }
      const consume = async (): Promise<void> => {
        for (;;) {
          const [claimed] = await backend.claimPendingJob('jobs');
          if (!claimed) return;
          write(String(claimed.id), JSON.stringify(claimed.args));
          const completed_at = new Date();
          await backend.updateJob({ id: claimed.id, state: 'completed', completed_at });
        }
      };
      await Promise.all(Array.from({ length: consumers }, consume));
    },
    async close() {
      await backend.knex.destroy();
      close();
    },
  };
}

/** What a rival's handler commits: the same row, by one statement and with the same durability. */
function openDocuments(folder: string) {
  const database = openDatabase(join(folder, 'documents.db'));
  database.exec('CREATE TABLE documents (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
  const put = database.prepare('INSERT OR REPLACE INTO documents (key, value) VALUES (?, ?)');
  kept.push(put);
  return {
    write: (key: string, value: string): void => void put.run(key, value),
    close: () => database.close(),
  };
}

function openDatabase(file: string): Database.Database {
  const database = new Database(file);
  kept.push(database);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}

function counting(): { count(): void; all: Promise<void> } {
  let done = 0;
  let resolve = (): void => {};
  const all = new Promise<void>((resolved) => (resolve = resolved));
  const count = (): void => {
    done += 1;
    if (done === messages) resolve();
  };
  return { count, all };
}
