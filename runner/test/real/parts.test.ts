/** Durable parts over several processes, which are killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteBroker } from '../../src/adapters/real/sqlite-broker.ts';
import { openSqliteStore } from '../../src/adapters/real/sqlite-store.ts';
import { temporaryFolder } from '../conformance/here.ts';

interface Got {
  readonly got: string;
  readonly by: string;
  readonly delivery: number;
}

const job = (messageId: string, body: unknown = null) => ({ messageId, type: 'Job', body });

function openBroker(folder: string) {
  const settings = { lockSeconds: 30, deliveriesMost: 100, now: Date.now };
  const broker = openSqliteBroker(folder, settings, 2 ** 30);
  onTestFinished(() => broker.close());
  return broker;
}

async function startConsumer(
  folder: string,
  name: string,
  onGot: (got: Got) => void,
  { lockSeconds = 30, mode = 'complete' } = {},
): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'consumer.mjs');
  const child = fork(program, [folder, name, String(lockSeconds), mode]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  child.on('message', (message) => onGot(message as Got));
  return child;
}

/** Resolves when so many were heard. */
function hearing(count: number): {
  readonly heard: Got[];
  hear(got: Got): void;
  all: Promise<void>;
} {
  const heard: Got[] = [];
  let resolve = (): void => {};
  const all = new Promise<void>((done) => (resolve = done));
  const hear = (got: Got): void => {
    heard.push(got);
    if (heard.length === count) resolve();
  };
  return { heard, hear, all };
}

test('two processes share the messages, and each message has one of them', async () => {
  const folder = temporaryFolder();
  const broker = openBroker(folder);
  const { heard, hear, all } = hearing(200);
  const first = hearing(2);
  const onGot = (got: Got): void => {
    hear(got);
    first.hear(got);
  };
  const consumers = [
    await startConsumer(folder, 'one', onGot, { mode: 'wait' }),
    await startConsumer(folder, 'two', onGot, { mode: 'wait' }),
  ];
  const ids = Array.from({ length: 200 }, (_, index) => `m${index}`);
  const receipts = await Promise.all(ids.map((id) => broker.send(['jobs'], job(id), undefined)));
  // Neither owes the other a share: on a busy machine one could be through before the other has woken up.
  await first.all;
  expect(first.heard.map(({ by }) => by).toSorted()).toEqual(['one', 'two']);
  for (const consumer of consumers) consumer.send('go on');
  await all;
  expect(new Set(heard.map(({ got }) => got)).size).toBe(200);
  await Promise.all(receipts.map(([receipt]) => broker.settled(receipt!)));
  for (const each of await broker.snapshot()) {
    expect(each).toMatchObject({ state: 'completed', deliveries: 1 });
  }
});

test('no wake-up is lost: each message is sent to one who waits, and nobody looks twice', async () => {
  const folder = temporaryFolder();
  const broker = openBroker(folder);
  await startConsumer(folder, 'one', () => {});
  for (let round = 0; round < 300; round += 1) {
    const [receipt] = await broker.send(['jobs'], job(`m${round}`), undefined);
    // Both directions: the consumer is woken by the send, and this one by the settlement.
    await broker.settled(receipt!);
  }
  expect((await broker.snapshot()).every(({ deliveries }) => deliveries === 1)).toBe(true);
});

test('what a process held that was killed is delivered again when its lock has run out', async () => {
  const folder = temporaryFolder();
  const broker = openBroker(folder);
  const first = hearing(1);
  const holder = await startConsumer(folder, 'holder', first.hear, {
    lockSeconds: 1,
    mode: 'hold',
  });
  const [receipt] = await broker.send(['jobs'], job('m1'), undefined);
  await first.all;
  const second = hearing(1);
  await startConsumer(folder, 'heir', second.hear);
  holder.kill('SIGKILL');
  await broker.settled(receipt!);
  expect(second.heard).toEqual([{ got: 'm1', by: 'heir', delivery: 2 }]);
});

test('whose last lock ran out is dead-lettered, and what was forgotten after its last comes once more', async () => {
  const settings = { lockSeconds: 30, deliveriesMost: 1, now: Date.now };
  const broker = openSqliteBroker(temporaryFolder(), settings, 2 ** 30);
  onTestFinished(() => broker.close());
  const ids = ['runs out', 'is forgotten', 'is well'];
  const receipts = await Promise.all(ids.map((id) => broker.send(['jobs'], job(id), undefined)));
  const consumer = broker.consume(['jobs'], 'one', async (lease) => {
    const { messageId, deliveries } = lease.message;
    const done = (): void => {};
    if (messageId === 'runs out') {
      await lease.expire();
      return { how: 'none', done };
    }
    return { how: messageId === 'is forgotten' && deliveries === 1 ? 'lose' : 'complete', done };
  });
  await Promise.all(receipts.map(([receipt]) => broker.settled(receipt!)));
  await consumer.close();
  expect(await broker.snapshot()).toMatchObject([
    { state: 'dead-lettered', reason: 'delivered 1 times', deliveries: 1 },
    { state: 'completed', deliveries: 2 },
    { state: 'completed', deliveries: 1 },
  ]);
});

test('whoever waits looks once, and then not until something changes', async () => {
  const folder = temporaryFolder();
  const broker = openBroker(folder);
  let looks = 0;
  const now = (): number => {
    looks += 1;
    return Date.now();
  };
  const idle = openSqliteBroker(folder, { lockSeconds: 30, deliveriesMost: 3, now }, 2 ** 30);
  const consumer = idle.consume(['jobs'], 'idle', async () => ({ how: 'complete', done() {} }));
  const [receipt] = await broker.send(['jobs'], job('m1'), undefined);
  await broker.settled(receipt!);
  // What it does until it waits again is over after some turns of the event loop.
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  const before = looks;
  // Work for others, in other turns of the same event loop.
  const store = openSqliteStore(folder);
  for (let write = 0; write < 100; write += 1) await store.commit([{ key: 'x', value: write }]);
  expect(looks).toBe(before);
  store.close();
  await consumer.close();
  idle.close();
});

test('what JSON would change is refused where it is written, and nothing of the commit is there', async () => {
  const folder = temporaryFolder();
  const store = openSqliteStore(folder);
  const broker = openBroker(folder);
  const loop: unknown[] = [];
  loop.push(loop);
  for (const wrong of [new Date(0), new Map(), Number.NaN, 1n, loop, { deep: [undefined] }]) {
    const commit = store.commit([
      { key: 'x', value: 1 },
      { key: 'y', value: { wrong } },
    ]);
    await expect(commit).rejects.toThrow(/^the value of y .*JSON can(not)?/);
    const sending = broker.send(['jobs'], job('m1', wrong), undefined);
    await expect(sending).rejects.toThrow(/^the body of Job m1/);
  }
  expect(await store.load('x')).toBeUndefined();
  expect(await broker.snapshot()).toEqual([]);
  store.close();
});
