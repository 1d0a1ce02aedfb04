/**
 * Queues in a SQLite file, for any number of processes. A message is one row from its send to its end; it can be
 * taken once its `ready_at` has come, which is when it is due or when its lock runs out.
 */
import { join } from 'node:path';
import { LockLostError } from '../../../lab/services.ts';
import type { Headers } from '../../../lab/services.ts';
import { openSqlite } from '../sqlite.ts';
import { openBell } from './bell.ts';
import { makeDurable, openGroupCommit } from './group-commit.ts';
import type {
  BrokerSettings,
  Consumer,
  DurableBroker,
  Lease,
  StoredMessage,
  Work,
} from './parts.ts';
import { decode, encode } from './values.ts';

/** How long a transaction waits for those of other processes. In ms. */
const busyMs = 30_000;
/** Where nobody can be woken, everybody looks this often. In ms. */
const netMsByDefault = 5_000;

const schema = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    headers TEXT NOT NULL,
    sent_by TEXT,
    state TEXT NOT NULL,
    -- NULL once it is settled.
    ready_at INTEGER,
    -- The number of the delivery is the lock's token: each lock has another.
    deliveries INTEGER NOT NULL DEFAULT 0,
    locked_by TEXT,
    reason TEXT
  );
  CREATE INDEX IF NOT EXISTS ready ON messages (queue, ready_at) WHERE ready_at IS NOT NULL;`;

interface Row {
  readonly id: number;
  readonly queue: string;
  readonly message_id: string;
  readonly type: string;
  readonly body: string;
  readonly headers: string;
  readonly sent_by: string | null;
  readonly state: StoredMessage['state'];
  readonly ready_at: number | null;
  readonly deliveries: number;
  readonly reason: string | null;
}

type Insert = [string, string, string, string, string, string | null, number];

export function openSqliteBroker(
  folder: string,
  { lockSeconds, deliveriesMost, now }: BrokerSettings,
  netMs = netMsByDefault,
): DurableBroker {
  const sqlite = openSqlite(join(folder, 'broker.db'), { timeout: busyMs });
  makeDurable(sqlite);
  sqlite.exec(schema);
  const insert = sqlite.prepare<Insert, unknown>(
    `INSERT INTO messages (queue, message_id, type, body, headers, sent_by, state, ready_at)
     VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)`,
  );
  const first = sqlite.prepare<[string, number], Row>(
    'SELECT * FROM messages WHERE queue = ? AND ready_at <= ? ORDER BY ready_at LIMIT 1',
  );
  const lock = sqlite.prepare<[number, string, number], unknown>(
    `UPDATE messages SET state = 'locked', deliveries = deliveries + 1, ready_at = ?, locked_by = ?
     WHERE id = ?`,
  );
  const soonest = sqlite
    .prepare<[string], number | null>(
      'SELECT min(ready_at) FROM messages WHERE queue = ? AND ready_at IS NOT NULL',
    )
    .pluck() as unknown as { get(queue: string): number | null };
  // The three that stand behind every settlement: the lock is this delivery's, and its time is not over.
  const locked = `WHERE id = ? AND deliveries = ? AND state = 'locked' AND ready_at > ?`;
  const settle = sqlite.prepare<[string, string | null, number, number, number], unknown>(
    `UPDATE messages SET state = ?, reason = ?, ready_at = NULL, locked_by = NULL ${locked}`,
  );
  const giveBack = sqlite.prepare<[number, number, number, number], unknown>(
    `UPDATE messages SET state = 'waiting', ready_at = ?, locked_by = NULL ${locked}`,
  );
  const prolong = sqlite.prepare<[number, number, number, number], unknown>(
    `UPDATE messages SET ready_at = ? ${locked}`,
  );
  const bury = sqlite.prepare<[string, number], unknown>(
    `UPDATE messages SET state = 'dead-lettered', ready_at = NULL, locked_by = NULL, reason = ?
     WHERE id = ?`,
  );
  const letRunOut = sqlite.prepare<[number, string], unknown>(
    `UPDATE messages SET ready_at = ? WHERE locked_by = ? AND state = 'locked'`,
  );
  const isSettled = sqlite
    .prepare<[number], number>('SELECT ready_at IS NULL FROM messages WHERE id = ?')
    .pluck() as unknown as { get(id: number): 0 | 1 };
  const all = sqlite.prepare<[], Row>('SELECT * FROM messages ORDER BY id');

  const bell = openBell(join(folder, 'bell'), netMs);
  let isNews = false;
  const group = openGroupCommit(sqlite, () => {
    if (isNews) bell.ring();
    isNews = false;
  });
  /** A change that somebody may wait for. */
  const change = <T>(action: () => T): Promise<T> =>
    group.write(() => {
      isNews = true;
      return action();
    });

  const givenUp = `delivered ${deliveriesMost} times`;
  const lockEnds = (): number => now() + lockSeconds * 1_000;
  const soonestIn = (queues: readonly string[]): number =>
    Math.min(...queues.map((queue) => soonest.get(queue) ?? Infinity));

  function take(queues: readonly string[], by: string): Row | undefined {
    for (const queue of queues) {
      for (let row = first.get(queue, now()); row; row = first.get(queue, now())) {
        const { id, state, deliveries } = row;
        if (state === 'locked' && deliveries >= deliveriesMost) {
          // Its last lock ran out, and nobody was there to say so.
          bury.run(givenUp, id);
          isNews = true;
          continue;
        }
        const until = lockEnds();
        lock.run(until, by, id);
        return { ...row, state: 'locked', deliveries: deliveries + 1, ready_at: until };
      }
    }
    return undefined;
  }

  function leaseOf(row: Row): Lease {
    const { id, deliveries, message_id: messageId } = row;
    const must = async (update: () => { readonly changes: number }): Promise<void> => {
      const { changes } = await change(update);
      if (changes === 0) throw new LockLostError(messageId);
    };
    let lockedUntil = row.ready_at ?? 0;
    return {
      message: messageOf(row),
      get lockedUntil() {
        return lockedUntil;
      },
      complete: () => must(() => settle.run('completed', null, id, deliveries, now())),
      abandon: () =>
        must(() =>
          deliveries >= deliveriesMost
            ? settle.run('dead-lettered', givenUp, id, deliveries, now())
            : giveBack.run(now(), id, deliveries, now()),
        ),
      deadLetter: (reason) =>
        must(() => settle.run('dead-lettered', reason, id, deliveries, now())),
      async renew() {
        const until = lockEnds();
        await must(() => prolong.run(until, id, deliveries, now()));
        lockedUntil = until;
      },
      expire: async () => void (await change(() => prolong.run(now(), id, deliveries, now()))),
      lose: () => must(() => giveBack.run(now(), id, deliveries, now())),
    };
  }

  async function settleAsLeft(
    lease: Lease,
    how: 'complete' | 'abandon' | 'lose',
  ): Promise<boolean> {
    try {
      await lease[how]();
      return false;
    } catch (error) {
      if (error instanceof LockLostError) return true;
      throw error;
    }
  }

  return {
    async send(queues, message, sentBy) {
      const { messageId, type, headers = {}, delaySeconds = 0 } = message;
      const body = encode(message.body, `the body of ${type} ${messageId}`);
      const facts = encode(headers, `the headers of ${type} ${messageId}`);
      const dueAt = now() + delaySeconds * 1_000;
      return change(() =>
        queues.map((queue) => {
          const { lastInsertRowid } = insert.run(
            queue,
            messageId,
            type,
            body,
            facts,
            sentBy ?? null,
            dueAt,
          );
          return Number(lastInsertRowid);
        }),
      );
    },
    consume: (queues, by, work) => consumer(queues, by, work),
    async settled(receipt) {
      for (;;) {
        const { rings } = bell;
        if (isSettled.get(receipt) === 1) return;
        await bell.next(rings, Infinity);
      }
    },
    release: async (by) => void (await change(() => letRunOut.run(now(), by))),
    wake: () => bell.ring(),
    changed: () => bell.next(bell.rings, Infinity),
    snapshot: async () => all.all().map(messageOf),
    close() {
      bell.close();
      sqlite.close();
    },
  };

  function consumer(queues: readonly string[], by: string, work: Work): Consumer {
    let closed = false;
    const running = run();
    const failed = new Promise<never>((_, reject) => void running.catch(reject));
    failed.catch(() => {});
    return {
      failed,
      async close() {
        closed = true;
        bell.ring();
        await running.catch(() => {});
      },
    };

    async function run(): Promise<void> {
      let row: Row | undefined;
      for (;;) {
        row ??= await next();
        if (!row) return;
        const lease = leaseOf(row);
        const { how, done } = await work(lease);
        row = undefined;
        if (how === 'none') {
          done(false);
          continue;
        }
        // Both in one transaction: the next message costs no wait for the disk of its own.
        const settling = settleAsLeft(lease, how);
        const taking = closed ? undefined : group.write(() => take(queues, by));
        done(await settling);
        row = await taking;
      }
    }

    /** Undefined: it was closed. */
    async function next(): Promise<Row | undefined> {
      while (!closed) {
        const { rings } = bell;
        const readyAt = soonestIn(queues);
        const row = readyAt <= now() ? await group.write(() => take(queues, by)) : undefined;
        if (row) return row;
        const again = soonestIn(queues);
        if (again > now()) await bell.next(rings, again - now());
      }
      return undefined;
    }
  }
}

function messageOf(row: Row): StoredMessage {
  return {
    queue: row.queue,
    messageId: row.message_id,
    type: row.type,
    body: decode(row.body),
    headers: decode(row.headers) as Headers,
    sentBy: row.sent_by ?? undefined,
    deliveries: row.deliveries,
    state: row.state,
    readyAt: row.ready_at ?? undefined,
    reason: row.reason ?? undefined,
  };
}
