import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { miniWorkshop, type MiniWorkshop } from '../workshop.ts';

function solve({ root, workspace }: MiniWorkshop, id: string, file: string): void {
  cpSync(join(root, 'solutions', id, file), join(workspace(id), file));
}

test('from nothing to the next exercise: next, check, solve, check, next, list', async () => {
  const workshop = miniWorkshop();
  const { kata, workspace } = workshop;

  const laidOut = await kata('next');
  expect(laidOut).toMatchObject({ exitCode: 0, stderr: '' });
  expect(laidOut.stdout).toContain('Two people voted, and the tally said one.');
  expect(existsSync(join(workspace('01-tally'), 'tally.ts'))).toBe(true);
  expect(existsSync(join(workspace('01-tally'), 'README.md'))).toBe(true);

  const red = await kata('check');
  expect(red.exitCode).toBe(1);
  expect(red.stdout).toContain('✗ Every vote counts');
  expect(red.stdout).toContain('✓ Every voter is answered with 200');
  expect(red.stdout).toContain('so      2 votes were cast, and the tally says 1');
  expect(red.stdout).toMatch(/load tally: not there\s+:5/);

  solve(workshop, '01-tally', 'tally.ts');
  const green = await kata('check');
  expect(green.exitCode).toBe(0);
  expect(green.stdout).toMatch(/all \d+ inequivalent schedules/);
  expect(green.stdout).toMatch(/solved in \d+ minutes?, check 2/);

  const second = await kata('next');
  expect(second.stdout).toContain('02 Greeting');
  const listed = JSON.parse((await kata('list --json')).stdout) as unknown;
  expect(listed).toMatchObject([
    { name: 'tally', state: 'solved', checks: 2 },
    { name: 'greeting', state: 'open', checks: 0 },
  ]);
});

test('bare kata says where you are and the one thing to do next', async () => {
  const { kata } = miniWorkshop();
  expect((await kata('')).stdout).toContain('→ kata next');
  await kata('next');
  const home = (await kata('')).stdout;
  expect(home).toContain('0 of 2 solved');
  expect(home).toContain('→ edit workspace/01-tally/tally.ts, then kata check');
  expect((await kata('status')).stdout).toBe(home);
  expect(JSON.parse((await kata('status --json')).stdout)).toMatchObject({
    solved: 0,
    exercises: 2,
    current: { name: 'tally', file: 'workspace/01-tally/tally.ts' },
  });
});

test('kata next does not leave an unsolved exercise, and never touches its work', async () => {
  const { kata, workspace } = miniWorkshop();
  await kata('next');
  const file = join(workspace('01-tally'), 'tally.ts');
  writeFileSync(file, '// mine\n');
  const again = await kata('next');
  expect(again.stdout).toContain('01 tally is not solved yet');
  expect(again.stdout).toContain('kata goto greeting');
  expect(readFileSync(file, 'utf8')).toBe('// mine\n');
});

test('hints climb, are recorded, and end with the last one', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  const shown = [];
  for (let taken = 0; taken < 4; taken += 1) shown.push((await kata('hint')).stdout);
  expect(shown[0]).toContain('Who else reads the tally?');
  expect(shown[1]).toContain('Look at ifVersion.');
  expect(shown[2]).toContain('Commit with the version that was loaded.');
  expect(shown[3]).toBe(shown[2]);
  expect((await kata('list')).stdout).toContain('3 hints');
});

test('a solution is shown only on request, and --apply keeps the work it replaces', async () => {
  const { kata, workspace } = miniWorkshop();
  await kata('next');
  const file = join(workspace('01-tally'), 'tally.ts');
  writeFileSync(file, '// mine\n');
  expect(await kata('solution')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await kata('diff --solution')).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await kata('solution --yes')).stdout).toContain('The commit is refused');
  expect((await kata('diff --solution')).stdout).toContain('-// mine');

  const applied = await kata('solution --apply');
  expect(applied.exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('ifVersion');
  const copy = /kata restore (\S+)/.exec(applied.stdout)?.[1];
  expect((await kata(`restore ${copy}`)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('// mine\n');
});

test('reset brings the starter back, and restore undoes the reset', async () => {
  const { root, kata, workspace } = miniWorkshop();
  await kata('next');
  const file = join(workspace('01-tally'), 'tally.ts');
  const starter = readFileSync(join(root, 'exercises/01-tally/starter/tally.ts'), 'utf8');
  writeFileSync(file, '// mine\n');
  writeFileSync(join(workspace('01-tally'), 'notes.txt'), 'my notes\n');
  expect((await kata('reset')).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(starter);
  expect((await kata('restore last')).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('// mine\n');
  expect(readFileSync(join(workspace('01-tally'), 'notes.txt'), 'utf8')).toBe('my notes\n');
});

test('every check keeps the attempt, also one that could not be judged', async () => {
  const { kata, workspace } = miniWorkshop();
  await kata('next');
  const file = join(workspace('01-tally'), 'tally.ts');
  writeFileSync(file, 'const broken =;\n');
  expect((await kata('check')).exitCode).toBe(2);
  rmSync(file);
  expect((await kata('restore last')).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('const broken =;\n');
});

test('what is judged is what is sealed, also when somebody saves during the check', async () => {
  const workshop = miniWorkshop();
  const { root, kata, workspace } = workshop;
  await kata('next');
  const copies = join(root, '.kata/vault/copies');
  const sealed = (): number => (existsSync(copies) ? readdirSync(copies).length : 0);
  const checking = kata('check');
  while (sealed() === 0) await new Promise((resolve) => setImmediate(resolve));
  solve(workshop, '01-tally', 'tally.ts');
  expect((await checking).exitCode).toBe(0);
  rmSync(join(workspace('01-tally'), 'tally.ts'));
  await kata('restore last');
  expect(readFileSync(join(workspace('01-tally'), 'tally.ts'), 'utf8')).toContain('ifVersion');
});

test('a hint of another exercise does not lead away from the one at hand', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  await kata('hint greeting');
  expect((await kata('')).stdout).toContain('edit workspace/01-tally/tally.ts');
});

test('--json prints one document and nothing else, also for a failed check', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  const { exitCode, stdout } = await kata('check --json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    exercise: 'tally',
    passed: false,
    promises: [
      {
        promise: 'every-vote-counts',
        holds: false,
        story: { so: '2 votes were cast, and the tally says 1' },
      },
      { promise: 'voters-are-answered', holds: true },
    ],
  });
});

test('it works from any folder below, and by KATA_HOME from anywhere', async () => {
  const { root, kata, workspace } = miniWorkshop();
  await kata('next');
  expect((await kata('status', { cwd: workspace('01-tally') })).stdout).toContain('01 tally');
  const home = { KATA_HOME: root, NO_COLOR: '1', LANG: 'C.UTF-8' };
  expect((await kata('status', { cwd: '/', env: home })).stdout).toContain('01 tally');
});

test('renumbering an exercise keeps its progress', async () => {
  const { root, kata } = miniWorkshop();
  await kata('next');
  await kata('hint');
  for (const folder of ['exercises', 'solutions', 'workspace']) {
    renameSync(join(root, folder, '01-tally'), join(root, folder, '05-tally'));
  }
  expect((await kata('list')).stdout).toMatch(/05 tally\s+open.*1 hint/);
});

test('a dumb terminal gets words instead of symbols', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  const { stdout } = await kata('check', { env: { TERM: 'dumb', LANG: 'C', LC_ALL: 'C' } });
  expect(stdout).toContain('x Every vote counts');
  expect(stdout).toContain(' 1. ');
  expect(stdout).toMatch(/web to store: load tally: not there\s+tally\.ts:5/);
  // Promises and so-sentences are an exercise's own words; these ones are plain ASCII.
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
});
