/** With real processes, really killed. They run the built vault: npm test builds it first. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { KataError } from '../../src/errors.ts';
import {
  asHarvested,
  harvest,
  keptHashes,
  label,
  newWorkshop,
  plant,
  sha256,
  vaultIn,
  type Tree,
} from './folders.ts';

type Role = 'hold' | 'contend' | 'swap' | 'save';

interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: readonly string[];
  /** Once it has said so many lines. */
  said(count: number): Promise<void>;
  /** Its exit code, or the signal that killed it. */
  readonly ended: Promise<number | string>;
}

function start(role: Role, ...words: readonly string[]): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs'), role, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const closed = once(reader, 'close');
  return {
    process: child,
    lines,
    async said(count) {
      while (lines.length < count)
        await Promise.race([once(reader, 'line'), neverSaid(closed, role)]);
    },
    ended: Promise.all([once(child, 'exit'), closed]).then(([[code, signal]]) => code ?? signal),
  };
}

async function neverSaid(closed: Promise<unknown>, role: Role): Promise<never> {
  await closed;
  throw new Error(`${role} ended without a word`);
}

const one: Tree = {
  'cart.ts': { text: 'one' },
  'only-one.ts': { text: '1' },
  sub: { folder: 0o755 },
  'sub/a': { text: 'one' },
};
const other: Tree = {
  'cart.ts': { text: 'other' },
  'run.sh': { text: '2', mode: 0o755 },
  sub: { text: 'a file' },
};

test('a vault that another kata holds says whose it is; once that one is killed, it is free', async () => {
  const { kataFolder, workspace } = newWorkshop();
  plant(workspace, one);
  const vault = join(kataFolder, 'vault');
  mkdirSync(vault, { recursive: true });
  const holder = start('hold', vault);
  await holder.said(1);
  expect(holder.lines).toEqual(['held']);
  const patience = { tries: 3, pauseMs: 1 };
  const busy: unknown = await vaultIn(kataFolder, { patience })
    .seal(workspace, label)
    .catch((error: unknown) => error);
  expect(busy).toBeInstanceOf(KataError);
  expect((busy as KataError).code).toBe('vault-busy');
  expect((busy as KataError).message).toContain(String(holder.process.pid));
  holder.process.kill('SIGKILL');
  expect(await holder.ended).toBe('SIGKILL');
  expect((await vaultIn(kataFolder, { patience }).seal(workspace, label)).entries).toHaveLength(4);
});

test('a process id that was given to another process since does not hold the lock', async () => {
  const { kataFolder, workspace } = newWorkshop();
  plant(workspace, one);
  mkdirSync(join(kataFolder, 'vault', 'lock'), { recursive: true });
  writeFileSync(
    join(kataFolder, 'vault', 'lock', `${process.ppid}-before`),
    'began at another time',
  );
  await vaultIn(kataFolder, { patience: { tries: 3, pauseMs: 1 } }).seal(workspace, label);
});

test('the lock is one process’s at a time, also when its owners die holding it', async () => {
  const { root } = newWorkshop();
  const children = [1, 2, 3].map(() => start('contend', root, '150'));
  for (const child of children) expect(await child.ended).toBe('SIGKILL');
  expect(children.map(({ lines }) => lines)).toEqual(children.map(() => ['alone each time']));
});

test('two processes at once end in one of the two worlds, with every copy whole', async () => {
  const { kataFolder, workspace, folder } = newWorkshop();
  const folders = [folder('one', one), folder('other', other)] as const;
  const children = [
    start('swap', kataFolder, workspace, folders[0], folders[1], '12'),
    start('swap', kataFolder, workspace, folders[1], folders[0], '12'),
  ];
  for (const child of children) expect(await child.ended).toBe(0);
  expect([asHarvested(one), asHarvested(other)]).toContainEqual(harvest(workspace));
  const vault = vaultIn(kataFolder);
  for (const { id } of (await vault.copies()).slice(0, 5)) {
    await vault.replace(workspace, { copy: id }, label);
  }
});

test('everything an editor saves during many swaps is in place or in a copy', async () => {
  const { kataFolder, workspace, folder } = newWorkshop();
  plant(workspace, one);
  const folders = [folder('other', other), folder('one', one)];
  const editors = ['cart.ts', 'notes.md'].map((name) => start('save', join(workspace, name)));
  const vault = vaultIn(kataFolder, { clock: { now: () => Date.now() } });
  let swaps = 0;
  for (let turn = 0; turn < 60; turn++) {
    try {
      await vault.replace(workspace, { layers: [{ folder: folders[turn % 2] ?? '' }] }, label);
      swaps += 1;
    } catch (error) {
      // Two editors that save every other millisecond may leave no quiet moment for a copy.
      if (!(error instanceof KataError && error.code === 'vault-busy')) throw error;
    }
    await setImmediate();
  }
  expect(swaps).toBeGreaterThan(30);
  await expectKept(editors, kataFolder, workspace);
});

test('a kill at any time, with an editor saving: nothing is lost, and one of the two worlds stands there', async () => {
  const { kataFolder, workspace, folder } = newWorkshop();
  plant(workspace, one);
  const folders = [folder('other', other), folder('one', one)] as const;
  const editors = [start('save', join(workspace, 'notes.md'))];
  const known = Object.keys({ ...one, ...other });
  const vault = vaultIn(kataFolder, { clock: { now: () => Date.now() } });
  let recoveries = 0;
  for (let kill = 1; kill <= 20; kill++) {
    const swapping = start('swap', kataFolder, workspace, ...folders, '1000000');
    await swapping.said(10 + 3 * kill);
    swapping.process.kill('SIGKILL');
    expect(await swapping.ended).toBe('SIGKILL');
    if (await vault.recover()) recoveries += 1;
    expect([seen(folders[0], known), seen(folders[1], known)]).toContainEqual(
      seen(workspace, known),
    );
  }
  expect(recoveries).toBeGreaterThan(0);
  await expectKept(editors, kataFolder, workspace);
});

/** The texts of some files, whatever an editor does with others beside them. */
function seen(folder: string, paths: readonly string[]): readonly (string | undefined)[] {
  return paths.map((path) => {
    try {
      return readFileSync(join(folder, path), 'utf8');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  });
}

async function expectKept(
  editors: readonly Child[],
  kataFolder: string,
  workspace: string,
): Promise<void> {
  for (const editor of editors) editor.process.stdin.end();
  for (const editor of editors) expect(await editor.ended).toBe(0);
  await vaultIn(kataFolder).seal(workspace, label);
  const kept = await keptHashes(kataFolder, workspace);
  const taken = editors.flatMap(({ lines }) => lines);
  expect(taken.length).toBeGreaterThan(20);
  expect(taken.filter((text) => !kept.has(sha256(text)))).toEqual([]);
}
