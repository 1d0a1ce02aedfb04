/** A copy of the workshop with its first exercise solved, and the programs to measure in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

// This file runs from runner/dist/bench.
const repository = resolve(import.meta.dirname, '../../..');

export interface Workshop {
  readonly root: string;
  /** NN-name of the first exercise, whose workspace holds its solution. */
  readonly first: string;
}

export async function layOut(root: string): Promise<Workshop> {
  for (const copied of ['exercises', 'solutions', 'lectures', 'package.json', 'tsconfig.json']) {
    cpSync(join(repository, copied), join(root, copied), { recursive: true });
  }
  for (const shared of ['node_modules', 'runner']) {
    symlinkSync(join(repository, shared), join(root, shared));
  }
  mkdirSync(join(root, '.kata'));
  const [first] = readdirSync(join(root, 'exercises')).toSorted();
  if (first === undefined) throw new Error('there is no exercise to measure');
  const workshop = { root, first };
  await timeOf(workshop, kata('next'));
  await timeOf(workshop, kata('solution', '--apply', '--yes'));
  await timeOf(workshop, kata('check'));
  return workshop;
}

/** Arguments of node. */
export type Program = readonly string[];

export const kata = (...words: readonly string[]): Program => [
  join(repository, 'runner/bin/kata.js'),
  ...words,
];

export const vitest = (...words: readonly string[]): Program => [
  join(repository, 'node_modules/vitest/vitest.mjs'),
  'run',
  ...words,
];

/** From the start of a program to its end, in ms. @throws when it ends with another code */
export async function timeOf(
  { root }: Workshop,
  program: Program,
  expectedCode = 0,
): Promise<number> {
  const startedAt = performance.now();
  const child = start(root, program);
  const [code] = (await once(child, 'exit')) as [number | null];
  const took = performance.now() - startedAt;
  if (code !== expectedCode) throw new Error(`node ${program.join(' ')} ended with ${code}`);
  return took;
}

/** With a pipe to each of its ends, as a script has it. */
export function start(root: string, program: Program) {
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: { ...process.env, KATA_HOME: root, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdout.setEncoding('utf8').resume();
  return child;
}

/** What a program prints on stdout, whatever its verdict is. */
export async function outputOf({ root }: Workshop, program: Program): Promise<string> {
  const child = start(root, program);
  let printed = '';
  child.stdout.on('data', (text: string) => (printed += text));
  await once(child, 'close');
  return printed;
}
