/** `kata run`: an exercise's system in processes of their own, which are killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { exchange } from '../../src/adapters/real/serving.ts';
import { kataProgram, miniWorkshop } from '../workshop.ts';

const repository = resolve(import.meta.dirname, '../../..');
const env = { NO_COLOR: '1', LANG: 'C.UTF-8', KATA_HOME: repository };

const kata = (words: string) =>
  execa(process.execPath, [kataProgram, ...words.split(' ')], {
    cwd: repository,
    reject: false,
    stdin: 'ignore',
    env,
  });

test('processes are killed with SIGKILL and boot again, and the solution keeps its promises', async () => {
  const { exitCode, stdout } = await kata('run 2 --solution --traffic 8 --chaos --seed 11');
  expect(stdout).toMatch(/SIGKILL before: [^]*boots again, its memory is lost/);
  expect(stdout).toMatch(/seed 11; struck: .*crash \d/);
  expect(stdout).toMatch(/broker +delivers \S+ late, by \d+ ms[^]*late delivery \d/);
  expect(stdout).not.toContain('✗');
  expect(exitCode).toBe(0);
});

test('the starter breaks its promise there, too, and is told how', async () => {
  const { exitCode, stdout } = await kata('run 1 --starter --traffic 6 --scenario 1');
  expect(stdout).toMatch(/✗ One order per submitted cart\n +broken in \d of 6 runs\n +so cart-7/);
  expect(exitCode).toBe(1);
});

test('no line is wider than the screen', async () => {
  const { stdout } = await kata('run 13 --solution --traffic 3 --chaos --seed 3');
  expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
});

test('what has no system to run says so, and what to do instead', async () => {
  for (const exercise of [10, 11, 12]) {
    const { exitCode, stderr } = await kata(`run ${exercise} --starter`);
    expect(stderr).toMatch(/has no\s+system\s+to\s+run\.[^]*kata check 1\d judges it/);
    expect(exitCode).toBe(2);
  }
  const { exitCode, stderr } = await kata('run 1 --starter --scenario 99');
  expect(stderr).toMatch(/has no scenario 99\. The last one is 5\./);
  expect(exitCode).toBe(2);
  expect((await kata('run 1 --starter --traffic none')).exitCode).toBe(2);
  expect((await kata('run 1 --starter --solution')).exitCode).toBe(2);
});

/** A run that waits for somebody to try it; its screen so far, and where its first process listens. */
async function openRun(words: string) {
  const child = spawn(process.execPath, [kataProgram, ...words.split(' ')], {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const seen = async (wanted: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = wanted.exec(printed);
      if (match) return match;
      await once(child.stdout, 'data');
    }
  };
  const [, url = ''] = await seen(/web #1 +(http:\/\/\S+)\n[^]*Ctrl-C/);
  return { child, seen, url };
}

async function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0];
}

/** Resolves once nobody listens there any more. */
async function closed(url: string): Promise<void> {
  const { hostname: host, port } = new URL(url);
  for (;;) {
    const socket = connect({ host, port: Number(port) });
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (!isOpen) return;
  }
}

test('it can be tried with a request as printed, and Ctrl-C leaves nothing behind', async () => {
  const before = runsIn(repository);
  const { child, seen, url } = await openRun('run 1 --solution');
  await seen(/curl -X POST http:\/\/127\.0\.0\.1:\d+\/carts\/7\/submit\n/);
  const response = await exchange('POST', `${url}/carts/7/submit`, undefined, {});
  expect(response.status).toBe(201);
  await seen(/\d\d:\d\d:\d\d\.\d{3} web #1 +commit .*cart-7 v2 submitted/);
  expect(await exchange('GET', `${url}/`, undefined, {})).toMatchObject({ status: 404 });
  await nobodyElseMayConnect(url);
  child.kill('SIGINT');
  expect(await ended(child)).toBe(130);
  await closed(url);
  expect(runsIn(repository)).toEqual(before);
});

test('when it is killed itself, its processes end, and the next run sets aside what it left', async () => {
  const { child, url } = await openRun('run 1 --solution');
  child.kill('SIGKILL');
  await ended(child);
  await closed(url);
  const { stderr } = await kata('run 1 --solution --traffic 1');
  const [, kept = ''] =
    /A run was cut off\. Its store and its queues are kept in (\S+),/.exec(stderr) ?? [];
  onTestFinished(() => rmSync(kept, { recursive: true, force: true }));
  expect(readdirSync(kept)).toContain('store.db');
  expect((await kata('run 1 --solution --traffic 1')).stderr).toBe('');
  expect(runsIn(repository)).toContain(basename(kept));
});

test('code whose types do not fit is not run', async () => {
  const workshop = miniWorkshop();
  await workshop.kata('goto 01');
  const file = join(workshop.workspace('01-tally'), 'tally.ts');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nconst votes: number = 'none';\n`);
  const { exitCode, stderr } = await workshop.kata('run 01 --traffic 1');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/tally\.ts:\d+[^]*not assignable to type\s+'?number/);
});

function runsIn(root: string): readonly string[] {
  const folder = join(root, '.kata', 'run');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** From an address that others see, if this machine has one. */
async function nobodyElseMayConnect(url: string): Promise<void> {
  const [outer] = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  if (!outer) return;
  const socket = connect({ host: outer.address, port: Number(new URL(url).port) });
  await expect(once(socket, 'connect')).rejects.toThrow(/ECONNREFUSED/);
}

test('kata check --real adds a verdict on real parts to one that is green', async () => {
  const { kata: inWorkshop } = miniWorkshop();
  await inWorkshop('next');
  const red = await inWorkshop('check --real');
  expect(red.stdout).not.toContain('On real parts');
  await inWorkshop('solution --apply --yes');
  const { exitCode, stdout } = await inWorkshop('check --real');
  expect(stdout).toMatch(/✓ On real parts[^]*12 runs[^]*seed \d+; struck:/);
  expect(exitCode).toBe(0);
  expect(await inWorkshop('check 2 --real')).toMatchObject({ exitCode: 2 });
});
