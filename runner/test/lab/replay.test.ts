import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explore, slice, storyOf } from '../../lab/explore.ts';
import { loadProgram } from '../../lab/program.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { execute } from '../../lab/schedule.ts';
import { loadSubject } from '../../lab/subject.ts';
import { followingToken, MisfitError, parseToken, type Token } from '../../lab/token.ts';

const source = `
export async function handle({ messageId }, { store, ids }) {
  const seen = await store.load('seen');
  await store.commit({ key: 'order-' + ids.next(), value: messageId });
  await store.commit({ key: 'seen', value: messageId, ifVersion: seen?.version ?? 'absent' });
}`;

/** As text, because another process reads it, too. */
const scenarioText = `({
  name: 'a message, two workers and a crash',
  queued: { q: [{ type: 'Do', body: 1 }, { type: 'Do', body: 2 }] },
  processes: { 'worker #1': { 'queue q': 'run.ts#handle' }, 'worker #2': { 'queue q': 'run.ts#handle' } },
  faults: { crashes: 1 },
  promises: { once: (outcome) => outcome.documents('order-').length > 2 ? 'too many orders' : undefined },
})`;
const scenario = new Function(`return ${scenarioText}`)() as Scenario;

function folderWith(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kata-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'run.ts'), code);
  return folder;
}

async function tokenIn(folder: string): Promise<string> {
  const options = { seed: 1, breathe: () => {} };
  const { broken } = await explore(scenario, loadSubject(folder), options);
  return broken.get('once')?.story?.token ?? '';
}

function parsed(text: string): Token {
  const token = parseToken(text);
  if ('code' in token) throw new Error(token.message);
  return token;
}

function replayed(folder: string, text: string): Promise<string> {
  return slice(() => {
    const program = loadProgram(scenario, loadSubject(folder));
    const executed = execute(program, followingToken(parsed(text)), 'steps');
    return JSON.stringify(storyOf(program, executed));
  });
}

test('a token replays the same history in another process and another folder', async () => {
  const here = folderWith(source);
  const token = await tokenIn(here);
  expect(token).toMatch(/^1[0-9a-z]+$/);
  const there = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  onTestFinished(() => rmSync(there, { recursive: true }));
  cpSync(here, join(there, 'a folder with blanks'), { recursive: true });

  const lab = resolve(import.meta.dirname, '../../dist/lab');
  const program = `
    import { loadProgram } from '${lab}/program.js';
    import { loadSubject } from '${lab}/subject.js';
    import { execute } from '${lab}/schedule.js';
    import { slice, storyOf } from '${lab}/explore.js';
    import { followingToken, parseToken } from '${lab}/token.js';
    const [folder, token] = process.argv.slice(1);
    const text = await slice(() => {
      const program = loadProgram(${scenarioText}, loadSubject(folder));
      return JSON.stringify(storyOf(program, execute(program, followingToken(parseToken(token)), 'steps')));
    });
    process.stdout.write(text);`;
  const elsewhere = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', program, join(there, 'a folder with blanks'), token],
    { encoding: 'utf8' },
  );
  expect(elsewhere).toBe(await replayed(here, token));
  expect(JSON.parse(elsewhere)).toMatchObject({ token });
});

test('a thousand replays of one token never differ', async () => {
  const folder = folderWith(source);
  const token = await tokenIn(folder);
  const histories = new Set<string>();
  for (let replay = 0; replay < 1_000; replay += 1) histories.add(await replayed(folder, token));
  expect(histories.size).toBe(1);
});

test('a choice that there is not any more is said to be one', async () => {
  const folder = folderWith(source);
  const token = await tokenIn(folder);
  await expect(replayed(folder, `${token.slice(0, 5)}00y`)).rejects.toThrow(MisfitError);
});

test.each(['', '1', '1abc', '1abcd!', '1ABCD0', '9abcd0', '1abcd~'])(
  '“%s” is no token of this lab, and says what to do',
  (text) => {
    const misfit = parseToken(text);
    if (!('code' in misfit)) throw new Error('it was read as a token');
    expect(misfit.code).toMatch(/^token-(malformed|outdated)$/);
    expect(misfit.remedy).not.toBe('');
  },
);
