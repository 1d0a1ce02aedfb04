/**
 * Real SIGKILLs at random moments of real commands: whatever was written is still there, and the next
 * command goes on. KATA_KILLS says how many (100), KATA_KILLS_SEED at which moments (1).
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
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
import { kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

const kills = Number(process.env['KATA_KILLS'] ?? 100);
const random = randomBy(Number(process.env['KATA_KILLS_SEED'] ?? 1));

interface Series {
  readonly command: 'check' | 'reset' | 'solution' | 'restore' | 'next' | 'goto';
  /** Of each hundred kills. */
  readonly share: number;
}

const series: readonly Series[] = [
  { command: 'check', share: 24 },
  { command: 'reset', share: 22 },
  { command: 'solution', share: 18 },
  { command: 'restore', share: 20 },
  { command: 'next', share: 8 },
  { command: 'goto', share: 8 },
];

/** More than one run of a slow command, whatever else the machine has to do. */
const timeoutMs = 60_000 + kills * 1_000;
/** A process that lost its parent may finish what it does, but not go on. */
const patience = { timeout: 10_000, interval: 5 };

// What outlives a killed process is read from /proc.
describe.runIf(platform() === 'linux')('a kill at any moment', () => {
  let insideTheVault = 0;

  test.each(series)(
    'of kata $command loses nothing, and the next command goes on',
    async ({ command, share }) => {
      const workshop = miniWorkshop();
      const { copy, tree } = await begin(workshop);
      const words = wordsOf(command, copy);
      const count = Math.round((kills * share) / 100);
      const absent = command === 'next' || command === 'goto';
      const prepare = (number: number): Tree | undefined =>
        absent ? leave(workshop) : edit(workshop, treeOf(`version ${number}`));

      // The first run also warms the machine; the second one says how long things take.
      prepare(1);
      await run(workshop, words);
      prepare(2);
      const whole = await run(workshop, words);
      expect(whole).toMatchObject({ killed: false, exitCode: command === 'check' ? 1 : 0 });
      const changed = command === 'check' ? undefined : standing(workshop);

      const owed = new Set(textsOf(tree));
      for (let number = 0; number < count; number++) {
        const before = prepare(number + 3);
        const facts = factsOf(workshop);
        const saving = !absent && Math.floor(number / 3) % 3 === 0;
        const saver = saving ? await startSaver(workshop) : undefined;

        const ran = await run(workshop, words, momentOf(number, count, whole));
        const when = `kata ${words.join(' ')}, ${JSON.stringify(ran)}`;
        if (ran.killed && isThere(workshop, 'lock')) insideTheVault += 1;
        const open = isThere(workshop, 'journal.json');
        await vi.waitFor(() => expect(livingWith(ran.token), when).toEqual([]), patience);

        const next = await workshop.kata('status');
        expect(next.stderr, when).toMatch(open ? /was cut off; it is finished now/ : /^$/);
        expect(next.exitCode, when).toBe(0);
        const saved = (await saver?.stop()) ?? [];

        const after = changed ?? before;
        const worlds = ran.killed && !open ? [before, after] : [after];
        expect(worlds.map(withoutDraft), when).toContainEqual(withoutDraft(standing(workshop)));
        expect(factsOf(workshop).slice(0, facts.length), when).toEqual(facts);

        const sealed = await sealedIn(workshop);
        const here = new Set(textsOf(standing(workshop)));
        const written = [...textsOf(before), ...saved];
        for (const text of [...written, ...owed]) {
          const kept = here.has(text) || sealed.has(sha256(text));
          expect(kept, `${text.slice(0, 80)}, ${when}`).toBe(true);
        }
        // What is sealed once stays, whatever the learner does to the folder next.
        for (const text of written) if (sealed.has(sha256(text))) owed.add(text);
      }

      expect(await workshop.kata(`restore ${copy}`)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(standing(workshop)).toEqual(asHarvested(tree));
    },
    timeoutMs,
  );

  test('came at least once while the vault was changing', () => {
    expect(insideTheVault).toBeGreaterThan(0);
  });

  test(
    'of a check that hangs in an endless loop leaves no process behind',
    async () => {
      const workshop = miniWorkshop();
      await begin(workshop);
      const { lastedMs } = await run(workshop, ['check']);
      const loop = starter.replace(/\{\n/, '{\n  while (Date.now() > 0);\n');
      edit(workshop, { 'tally.ts': { text: loop } });
      // About when the loop has begun, and long before the watchdog would end it.
      const ran = await run(workshop, ['check'], {
        since: 'start',
        afterMs: lastedMs.start,
      });
      expect(ran.killed).toBe(true);
      await vi.waitFor(() => expect(livingWith(ran.token)).toEqual([]), patience);
    },
    timeoutMs,
  );
});

const starter = readFileSync(
  join(import.meta.dirname, '../mini-workshop/exercises/01-tally/starter/tally.ts'),
  'utf8',
);
const big = 'a line of some length, as in a log or a table of measurements\n'.repeat(5_000);

/** A learner's folder: line ends of Windows, names of the world, a program, a link, something big. */
function treeOf(version: string): Tree {
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

function withoutDraft(tree: Tree | undefined): Tree | undefined {
  if (tree === undefined) return undefined;
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(draft)));
}

function textsOf(tree: Tree | undefined): readonly string[] {
  return Object.values(tree ?? {}).flatMap((node) => ('text' in node ? [node.text] : []));
}

/** A workshop with its first exercise open, and a sealed copy of earlier work on it. */
async function begin(workshop: MiniWorkshop): Promise<{ copy: string; tree: Tree }> {
  const tree = treeOf('the first version');
  await workshop.kata('next');
  edit(workshop, tree);
  await workshop.kata('reset');
  const copies = JSON.parse((await workshop.kata('restore --json')).stdout) as { id: string }[];
  const [newest] = copies;
  if (newest === undefined) throw new Error('kata reset sealed nothing');
  return { copy: newest.id, tree };
}

function wordsOf(command: Series['command'], copy: string): readonly string[] {
  switch (command) {
    case 'check':
    case 'reset':
    case 'next':
      return [command];
    case 'goto':
      return ['goto', 'tally'];
    case 'solution':
      return ['solution', '--apply', '--yes'];
    case 'restore':
      return ['restore', copy];
  }
}

/** The learner begins anew. What they take away themselves is nobody's to keep. */
function edit(workshop: MiniWorkshop, tree: Tree): Tree {
  leave(workshop);
  plant(workshop.workspace('01-tally'), tree);
  return asHarvested(tree);
}

function leave(workshop: MiniWorkshop): undefined {
  remove(workshop.workspace('01-tally'));
}

function standing(workshop: MiniWorkshop): Tree | undefined {
  const folder = workshop.workspace('01-tally');
  return existsSync(folder) ? harvest(folder) : undefined;
}

/** The process was started; it took the vault's lock; it wrote down what it is about to swap. */
type Event = 'start' | 'lock' | 'journal.json';

interface Moment {
  readonly since: Event;
  readonly afterMs: number;
}

interface Ran {
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** From the first to the last change of each of these names; the process itself lasted from 'start'. */
  readonly lastedMs: Readonly<Record<Event, number>>;
  /** In the environment of the process and of all that it started. */
  readonly token: string;
}

/** Spread evenly, from each event to a little beyond its end. */
function momentOf(number: number, count: number, { lastedMs }: Ran): Moment {
  const events = (['start', 'lock', 'journal.json'] as const).filter((each) => lastedMs[each] > 0);
  const since = events[number % events.length] ?? 'start';
  return { since, afterMs: ((number + random()) / count) * 1.1 * lastedMs[since] };
}

/** Runs the built program itself, and kills it at a moment, if it has not ended before. */
async function run(
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
function livingWith(token: string): readonly string[] {
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

interface Saver {
  /** Ends it. @returns what it saved and somebody else took away, and its last save */
  stop(): Promise<readonly string[]>;
}

/** An editor that has saved once, and goes on to save. */
async function startSaver(workshop: MiniWorkshop): Promise<Saver> {
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

function isThere({ root }: MiniWorkshop, name: 'lock' | 'journal.json'): boolean {
  return existsSync(join(root, '.kata/vault', name));
}

function factsOf({ root }: MiniWorkshop): readonly Fact[] {
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
  return keptHashes(kataFolder, another);
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
