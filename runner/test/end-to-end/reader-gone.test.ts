import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { kataProgram, miniWorkshop } from '../workshop.ts';

/** Starts kata with a pipe whose reader is gone before the first word is written. */
async function withoutReader(root: string, words: readonly string[]) {
  const child = spawn(process.execPath, [kataProgram, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8' },
  });
  child.stdout.destroy();
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += String(text)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, complaints };
}

const quiet = { exitCode: 0, complaints: '' };

test('kata list | head -1 ends quietly', async () => {
  const { root } = miniWorkshop();
  expect(await withoutReader(root, ['list'])).toEqual(quiet);
  const shell = `set -o pipefail; '${process.execPath}' '${kataProgram}' list | head -1`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', shell], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8' },
  });
  expect(stdout).toMatch(/^ {2}The user’s intent.*\n$/);
  expect(stderr).toBe('');
});

test('a long command that nobody reads any more stops early, and quietly', async () => {
  const { root } = miniWorkshop();
  expect(await withoutReader(root, ['dev', 'check'])).toEqual(quiet);
});

test('a judgement stands, whether its screen was read or not', async () => {
  const { root, kata } = miniWorkshop();
  await kata('next');
  expect(await withoutReader(root, ['check'])).toEqual({ exitCode: 1, complaints: '' });
});
