/**
 * Real SIGKILLs at random moments of real commands: whatever was written is still there, and the next
 * command goes on. KATA_KILLS says how many (100), KATA_KILLS_SEED at which moments (1).
 */
import { platform } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { asHarvested, type Tree } from '../vault/folders.ts';
import { miniWorkshop, type MiniWorkshop } from '../workshop.ts';
import {
  edit,
  expectKept,
  factsOf,
  isThere,
  leave,
  livingWith,
  momentOf,
  patience,
  run,
  standing,
  startSaver,
  starter,
  textsOf,
  treeOf,
  withoutDraft,
} from './kills.ts';

const kills = Number(process.env['KATA_KILLS'] ?? 100);

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

        await expectKept(workshop, [...textsOf(before), ...saved], owed, when);
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
