/** One process on its own: where it listens, and what it says to what nobody foresaw. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadProgram } from '../../lab/program.ts';
import type { Scenario } from '../../lab/scenario.ts';
import type { Services } from '../../lab/services.ts';
import { loadSubject } from '../../lab/subject.ts';
import { exchange, serve } from '../../src/adapters/real/serving.ts';
import { openSqliteParts } from '../../src/adapters/real/sqlite-parts.ts';
import { temporaryFolder } from '../conformance/here.ts';

async function serving(handle: (services: Services) => Promise<unknown>, port = 0) {
  const web = { 'POST /': (_: unknown, services: Services) => handle(services) };
  const scenario: Scenario = { name: 'one process', processes: { web }, promises: {} };
  const program = loadProgram(scenario, loadSubject(import.meta.dirname));
  const parts = openSqliteParts(temporaryFolder(), scenario);
  const told: string[] = [];
  const served = await serve({
    program,
    plan: program.processes[0]!,
    ...parts,
    now: parts.clock.now,
    apis: {},
    boot: 0,
    port,
    around: {
      strikes: async () => false,
      coin: () => false,
      delay: () => 0,
      tell: (_, text) => void told.push(text),
      busy() {},
      refusedCommit() {},
      mistake() {},
    },
  });
  onTestFinished(async () => {
    await served.close();
    parts.broker.close();
    parts.store.close();
  });
  return { port: served.port!, told, url: `http://127.0.0.1:${served.port}` };
}

test('a port that is taken meanwhile is no reason to fail: it listens on another', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port: taken } = other.address() as AddressInfo;
  const { port, url } = await serving(async () => ({ status: 204 }), taken);
  expect(port).not.toBe(taken);
  expect(await exchange('POST', `${url}/`, undefined, {})).toMatchObject({ status: 204 });
});

test('what a handler throws, and what is no answer, is 500, and is told', async () => {
  const wrong = [{ status: 'ok' }, undefined, { status: 200, body: new Date(0) }];
  const { url, told } = await serving(async () => {
    if (wrong.length === 0) throw new RangeError('too far');
    return wrong.shift();
  });
  for (let request = 0; request < 4; request += 1) {
    expect(await exchange('POST', `${url}/`, { a: 1 }, {})).toMatchObject({ status: 500 });
  }
  const throws = told.filter((text) => text.startsWith('throws'));
  expect(throws).toHaveLength(4);
  expect(throws[2]).toMatch(/JSON cannot keep/);
  expect(throws[3]).toBe('throws RangeError: too far');
});

test('ids are short, and none comes twice in a boot', async () => {
  const { url } = await serving(async ({ ids }) => ({
    status: 200,
    body: Array.from({ length: 1_500 }, () => ids.next()),
  }));
  const { body } = await exchange('POST', `${url}/`, undefined, {});
  const made = body as string[];
  expect(made[0]).toBe('a1');
  expect(new Set(made).size).toBe(1_500);
});
