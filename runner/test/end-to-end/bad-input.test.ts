import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/adapters/sqlite.ts';
import { expectAnswer, kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

/** A workshop whose first exercise is laid out, with this text in its file. */
async function withSource(source: string): Promise<MiniWorkshop> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  writeFileSync(join(workshop.workspace('01-tally'), 'tally.ts'), source);
  return workshop;
}

test('an unknown command, option or exercise: the nearest name', async () => {
  const { kata } = miniWorkshop();
  expectAnswer(await kata('chekc'), 2, /Unknown command chekc\.[^]*Did you mean check\?/);
  expectAnswer(await kata('list --jsn'), 2, /Unknown option --jsn\.[^]*--json/);
  expectAnswer(await kata('goto taly'), 2, /no exercise taly\.[^]*did you mean 01 tally\?/);
  expectAnswer(await kata('goto 16'), 2, /no exercise 16\. The last one is 02 greeting\./);
  expectAnswer(await kata('goto'), 2, /argument/);
  expectAnswer(await kata('list surplus'), 2, /[Tt]oo many arguments/);
  expectAnswer(await kata('dev'), 2, /one more word/);
});

test('outside the workshop', async () => {
  const { kata } = miniWorkshop();
  expectAnswer(await kata('status', { cwd: '/' }), 3, /Neither \/ nor any folder above it/);
  const env = { KATA_HOME: '/', NO_COLOR: '1', LANG: 'C.UTF-8' };
  expectAnswer(await kata('status', { env }), 3, /KATA_HOME names \//);
});

test('a workspace that was not laid out', async () => {
  const { kata } = miniWorkshop();
  expectAnswer(
    await kata('check greeting'),
    3,
    /workspace\/02-greeting is not there[^]*kata goto greeting/,
  );
});

test('a workspace file that is missing or renamed', async () => {
  const { kata, workspace } = miniWorkshop();
  await kata('next');
  const file = join(workspace('01-tally'), 'tally.ts');
  renameSync(file, join(workspace('01-tally'), 'talley.ts'));
  expectAnswer(
    await kata('check'),
    3,
    /tally\.ts is missing\. Was it renamed to talley\.ts\?[^]*kata restore/,
  );
  rmSync(join(workspace('01-tally'), 'talley.ts'));
  expectAnswer(await kata('check'), 3, /tally\.ts is missing\.\n[^]*kata reset/);
});

test('a syntax error: file, line, column and the line itself', async () => {
  const { kata } = await withSource('export async function vote() {\n  const = 1;\n}\n');
  expectAnswer(await kata('check'), 2, /tally\.ts:2:9[^]*const = 1;/);
});

test('a type error: file, line, column and the line itself', async () => {
  const { kata } = await withSource(
    "export async function vote(): Promise<{ status: number }> {\n  return { status: 'ok' };\n}\n",
  );
  expectAnswer(await kata('check'), 2, /tally\.ts:2:12[^]*return \{ status: 'ok' \};/);
});

test('an export that is missing', async () => {
  const { kata } = await withSource('export const nothing = 1;\n');
  expectAnswer(await kata('check'), 2, /tally\.ts does not export a function vote/);
});

test('a module that throws on import', async () => {
  const { kata } = await withSource(
    "throw new Error('no luck');\nexport async function vote() {\n  return { status: 200 };\n}\n",
  );
  expectAnswer(await kata('check'), 2, /tally\.ts:1:\d+[^]*no luck/);
});

test('a handler that never settles', async () => {
  const { kata } = await withSource(
    'export async function vote() {\n  await new Promise(() => {});\n}\n',
  );
  expectAnswer(await kata('check'), 2, /vote in tally\.ts never comes to an end/);
});

test('while (true): killed at its budget, the line named', async () => {
  const { kata } = await withSource('export async function vote() {\n  while (true) {\n  }\n}\n');
  expectAnswer(await kata('check'), 2, /tally\.ts:[23]/);
});

test('output of megabytes is cut, and the verdict still comes', async () => {
  const { kata, root } = await withSource('');
  const starter = readFileSync(join(root, 'exercises/01-tally/starter/tally.ts'), 'utf8');
  const noisy = starter.replace(
    'const votes',
    "console.log('x'.repeat(2_000_000));\n  const votes",
  );
  writeFileSync(join(root, 'workspace/01-tally/tally.ts'), noisy);
  const { exitCode, stdout, stderr } = await kata('check');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ Every vote counts');
  expect(stdout.length + stderr.length).toBeLessThan(20_000);
});

test('a corrupt progress file is kept aside and explained', async () => {
  const { kata, root } = miniWorkshop();
  await kata('next');
  writeFileSync(join(root, '.kata/progress.db'), 'this is no database, but it is mine');
  for (const suffix of ['-wal', '-shm'])
    rmSync(join(root, `.kata/progress.db${suffix}`), { force: true });
  const { exitCode, stderr } = await kata('list');
  expect(exitCode).toBe(0);
  const kept = readdirSync(join(root, '.kata')).find((name) =>
    name.startsWith('progress.corrupt-'),
  );
  expect(stderr).toContain(kept);
  expect(readFileSync(join(root, '.kata', String(kept)), 'utf8')).toBe(
    'this is no database, but it is mine',
  );
  expect((await kata('list')).stderr).toBe('');
});

test('a progress file from a newer version is kept aside and explained', async () => {
  const { kata, root } = miniWorkshop();
  await kata('next');
  const database = openSqlite(join(root, '.kata/progress.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const { exitCode, stderr } = await kata('list');
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/newer version of this kit/);
  const kept = readdirSync(join(root, '.kata')).find((name) =>
    /^progress\.newer-.*\.db$/.test(name),
  );
  const old = openSqlite(join(root, '.kata', String(kept)), { readonly: true });
  expect(old.value('SELECT count(*) FROM facts')).toBe(1);
  old.close();
});

test('a damaged kata.json names the field', async () => {
  const { kata, root } = miniWorkshop();
  writeFileSync(
    join(root, 'exercises/01-tally/kata.json'),
    '{ "title": "Tally", "module": "intents" }',
  );
  expectAnswer(await kata('list'), 3, /kata\.json: “module” must be one of intent/);
});

/** Root may write anywhere, so as root the command runs as another person. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

test('a read-only folder', async () => {
  const { kata, root } = miniWorkshop();
  await kata('next');
  rmSync(join(root, '.kata'), { recursive: true });
  chmodSync(root, 0o555);
  if (nobody) chownSync(root, nobody.uid, nobody.gid);
  const reachable = { ...nobody, env: { NO_COLOR: '1', LANG: 'C.UTF-8' } };
  const ran = await kata('list', reachable);
  chmodSync(root, 0o755);
  expectAnswer(ran, 3, /refuses access/);
  expect(existsSync(join(root, '.kata'))).toBe(false);
});

test('a full disk', { timeout: 120_000 }, async () => {
  const { kata, root, workspace } = miniWorkshop();
  await kata('next');
  // The whole program under a limit on the size of files: the kernel refuses as it does on a full disk.
  mkdirSync(join(root, 'small'));
  const file = join(workspace('01-tally'), 'tally.ts');
  writeFileSync(file, '// mine\n'.repeat(5000));
  const ran = await execa(
    'bash',
    ['-c', `ulimit -f 8; trap '' XFSZ; exec node ${kataProgram} reset`],
    {
      cwd: root,
      reject: false,
      env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    },
  );
  expectAnswer({ ...ran, stdout: String(ran.stdout), stderr: String(ran.stderr) }, 3, /disk|size/i);
  expect(readFileSync(file, 'utf8')).toBe('// mine\n'.repeat(5000));
});

test('no git: nothing but kata doctor notices', async () => {
  const { kata } = miniWorkshop();
  const env = { PATH: '/nonexistent', NO_COLOR: '1', LANG: 'C.UTF-8' };
  expect((await kata('next', { env })).exitCode).toBe(0);
  expect((await kata('check', { env })).exitCode).toBe(1);
  const doctor = await kata('doctor', { env });
  expect(doctor.stdout).toMatch(/git/);
});

test('no terminal: a question becomes an error with the option that answers it', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  expectAnswer(await kata('solution'), 2, /only on request[^]*--yes/);
});

// Which children a process has is read from /proc.
test.runIf(process.platform === 'linux')(
  'Ctrl-C during a check: exit 130, nothing half-written, no child left',
  async () => {
    const { root, kata } = await withSource(
      'export async function vote() {\n  for (;;) {\n    await null;\n  }\n}\n',
    );
    const running = execa(process.execPath, [kataProgram, 'check'], { cwd: root, reject: false });
    const children = (): string =>
      readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').trim();
    await until(() => children() !== '');
    const host = children().split(' ')[0];
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    await until(() => !existsSync(`/proc/${host}`));
    expect((await kata('status --json')).stdout).toContain('"checks": 0');
  },
);

/** Looks again at each turn of the event loop; the test's own timeout ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
