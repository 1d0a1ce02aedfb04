import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miniWorkshop, type MiniWorkshop, type Ran } from '../workshop.ts';

/** What the lab does not control, as a learner meets it: through the built `kata check`. */

/** A workshop whose first exercise is laid out, with this text in its file. */
async function withSource(source: string): Promise<MiniWorkshop> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  writeFileSync(join(workshop.workspace('01-tally'), 'tally.ts'), source);
  return workshop;
}

/** These lines are the handler's first, from line 3 on. */
const handler = (
  ...lines: readonly string[]
): string => `import type { HttpRequest, Services } from '#lab';
export async function vote(request: HttpRequest, { store }: Services) {
${lines.join('\n')}
  return { status: 200 };
}
`;

async function checked(source: string): Promise<Ran> {
  const { kata } = await withSource(source);
  return kata('check');
}

/** The answer on one line, whatever its width. */
function expectAnswer({ stdout, stderr, exitCode }: Ran, says: RegExp): void {
  const text = stderr.replace(/\s+/g, ' ');
  expect(text).toMatch(says);
  expect(text).toMatch(/→ \S/);
  expect(text).not.toContain('This is a bug');
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
}

test.each([
  ['setTimeout', 'await new Promise((later) => setTimeout(later, 1));', 'delaySeconds'],
  ['fetch', "await fetch('https://shop');", 'services.http'],
  ['process', "if (process.env['HOME'] === '') throw new Error();", 'its services'],
  ['Buffer', "Buffer.from('a');", 'Uint8Array'],
  ['crypto', 'crypto.randomUUID();', 'services.ids'],
  ['performance', 'performance.now();', 'services.clock'],
  ['globalThis', 'globalThis.seen = true;', 'the store'],
  ['globalThis', '(globalThis as { seen?: boolean }).seen = true;', 'the store'],
  ['require', "require('node:fs');", 'Import from #lab'],
  ['localStorage', "localStorage.setItem('a', 'b');", 'the store'],
])('%s: why it is refused, what to use instead, and the line', async (name, code, instead) => {
  const says = new RegExp(
    `tally\\.ts:4:\\d+ ${name} leads out of the lab: .*4 \\| .*→ .*${instead}`,
  );
  expectAnswer(await checked(handler('', `  ${code}`)), says);
});

test.each([
  ["import { readFileSync } from 'node:fs';", 'node:fs'],
  ["import 'node:fs';", 'node:fs'],
  ["import * as os from 'os';", 'os'],
  ["import lodash from 'lodash';", 'lodash'],
  // Installed beside the kit, so the type checker finds it; the lab does not.
  ["import chalk from 'chalk';", 'chalk'],
])('%s: refused, with its line', async (statement, module) => {
  const says = new RegExp(
    `tally\\.ts:2:\\d+ tally\\.ts imports '${module}', which the lab does not`,
  );
  expectAnswer(await checked(`// one\n${statement}\n${handler('')}`), says);
});

test('a dynamic import is refused, with its line', async () => {
  expectAnswer(
    await checked(handler('', "  await import('node:fs');")),
    /tally\.ts:4:\d+ tally\.ts imports 'node:fs'/,
  );
});

test('what leads out comes before the type errors that follow from it', async () => {
  const source = `${handler('')}
const parts = readFileSync('votes').split(',').map((part) => part.trim());
import { readFileSync } from 'node:fs';
export const first: number = parts[0];
`;
  expectAnswer(await checked(source), /imports 'node:fs'/);
});

test('a name that is nowhere is a type error as ever, and so is a file that is not there', async () => {
  expectAnswer(await checked(handler("  await stroe.load('a');")), /Cannot find name 'stroe'/);
  expectAnswer(
    await checked(`import { a } from './helper.ts';\n${handler('  a();')}`),
    /tally\.ts:1:\d+ Cannot find module '\.\/helper\.ts'/,
  );
});

test.each([
  ['a floating promise', "  void store.commit({ key: 'a', value: 1 });", /call “commit” is still/],
  [
    'a rejection',
    "  void Promise.reject(new Error('alone'));",
    /nobody waits for it: Error: alone/,
  ],
  ['calls without end', "  for (;;) await store.load('a');", /more than 500 steps/],
  ['a loop', '  while (request) JSON.stringify(1);', /runs here without end/],
  ['a loop of awaits', '  while (request) await null;', /runs here without end/],
  [
    'a function that waits for itself',
    '  const again = async (): Promise<void> => (await null, again()); await again();',
    /runs here without end/,
  ],
  ['code made of text', "  (async () => {}).constructor('return 1')();", /Function leads out/],
  [
    'what is left in a prototype',
    '  Object.assign(Array.prototype, { a: 1 });',
    /leaves “a” in Array/,
  ],
])('%s: said, with its line', async (_, line, says) => {
  const ran = await checked(handler('', line));
  expectAnswer(ran, says);
  expect(ran.stderr).toMatch(/tally\.ts:4/);
});

test('a rejection without an error: said, with the handler’s line', async () => {
  expectAnswer(
    await checked(handler('', "  void Promise.reject('alone');")),
    /tally\.ts:2:\d+ A promise is rejected while nobody waits for it: alone/,
  );
});

test('a loop at the top of the file: said, with its line', async () => {
  expectAnswer(
    await checked(`${handler('')}\nfor (let a = 0; a < 1; ) JSON.stringify(a);\n`),
    /tally\.ts:7 The code runs here without end/,
  );
});

test('a promise that never settles: the handler, its last call, and the line', async () => {
  expectAnswer(
    await checked(handler('', "  await store.load('a');", '  await new Promise(() => {});')),
    /tally\.ts:4:\d+ vote in tally\.ts never comes to an end: .* after its call “load a”/,
  );
  expectAnswer(
    await checked(handler('  await new Promise(() => {});')),
    /tally\.ts:2:\d+ vote in tally\.ts never comes to an end/,
  );
});

test('an await at the top of the file: said, with its line', async () => {
  expectAnswer(
    await checked(`const ready = await Promise.resolve(1);\n${handler('  void ready;')}`),
    /tally\.ts:1:\d+ tally\.ts awaits something while it is loaded/,
  );
});

test('Date, Math.random and Intl are the execution’s own, on every machine', async () => {
  const { kata } = await withSource(
    handler(
      '  console.log(new Date().toString(), new Date().constructor(), Math.random() === Math.random());',
      '  console.log(new Intl.DateTimeFormat().format(), (1234.5).toLocaleString());',
    ),
  );
  const env = { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', NO_COLOR: '1' };
  const { stdout } = await kata('check --json', { env });
  const { output } = JSON.parse(stdout) as { output: { text: string } };
  const [now, numbers] = output.text.split('\n');
  const monday = 'Mon Jan 05 2026 09:30:00 GMT+0000 (Coordinated Universal Time)';
  expect(now).toBe(`${monday} ${monday} false`);
  expect(numbers).toBe('1/5/2026 1,234.5');
});

test('memory of a module is legal, and the story says who alone remembers what', async () => {
  const { kata } = await withSource(
    `import type { HttpRequest, Services } from '#lab';
const votes: string[] = [];
export async function vote(request: HttpRequest, { store }: Services) {
  votes.push(request.path);
  await store.load('tally');
  return { status: 200 };
}
`,
  );
  const { exitCode, stdout } = await kata('check');
  expect(exitCode).toBe(1);
  expect(stdout.replace(/[│\s]+/g, ' ')).toContain('remembers /vote in its memory: votes');
});
