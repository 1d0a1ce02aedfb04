/** Whoever takes part has repositories, hooks and settings of their own; none of them is touched or heeded. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { expect, test, vi } from 'vitest';
import { openTestTerminal } from '../terminal.ts';
import { kataProgram } from '../workshop.ts';
import { harvest } from '../vault/folders.ts';
import { bareRepository, commitsOn, machine, temporaryFolder, there } from './machines.ts';

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

test('the workshop’s own repository stays as it is: branches, index, stash, settings, hooks', async () => {
  const remote = bareRepository();
  const ada = machine();
  const mark = join(temporaryFolder(), 'ran');
  const settings = join(temporaryFolder(), 'settings');
  const hooks = join(temporaryFolder(), 'hooks');
  mkdirSync(hooks);
  for (const hook of [
    'pre-push',
    'pre-commit',
    'commit-msg',
    'reference-transaction',
    'post-index-change',
  ]) {
    script(join(hooks, hook), `echo ${hook} >> ${mark}; exit 1`);
  }
  writeFileSync(
    settings,
    [
      `[core]\n hooksPath = ${hooks}\n autocrlf = true\n fsmonitor = touch ${mark};`,
      `[commit]\n gpgSign = true\n[gpg]\n program = touch ${mark};`,
      '[push]\n followTags = true\n gpgSign = if-asked',
      '[fetch]\n prune = true\n[i18n]\n commitEncoding = latin1',
      '[safe]\n bareRepository = explicit',
      '[user]\n name = Own Name\n email = own@example.org',
    ].join('\n'),
  );
  const git = (...words: readonly string[]): string =>
    execaSync('git', ['-c', 'user.name=Own', '-c', 'user.email=own@example.org', ...words], {
      cwd: ada.root,
    }).stdout;
  git('init', '--quiet');
  writeFileSync(join(ada.root, '.gitignore'), 'workspace\n.kata\nnode_modules\nrunner\n');
  git('add', '.');
  git('commit', '--quiet', '--message=first');
  writeFileSync(join(ada.root, 'tsconfig.json'), '{ "stashed": true }');
  git('stash', '--quiet');
  writeFileSync(join(ada.root, 'staged.txt'), 'staged');
  git('add', 'staged.txt');
  const before = harvest(join(ada.root, '.git'));
  const config = readFileSync(settings, 'utf8');

  vi.stubEnv('GIT_CONFIG_GLOBAL', settings);
  // As in a hook that calls kata.
  vi.stubEnv('GIT_DIR', join(ada.root, '.git'));
  vi.stubEnv('GIT_INDEX_FILE', join(ada.root, '.git/index'));
  try {
    await ada.start(remote, { with: 'Édith,Grace' });
    ada.edit('// line ends\r\n// stay\n');
    await ada.next();
    expect(there(remote)).toBe('// line ends\r\n// stay\n');
    const grace = machine();
    await grace.join(remote, { as: 'Grace' });
    grace.edit('// Grace\n');
    await grace.next();
    await ada.next();
    await ada.stop();
  } finally {
    vi.unstubAllEnvs();
  }
  expect(harvest(join(ada.root, '.git'))).toEqual(before);
  expect(readFileSync(settings, 'utf8')).toBe(config);
  expect(existsSync(mark)).toBe(false);
  expect(commitsOn(remote)).toContain("Édith: Édith's turn 1 at 01 tally");
});

test('a password in the address is shown nowhere, and is on no command line', async () => {
  const remote = bareRepository();
  const settings = join(temporaryFolder(), 'settings');
  writeFileSync(settings, `[url "${remote}"]\n insteadOf = https://ada:secret@example.org/room\n`);
  const bin = temporaryFolder();
  const words = join(bin, 'words');
  const real = execaSync('which', ['git']).stdout;
  script(join(bin, 'git'), `echo "$@" >> ${words}\nexec ${real} "$@"`);
  const { kata } = machine();
  const env = {
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: settings,
    PATH: `${bin}:${process.env['PATH']}`,
  };
  const url = 'https://ada:secret@example.org/room';
  const started = await kata(`mob start 1 --with Ada,Grace --remote ${url}`, { env });
  expect(started).toMatchObject({ exitCode: 0, stderr: '' });
  expect(started.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'kata mob join https://example.org/room 1',
  );
  const shown = [started.stdout, (await kata('mob status', { env })).stdout];
  shown.push((await kata('mob status --json', { env })).stdout);
  writeFileSync(settings, '');
  shown.push(
    (await kata('mob next', { env: { ...env, https_proxy: 'http://127.0.0.1:9' } })).stdout,
  );
  expect(shown.at(-1)).toContain('Not shared yet');
  expect(shown.join('\n')).not.toContain('secret');
  expect(readFileSync(words, 'utf8')).not.toContain('secret');
});

test('without git, it is said that a mob across machines needs it', async () => {
  const { kata } = machine();
  const env = { NO_COLOR: '1', LANG: 'C.UTF-8', PATH: temporaryFolder() };
  const { exitCode, stderr } = await kata('mob join https://example.org/x --yes', { env });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('git is not on this machine');
  expect(stderr).toContain('Install git 2.31 or newer');
  const local = await kata('mob start 1 --with Ada,Grace', { env });
  expect(local.exitCode).toBe(0);
});

test('in a terminal: join asks, the clock shows that something has come, n takes it up', async () => {
  const remote = bareRepository();
  const ada = machine();
  const grace = machine();
  await ada.start(remote);
  const settings = { cwd: grace.root, rows: 40, env: { NO_COLOR: '1' } };
  const joining = openTestTerminal(
    process.execPath,
    [kataProgram, 'mob', 'join', remote, '--as', 'Grace'],
    settings,
  );
  await joining.waitFor('Join?');
  joining.send('y\r');
  await joining.waitFor('the end: kata mob stop');
  expect((await joining.ended).exitCode).toBe(0);

  ada.edit('// by Ada\n');
  await ada.next();
  const clock = openTestTerminal(
    process.execPath,
    [kataProgram, 'mob', 'status', '--follow'],
    settings,
  );
  await clock.waitFor(/You have the keyboard: kata mob next lays the work\s+out here/);
  expect(grace.text()).not.toBe('// by Ada\n');
  clock.send('n');
  await clock.waitFor('The work of the others is laid out');
  expect(grace.text()).toBe('// by Ada\n');
  clock.send('q');
  expect((await clock.ended).exitCode).toBe(0);
  expect(grace.mob().turns).toHaveLength(2);
});
