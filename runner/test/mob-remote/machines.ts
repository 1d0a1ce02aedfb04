/**
 * Machines of a mob, each a workshop of its own with real files, a real log and real git. Commands run in
 * this process, because starting Node two hundred times is not what these tests are about.
 */
import { readFileSync, realpathSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { onTestFinished } from 'vitest';
import { openMobDesk } from '../../src/adapters/mob/mob-desk.ts';
import { openMobRemote, type MobRemoteSettings } from '../../src/adapters/mob/mob-remote.ts';
import { openVault } from '../../src/adapters/vault/vault.ts';
import { openWorkshop, readCatalogue } from '../../src/adapters/workshop.ts';
import type { Kata, Run } from '../../src/commands/command.ts';
import { join as joinMob } from '../../src/commands/mob/join.ts';
import { next } from '../../src/commands/mob/next.ts';
import { start } from '../../src/commands/mob/start.ts';
import { status } from '../../src/commands/mob/status.ts';
import { stop } from '../../src/commands/mob/stop.ts';
import { find } from '../../src/domain/catalogue.ts';
import { mobOf, type Mob, type MobFact } from '../../src/domain/mob.ts';
import type { MobRemote, Terminal } from '../../src/domain/ports.ts';
import { colourless, plain } from '../../src/views/screen.ts';
import { harvest, type Tree } from '../vault/folders.ts';
import { miniWorkshop, type MiniWorkshop } from '../workshop.ts';

export interface Machine extends MiniWorkshop {
  readonly kata: MiniWorkshop['kata'];
  readonly inside: Kata;
  /** Resolves with what was printed; rejects as the command does. */
  start(remote: string, more?: object): Promise<string>;
  join(remote: string, more?: object): Promise<string>;
  next(): Promise<string>;
  stop(): Promise<string>;
  status(): Promise<string>;
  run<Input>(command: Run<Input>, input: Input): Promise<string>;
  /** The file that is edited. */
  text(): string;
  edit(text: string): void;
  tree(): Tree;
  facts(): readonly MobFact[];
  mob(): Mob;
}

export interface MachineSettings extends Partial<MobRemoteSettings> {
  readonly signal?: AbortSignal;
  /** For the machine's own clock, in ms. */
  readonly clockAheadMs?: number;
  /** In place of some of what meets the remote. */
  readonly meddle?: (remote: MobRemote) => Partial<MobRemote>;
  readonly answer?: boolean;
}

const file = 'workspace/01-tally/tally.ts';

export function machine(settings: MachineSettings = {}): Machine {
  const workshop = miniWorkshop();
  const { root } = workshop;
  const kataFolder = join(root, '.kata');
  const clock = { now: () => Date.now() + (settings.clockAheadMs ?? 0) };
  const catalogue = readCatalogue(root);
  const desk = openMobDesk({ kataFolder, clock, complain: (notice) => printed.push(notice) });
  onTestFinished(() => desk.close());
  const remote = openMobRemote({
    kataFolder,
    clock,
    cwd: root,
    pid: process.pid,
    system: process,
    ...settings,
  });
  let printed: string[] = [];
  const terminal = {
    columns: 80,
    rows: 24,
    interactive: settings.answer !== undefined,
    print: (text: string) => printed.push(text),
    complain: (text: string) => printed.push(text),
    confirm: async (question: string) => {
      printed.push(question);
      return settings.answer === true;
    },
  } as unknown as Terminal;
  const inside = {
    root,
    catalogue,
    workshop: openWorkshop(root),
    mob: desk,
    remote: { ...remote, ...settings.meddle?.(remote) },
    vault: openVault({ kataFolder, clock, pid: process.pid }),
    terminal,
    screen: { columns: 80, style: colourless, symbols: plain },
    clock,
    signal: settings.signal ?? new AbortController().signal,
    exercise: (named) => find(catalogue, named ?? desk.current()?.exercise ?? 'tally'),
  } as Partial<Kata> as Kata;

  async function run<Input>(command: Run<Input>, input: Input): Promise<string> {
    printed = [];
    await command(inside, input);
    return printed.join('\n');
  }
  const path = join(root, file);
  const factsNow = (): readonly MobFact[] => desk.facts(desk.current()?.id ?? desk.last() ?? '');
  return {
    ...workshop,
    inside,
    run,
    start: (url, more) => run(start, { exercise: '1', with: 'Ada,Grace', remote: url, ...more }),
    join: (url, more) => run(joinMob, { url, yes: true, ...more }),
    next: () => run(next, {}),
    stop: () => run(stop, {}),
    status: () => run(status, {}),
    text: () => readFileSync(path, 'utf8'),
    edit: (text) => writeFileSync(path, text),
    tree: () => harvest(workshop.workspace('01-tally')),
    facts: factsNow,
    mob: () => mobOf(factsNow()),
  };
}

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kata-remote-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty repository that others push to. */
export function bareRepository(): string {
  const folder = join(temporaryFolder(), 'room.git');
  execaSync('git', ['init', '--quiet', '--bare', folder]);
  return folder;
}

/** git in a repository, as nobody in particular. */
export function git(repository: string, words: readonly string[], input?: string | Buffer): string {
  const { stdout } = execaSync('git', [`--git-dir=${repository}`, ...words], {
    ...(input !== undefined && { input }),
    env: {
      GIT_AUTHOR_NAME: 'Mallory',
      GIT_AUTHOR_EMAIL: 'mallory@mob.invalid',
      GIT_COMMITTER_NAME: 'Mallory',
      GIT_COMMITTER_EMAIL: 'mallory@mob.invalid',
    },
  });
  return stdout;
}

export const branch = 'mob/01-tally';

/** The branch's commits, each before what it is built on: '<author>: <message>'. */
export function commitsOn(repository: string, name = branch): readonly string[] {
  return git(repository, ['log', '--topo-order', '--format=%an: %s', name]).split('\n');
}

/** A file as it is on a branch. */
export function there(
  repository: string,
  path = file.replace('/01-tally', ''),
  name = branch,
): string {
  const { stdout } = execaSync('git', [`--git-dir=${repository}`, 'show', `${name}:${path}`], {
    stripFinalNewline: false,
  });
  return stdout;
}

export function branchesOf(repository: string): readonly string[] {
  return git(repository, ['for-each-ref', '--format=%(refname:short)']).split('\n').filter(Boolean);
}
