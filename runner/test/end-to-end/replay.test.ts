import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/adapters/sqlite.ts';
import { miniWorkshop, type MiniWorkshop, type Ran } from '../workshop.ts';

/** A workshop whose first exercise was checked once, as it was laid out, and the token of that check. */
async function afterRedCheck(): Promise<MiniWorkshop & { readonly token: string }> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  const { stdout } = await workshop.kata('check');
  const [, token = ''] = /^ +replay {2}kata replay (\S+)$/m.exec(stdout) ?? [];
  expect(token).toMatch(/^01\.\w+$/);
  return { ...workshop, token };
}

function expectRefused(ran: Ran, says: RegExp): void {
  expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).toMatch(/^ +→ \S/m);
}

test('the token of a red check shows the same history in another process', async () => {
  const { kata, token } = await afterRedCheck();
  const first = await kata(`replay ${token}`);
  expect(first).toMatchObject({ exitCode: 1, stderr: '' });
  expect(first.stdout).toContain(`replay ${token}`);
  expect(first.stdout).toContain('two votes at once');
  expect(first.stdout).toContain(
    '✗ Every vote counts\n    so  2 votes were cast, and the tally says 1',
  );
  expect(first.stdout).toMatch(/load tally: not there\s+:5/);
  expect(await kata(`replay ${token}`)).toEqual(first);
  const byName = await kata(`replay ${token.replace('01.', 'tally.')}`);
  expect(byName).toEqual(first);
});

test('it shows the same history in another folder', async () => {
  const { kata, token } = await afterRedCheck();
  const here = await kata(`replay ${token}`);
  const elsewhere = miniWorkshop();
  await elsewhere.kata('next');
  expect(await elsewhere.kata(`replay ${token}`)).toEqual(here);
});

test('without a token, it is the one of the last failed check', async () => {
  const { kata, token, root, workspace } = await afterRedCheck();
  expect(await kata('replay')).toEqual(await kata(`replay ${token}`));
  cpSync(join(root, 'solutions/01-tally/tally.ts'), join(workspace('01-tally'), 'tally.ts'));
  const mended = await kata('replay');
  expect(mended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(mended.stdout).toContain('✓ This schedule no longer breaks anything');
  expect(mended.stdout).toContain('→ kata check');
  expect(await kata('check')).toMatchObject({ exitCode: 0 });
  expect(await kata('replay')).toEqual(mended);
});

test('a renumbered exercise keeps its last token', async () => {
  const { kata, root } = await afterRedCheck();
  for (const folder of ['exercises', 'solutions', 'workspace']) {
    renameSync(join(root, folder, '01-tally'), join(root, folder, '05-tally'));
  }
  const { exitCode, stdout } = await kata('replay');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/replay 05\.\w+\n/);
});

test('before any check, and after checks of an older kata, it says why there is no token', async () => {
  const { kata, root } = miniWorkshop();
  expectRefused(await kata('replay'), /No check of 01 tally has failed yet/);
  await kata('next');
  await kata('check');
  const database = openSqlite(join(root, '.kata/progress.db'), { timeout: 5_000 });
  database.exec(`UPDATE facts SET detail = json_remove(detail, '$.token') WHERE kind = 'checked'`);
  database.close();
  expectRefused(await kata('replay'), /01 tally left no replay token[^]*older kata/);
});

test('a garbled token, an unknown exercise, one of another version or situation', async () => {
  const { kata, token } = await afterRedCheck();
  expectRefused(await kata('replay nonsense'), /“nonsense” is no replay token/);
  expectRefused(await kata('replay 01.!'), /“!” is no replay token/);
  expectRefused(await kata(`replay 77${token.slice(2)}`), /no exercise 77/);
  expectRefused(await kata(`replay 01.9${token.slice(4)}`), /another version of the lab/);
  expectRefused(await kata('replay 01.1zzzz'), /01 tally has no situation/);
});

test('code that changed too much to follow the schedule', async () => {
  const { kata, workspace, token } = await afterRedCheck();
  const file = join(workspace('01-tally'), 'tally.ts');
  const [head = ''] = readFileSync(file, 'utf8').split('  const tally');
  writeFileSync(file, `${head}  void store;\n  return { status: 200 };\n}\n`);
  expectRefused(await kata(`replay ${token}y`), /cannot be followed beyond step \d+/);
});

test('code that cannot be judged is refused as by a check', async () => {
  const { kata, workspace, token } = await afterRedCheck();
  const file = join(workspace('01-tally'), 'tally.ts');
  writeFileSync(file, 'const broken =;\n');
  expectRefused(await kata(`replay ${token}`), /tally\.ts:1:/);
  writeFileSync(file, 'export async function vote() {\n  await new Promise(() => {});\n}\n');
  expectRefused(await kata(`replay ${token}`), /vote in tally\.ts never comes to an end/);
});

test('a goal that no schedule reaches is no pass', async () => {
  const { kata, root, workspace } = miniWorkshop();
  await kata('next');
  const hidden = join(root, 'exercises/01-tally/hidden/tally.test.ts');
  const goal = `sometimes: { 'a commit was refused': (outcome) => outcome.refusedCommits > 9 },`;
  writeFileSync(hidden, readFileSync(hidden, 'utf8').replace('promises:', `${goal}\n  promises:`));
  cpSync(join(root, 'solutions/01-tally/tally.ts'), join(workspace('01-tally'), 'tally.ts'));
  const { exitCode, stdout } = await kata('check');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ No schedule shows “a commit was refused”');
  expect((await kata('')).stdout).toContain('0 of 2 solved');
});

test('--format prints exactly one document, with the exit code of the replay', async () => {
  const { kata, token } = await afterRedCheck();
  const json = await kata(`replay ${token} --format json`);
  expect(json).toMatchObject({ exitCode: 1, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    exercise: 'tally',
    token,
    scenario: 'two votes at once',
    given: [],
    broken: [{ promise: 'every-vote-counts', so: '2 votes were cast, and the tally says 1' }],
  });
  const itf = await kata('replay --format itf');
  expect(itf).toMatchObject({ exitCode: 1, stderr: '' });
  const { steps } = JSON.parse(json.stdout) as { steps: unknown[] };
  expect((JSON.parse(itf.stdout) as { states: unknown[] }).states).toHaveLength(steps.length + 1);
  const mermaid = await kata('replay --format mermaid');
  expect(mermaid).toMatchObject({ exitCode: 1, stderr: '' });
  expect(mermaid.stdout).toMatch(/^sequenceDiagram\n(?: {2}\S.*\n?)+$/);
  expectRefused(await kata('replay --format yaml'), /choices are\s+json, mermaid, itf\.\n/);
});

test('a failed check as JSON has the token, and the same steps', async () => {
  const { kata, token } = await afterRedCheck();
  const { stdout } = await kata('check --json');
  const checked = JSON.parse(stdout) as { promises: { story?: { token: string } }[] };
  expect(`01.${checked.promises[0]?.story?.token}`).toBe(token);
});
