/** A small workshop of two exercises in a temporary folder, and the built `kata` to use in it. */
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, type Options } from 'execa';
import { expect, onTestFinished } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
export const kataProgram = join(repository, 'runner/bin/kata.js');

export interface MiniWorkshop {
  readonly root: string;
  readonly workspace: (id: string) => string;
  /** @param words  parted by spaces, or one by one where a space is in one of them */
  kata(words: string | readonly string[], options?: Options): Promise<Ran>;
}

export interface Ran {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Removed when the test is over. */
export function miniWorkshop(): MiniWorkshop {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'kata-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  layOut(root);
  return {
    root,
    workspace: (id) => join(root, 'workspace', id),
    async kata(words, options = {}) {
      const arguments_ = typeof words === 'string' ? words.split(' ').filter(Boolean) : words;
      const { exitCode, stdout, stderr } = await execa(
        process.execPath,
        [kataProgram, ...arguments_],
        {
          cwd: root,
          reject: false,
          stdin: 'ignore',
          env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
          ...options,
        },
      );
      return { exitCode, stdout: String(stdout), stderr: String(stderr) };
    },
  };
}

/** The same as a clone has it: exercises and texts copied, the runner and its libraries linked. */
function layOut(root: string): void {
  cpSync(join(import.meta.dirname, 'mini-workshop'), root, { recursive: true });
  cpSync(join(repository, 'tsconfig.json'), join(root, 'tsconfig.json'));
  for (const shared of ['node_modules', 'runner']) {
    symlinkSync(join(repository, shared), join(root, shared));
  }
  const imports = {
    '#lab': { types: './runner/dist/lab/index.d.ts', default: './runner/dist/lab/index.js' },
    '#model': { types: './runner/dist/model/index.d.ts', default: './runner/dist/model/index.js' },
  };
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'mini-workshop', type: 'module', imports }),
  );
}

/** What every foreseen mistake looks like: nothing on stdout, one sentence, one remedy, no stack. */
export function expectAnswer(ran: Ran, exitCode: number, says: RegExp): void {
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).toMatch(/^ +→ \S/m);
  expect(ran.stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(ran.stderr).not.toContain('This is a bug');
  expect(ran).toMatchObject({ exitCode, stdout: '' });
}
