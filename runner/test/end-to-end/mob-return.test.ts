/** Whatever was in a workspace comes back, whoever has it open in the meantime. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { watch } from 'chokidar';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isMissing } from '../programs.ts';
import { openTestTerminal, type TestTerminal } from '../terminal.ts';
import { expectAnswer, kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

const two = 'mob start 01 --with ada,grace';
const patience = { timeout: 30_000, interval: 50 };

/** A line for each path: its kind, mode, length and content. Times do not count. */
function listing(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below))
    .toSorted()
    .flatMap((name) => {
      const path = join(below, name);
      const full = join(folder, path);
      const stats = lstatSync(full);
      const mode = (stats.mode & 0o777).toString(8);
      if (stats.isSymbolicLink()) return [`${path} -> ${readlinkSync(full)}`];
      if (stats.isDirectory()) return [`${path}/ ${mode}`, ...listing(folder, path)];
      const hash = createHash('sha256').update(readFileSync(full)).digest('hex');
      return [`${path} ${mode} ${stats.size} ${hash}`];
    });
}

async function git(cwd: string, ...words: readonly string[]): Promise<string> {
  const name = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org'];
  const { stdout } = await execa('git', [...name, ...words], {
    cwd,
    // Else a look at the status would write down what it saw.
    env: { GIT_OPTIONAL_LOCKS: '0' },
  });
  return stdout;
}

test('a workspace with everything that a folder can hold comes back byte for byte', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  await kata('next');
  const folder = workshop.workspace('01-tally');
  const at = (path: string): string => join(folder, path);
  for (const path of ['empty/in/empty', 'locked', 'nested', '.hidden']) {
    mkdirSync(at(path), { recursive: true });
  }
  writeFileSync(at('README.md'), 'ends\r\nof\r\nWindows\r\nand none at the last line');
  writeFileSync(at('mixed.txt'), 'a\r\nb\nc\rd\u0000e\ufeff');
  writeFileSync(at('not-text.bin'), randomBytes(70_000));
  writeFileSync(at('large.bin'), randomBytes(50 * 1024 * 1024));
  writeFileSync(at('nothing'), '');
  writeFileSync(at('run.sh'), '#!/bin/sh\necho mine\n', { mode: 0o755 });
  writeFileSync(at('for-me-alone'), 'mine', { mode: 0o600 });
  writeFileSync(at('locked/read-only.ts'), 'mine', { mode: 0o444 });
  // Two names that look the same, and one that looks like an option.
  for (const name of ['Zo\u00eb.md', 'Zoe\u0308.md', '票 naïve ☃.ts', '-rf', 'a b', '.hidden/x']) {
    writeFileSync(at(name), name);
  }
  symlinkSync('run.sh', at('link'));
  symlinkSync('empty', at('link-to-folder'));
  symlinkSync('../../not/there', at('link-to-nowhere'));
  if (!isMissing('git')) {
    await git(at('nested'), 'init', '--quiet');
    writeFileSync(at('nested/.gitattributes'), '* text=auto eol=crlf\n');
    writeFileSync(at('nested/mine.txt'), 'mine\r\n');
    await git(at('nested'), 'add', '.');
    await git(at('nested'), 'commit', '--quiet', '-m', 'mine');
    writeFileSync(at('nested/stashed.txt'), 'not committed\n');
  }
  chmodSync(at('locked'), 0o555);
  const own = listing(folder);

  await kata(two);
  expect(listing(folder).map((line) => line.split(' ')[0])).toEqual(['README.md', 'tally.ts']);
  writeFileSync(at('tally.ts'), 'the work of the room');
  mkdirSync(at('nested'));
  writeFileSync(at('nested/mine.txt'), 'the room’s, at the same path');
  const stopped = await kata('mob stop');
  expect(stopped).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listing(folder)).toEqual(own);
  if (!isMissing('git')) {
    expect(await git(at('nested'), 'status', '--porcelain')).toBe('?? stashed.txt');
    await git(at('nested'), 'fsck', '--strict');
  }

  await kata(two);
  expect(readFileSync(at('nested/mine.txt'), 'utf8')).toBe('the room’s, at the same path');
  await kata('mob stop');
  expect(listing(folder)).toEqual(own);
  chmodSync(at('locked'), 0o755);
});

/** Root may read anything, so as root the command runs as another person. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

test('a file without read permission is refused by name, before anything changes', async () => {
  const workshop = miniWorkshop();
  const { kata, root } = workshop;
  await kata('next');
  const folder = workshop.workspace('01-tally');
  const secret = join(folder, 'secret.txt');
  writeFileSync(secret, 'nobody reads this');
  chmodSync(secret, 0o000);
  if (nobody) {
    for (const path of ['', ...readdirSync(root, { recursive: true }).map(String)]) {
      if (!/^(node_modules|runner)/.test(path))
        lchownSync(join(root, path), nobody.uid, nobody.gid);
    }
  }
  const given = { ...nobody, env: { NO_COLOR: '1', LANG: 'C.UTF-8' } };
  const before = harvestNames(folder);
  expectAnswer(
    await kata(two, given),
    3,
    /workspace\/01-tally\/secret\.txt[^]*Nothing was changed/,
  );
  expect(harvestNames(folder)).toEqual(before);
  expect(existsSync(join(root, '.kata/mob/current.json'))).toBe(false);
  expect((await kata('mob status --json', given)).stdout).toBe('null');

  // The same when the room has made one: the mob stays on until somebody has looked at it.
  chmodSync(secret, 0o644);
  await kata(two, given);
  writeFileSync(secret, 'nobody reads the room’s either');
  if (nobody) lchownSync(secret, nobody.uid, nobody.gid);
  chmodSync(secret, 0o000);
  expectAnswer(await kata('mob stop', given), 3, /secret\.txt/);
  expect(existsSync(join(root, '.kata/mob/current.json'))).toBe(true);
  chmodSync(secret, 0o644);
  expect(await kata('mob stop', given)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readFileSync(secret, 'utf8')).toBe('nobody reads this');
});

function harvestNames(folder: string): readonly string[] {
  return readdirSync(folder).map((name) => {
    const { mode, size, mtimeMs } = lstatSync(join(folder, name));
    return `${name} ${mode} ${size} ${mtimeMs}`;
  });
}

/** `kata watch` on a workshop whose first exercise this person has solved. */
async function watching(): Promise<MiniWorkshop & { terminal: TestTerminal; file: string }> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  const file = join(workshop.workspace('01-tally'), 'tally.ts');
  cpSync(join(workshop.root, 'solutions/01-tally/tally.ts'), file);
  const terminal = watchIn(workshop);
  await terminal.waitFor(
    (screen) => isGreen(screen) && screen.includes('check 1'),
    patience.timeout,
  );
  return { ...workshop, terminal, file };
}

function watchIn({ root }: MiniWorkshop): TestTerminal {
  const terminal = openTestTerminal(process.execPath, [kataProgram, 'watch'], { cwd: root });
  onTestFinished(async () => {
    terminal.kill('SIGKILL');
    await terminal.ended;
  });
  return terminal;
}

const isGreen = (screen: string): boolean => screen.includes('✓ Every vote counts');
const isRed = (screen: string): boolean => screen.includes('✗ Every vote counts');

test('kata watch stays open through start, next and stop, and judges whose turn it is', async () => {
  const { terminal, file, kata } = await watching();
  const own = readFileSync(file, 'utf8');

  await kata(two);
  await terminal.waitFor(
    (screen) =>
      isRed(screen) && /ada drives, \d:\d\d left/.test(screen) && screen.includes('check 1'),
    patience.timeout,
  );
  writeFileSync(file, `${readFileSync(file, 'utf8')}// the room was here\n`);
  await terminal.waitFor((screen) => isRed(screen) && screen.includes('check 2'), patience.timeout);
  await kata('mob next');
  await terminal.waitFor(/grace drives/, patience.timeout);
  cpSync(file, `${file}.new`);
  writeFileSync(file, own);
  await terminal.waitFor(
    (screen) => isGreen(screen) && /solved in .* check [34]/.test(screen),
    patience.timeout,
  );
  const log = JSON.parse((await kata('mob log --json')).stdout) as {
    turns: { events: { kind: string }[] }[];
  };
  const checks = log.turns.map(
    ({ events }) => events.filter(({ kind }) => kind === 'check').length,
  );
  expect(checks[0]).toBe(2);
  expect(checks[1]).toBeGreaterThan(0);

  await kata('mob stop');
  await terminal.waitFor(
    (screen) => isGreen(screen) && !screen.includes('drives'),
    patience.timeout,
  );
  writeFileSync(file, `${own}// mine again\n`);
  await terminal.waitFor(
    (screen) => isGreen(screen) && /check [23]/.test(screen),
    patience.timeout,
  );
  const [tally] = JSON.parse((await kata('list --json')).stdout) as {
    checks: number;
    state: string;
  }[];
  expect(tally).toMatchObject({ state: 'solved' });
  terminal.send('q');
  expect(await terminal.ended).toMatchObject({ exitCode: 0 });
});

test('whoever only watched a mob has opened nothing themselves', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  await kata(two);
  const terminal = watchIn(workshop);
  await terminal.waitFor(
    (screen) => isRed(screen) && screen.includes('ada drives'),
    patience.timeout,
  );
  await kata('mob stop');
  await terminal.waitFor('workspace/01-tally is not there', patience.timeout);
  expect(JSON.parse((await kata('list --json')).stdout)).toMatchObject([
    { state: 'untouched', checks: 0 },
    { state: 'untouched' },
  ]);
});

test('a watcher and an open file of an editor work on, and what the editor writes late is kept', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  await kata('next');
  const folder = workshop.workspace('01-tally');
  const file = join(folder, 'tally.ts');
  writeFileSync(file, 'my own work, in an editor');
  const events: string[] = [];
  const watcher = watch(folder, { ignoreInitial: true });
  watcher.on('all', (_, path) => void events.push(path));
  onTestFinished(() => watcher.close());
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  const sightings = (): number => events.filter((path) => path === file).length;
  const isSeen = async (change: () => Promise<unknown>): Promise<void> => {
    const count = sightings();
    await change();
    await vi.waitUntil(() => sightings() > count, patience);
  };
  /** Again and again, because the watcher takes what comes within 50 ms for one change. */
  const isSeenWhenSaved = async (text: string): Promise<void> => {
    const count = sightings();
    const save = (): boolean => {
      if (sightings() > count) return true;
      writeFileSync(file, text);
      return false;
    };
    await vi.waitUntil(save, { ...patience, interval: 100 });
  };

  const before = openSync(file, 'r+');
  onTestFinished(() => closeSync(before));
  await isSeen(() => kata(two));
  // The editor does not know yet, and writes where it always did.
  writeSync(before, 'MY OWN work, saved too late');
  expect(readFileSync(file, 'utf8')).not.toContain('too late');

  await isSeenWhenSaved('the room’s work');
  const during = openSync(file, 'r+');
  onTestFinished(() => closeSync(during));
  await kata('mob next');
  writeSync(during, 'THE room’s work');
  expect(readFileSync(file, 'utf8')).toBe('THE room’s work');
  await isSeen(() => kata('mob stop'));
  writeSync(during, ', written on after the end');
  expect(readFileSync(file, 'utf8')).toBe('my own work, in an editor');
  await isSeenWhenSaved('my own work goes on');

  const rescued = await copiesOf(workshop, 'rescued');
  const texts: string[] = [];
  for (const { id } of rescued) {
    expect(await kata(`restore ${id}`)).toMatchObject({ exitCode: 0 });
    texts.push(readFileSync(file, 'utf8'));
  }
  expect(texts).toContain('MY OWN work, saved too late');
  expect(texts).toContain('THE room’s work, written on after the end');
  expect((await kata('restore')).stdout).toMatch(/01 tally +rescued/);
});

async function copiesOf(
  { kata }: MiniWorkshop,
  reason: string,
): Promise<readonly { id: string }[]> {
  const all = JSON.parse((await kata('restore --json')).stdout) as { id: string; reason: string }[];
  return all.filter((copy) => copy.reason === reason);
}
