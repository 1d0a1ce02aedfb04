/**
 * Real SIGKILLs at random moments of real commands, and an editor that saves all the while. KATA_KILLS_SEED says
 * at which moments (1).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import { openProgressLog } from '../../src/adapters/progress-log.ts';
import { openVault } from '../../src/adapters/vault/vault.ts';
import type { Fact } from '../../src/domain/progress.ts';
import {
  asHarvested,
  harvest,
  keptHashes,
  plant,
  remove,
  sha256,
  type Tree,
} from '../vault/folders.ts';
import { kataProgram, type MiniWorkshop } from '../workshop.ts';

const random = randomBy(Number(process.env['KATA_KILLS_SEED'] ?? 1));

/** A process that lost its parent may finish what it does, but not go on. */
export const patience = { timeout: 10_000, interval: 5 };

export const starter = readFileSync(
  join(import.meta.dirname, '../mini-workshop/exercises/01-tally/starter/tally.ts'),
  'utf8',
);
const big = 'a line of some length, as in a log or a table of measurements\n'.repeat(5_000);

/** A learner's folder: line ends of Windows, names of the world, a program, a link, something big. */
export function treeOf(version: string): Tree {
  return {
    'README.md': { text: `# Tally\r\n\r\n${version}, with notes of my own\r\n` },
    'big.log': { text: `${version}\n${big}` },
    deep: { folder: 0o755 },
    'deep/empty': { folder: 0o755 },
    'deep/idea.txt': { text: `idea of ${version}` },
    'run.sh': { text: `#!/bin/sh\necho ${version}\n`, mode: 0o755 },
    'tally.ts': { text: `${starter}// ${version}\n` },
    'today.log': { link: 'big.log' },
    'Überlegung 票.md': { text: `${version}: naïve\n` },
  };
}

/** What the editor saves again and again; the rest of the folder is compared byte for byte. */
const draft = 'draft.txt';

export function withoutDraft(tree: Tree | undefined): Tree | undefined {
  if (tree === undefined) return undefined;
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(draft)));
}

export function textsOf(tree: Tree | undefined): readonly string[] {
  return Object.values(tree ?? {}).flatMap((node) => ('text' in node ? [node.text] : []));
}

/** The learner begins anew. What they take away themselves is nobody's to keep. */
export function edit(workshop: MiniWorkshop, tree: Tree): Tree {
  leave(workshop);
  plant(workshop.workspace('01-tally'), tree);
  return asHarvested(tree);
}

export function leave(workshop: MiniWorkshop): undefined {
  remove(workshop.workspace('01-tally'));
}

export function standing(workshop: MiniWorkshop): Tree | undefined {
  const folder = workshop.workspace('01-tally');
  return existsSync(folder) ? harvest(folder) : undefined;
}

/** The process was started; it took the vault's lock; it wrote down what it is about to swap. */
type Event = 'start' | 'lock' | 'journal.json';

interface Moment {
  readonly since: Event;
  readonly afterMs: number;
}

export interface Ran {
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** From the first to the last change of each of these names; the process itself lasted from 'start'. */
  readonly lastedMs: Readonly<Record<Event, number>>;
  /** In the environment of the process and of all that it started. */
  readonly token: string;
}

/** Spread evenly, from each event to a little beyond its end. */
export function momentOf(number: number, count: number, { lastedMs }: Ran): Moment {
  const events = (['start', 'lock', 'journal.json'] as const).filter((each) => lastedMs[each] > 0);
  const since = events[number % events.length] ?? 'start';
  return { since, afterMs: ((number + random()) / count) * 1.1 * lastedMs[since] };
}

/** Runs the built program itself, and kills it at a moment, if it has not ended before. */
export async function run(
  { root }: MiniWorkshop,
  words: readonly string[],
  moment?: Moment,
): Promise<Ran> {
  const token = randomUUID();
  const child = spawn(process.execPath, [kataProgram, ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8', KATA_TEST_TOKEN: token },
    stdio: 'ignore',
  });
  const changes: Record<Event, number[]> = { start: [], lock: [], 'journal.json': [] };
  const ended = new AbortController();
  const seen = (event: Event): void => {
    changes[event].push(performance.now());
    if (moment?.since !== event || changes[event].length > 1) return;
    // The moment is what the test is about; nothing is waited for here.
    setTimeout(moment.afterMs, undefined, { signal: ended.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
  };
  const vault = watch(join(root, '.kata/vault'), (_, name) => {
    if (name === 'lock' || name === 'journal.json') seen(name);
  });
  seen('start');
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  ended.abort();
  vault.close();
  changes.start.push(performance.now());
  const lasted = (event: Event): number => (changes[event].at(-1) ?? 0) - (changes[event][0] ?? 0);
  return {
    killed: signal === 'SIGKILL',
    exitCode,
    lastedMs: {
      start: lasted('start'),
      lock: lasted('lock'),
      'journal.json': lasted('journal.json'),
    },
    token,
  };
}

/** The processes that a run left behind, with what they are. */
export function livingWith(token: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => procText(pid, 'environ').includes(token))
    .map((pid) => `${pid} ${procText(pid, 'cmdline').replaceAll('\0', ' ')}`);
}

/** Empty once the process has gone, and when it is another user's. */
function procText(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Nothing that was written is lost: it stands in the workspace, or is sealed.
 * @param owed  what was sealed once, and stays so whatever happens to the folder; added to
 */
export async function expectKept(
  workshop: MiniWorkshop,
  written: readonly string[],
  owed: Set<string>,
  when: string,
): Promise<void> {
  const sealed = await sealedIn(workshop);
  const here = new Set(textsOf(standing(workshop)));
  for (const text of [...written, ...owed]) {
    const kept = here.has(text) || sealed.has(sha256(text));
    expect(kept, `${text.slice(0, 80)}, ${when}`).toBe(true);
  }
  // What is sealed once stays, whatever the learner does to the folder next.
  for (const text of written) if (sealed.has(sha256(text))) owed.add(text);
}

interface Saver {
  /** Ends it. @returns what it saved and somebody else took away, and its last save */
  stop(): Promise<readonly string[]>;
}

/** An editor that has saved once, and goes on to save. */
export async function startSaver(workshop: MiniWorkshop): Promise<Saver> {
  const file = join(workshop.workspace('01-tally'), draft);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'saver.mjs'), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), patience);
  return {
    async stop() {
      child.stdin.end();
      await once(child, 'close');
      return said.split('\n').filter((line) => line !== '');
    },
  };
}

export function isThere({ root }: MiniWorkshop, name: 'lock' | 'journal.json'): boolean {
  return existsSync(join(root, '.kata/vault', name));
}

export function factsOf({ root }: MiniWorkshop): readonly Fact[] {
  const { log, notice } = openProgressLog(join(root, '.kata/progress.db'), clock);
  expect(notice).toBeUndefined();
  const facts = log.facts();
  log.close();
  return facts;
}

const clock = { now: () => Date.now() };

/** Hashes of all that is in a sealed copy, once the vault has looked again at late saves. */
async function sealedIn({ root }: MiniWorkshop): Promise<ReadonlySet<string>> {
  const kataFolder = join(root, '.kata');
  // Any change of the vault looks; this one leaves the workspace as it is.
  const another = join(root, 'solutions/02-greeting');
  // Where nobody waits, a lock that a killed command left would show.
  const impatience = { tries: 2, pauseMs: 1 };
  const vault = openVault({ kataFolder, clock, pid: process.pid, patience: impatience });
  await vault.seal(another, { exercise: 'greeting', reason: 'test' });
  const kept = await keptHashes(kataFolder, another);
  const sealed = (await vault.copies()).flatMap(({ entries }) => entries);
  const lost = sealed.filter((entry) => entry.kind === 'file' && !kept.has(entry.sha256));
  expect(lost, 'each manifest names only what is there').toEqual([]);
  return kept;
}

/** Evenly distributed in [0, 1): the generator mulberry32 by Tommy Ettinger, in the public domain. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
