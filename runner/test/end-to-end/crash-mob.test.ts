/**
 * Real SIGKILLs at random moments of mob start, next and stop, with an editor that saves all the while: a mob is
 * on exactly when its workspace stands there, everybody's work comes back as it was, and nothing that anyone
 * wrote is lost. KATA_KILLS says how many (16).
 */
import { existsSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openMobDesk } from '../../src/adapters/mob/mob-desk.ts';
import { mobOf, type Mob } from '../../src/domain/mob.ts';
import type { Tree } from '../vault/folders.ts';
import { miniWorkshop, type MiniWorkshop, type Ran } from '../workshop.ts';
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
  textsOf,
  treeOf,
  withoutDraft,
} from './kills.ts';

const kills = Number(process.env['KATA_KILLS'] ?? 16);
/** Of each hundred kills. */
const shares = { start: 44, stop: 44, next: 12 } as const;
const countOf = (command: keyof typeof shares): number =>
  Math.max(1, Math.round((kills * shares[command]) / 100));
const timeoutMs = 60_000 + kills * 6_000;

const words = {
  start: ['mob', 'start', '01', '--with', 'ada,grace,edsger', '--fresh'],
  stop: ['mob', 'stop'],
  next: ['mob', 'next'],
} as const;

/** What stands in the workspace, without the draft that is saved all the while, and whether a mob is on. */
interface World {
  readonly tree: Tree | undefined;
  readonly isOn: boolean;
}

// What outlives a killed process is read from /proc.
describe.runIf(platform() === 'linux')('a kill at any moment', () => {
  let cut = 0;
  let insideTheVault = 0;

  test(
    'of kata mob start loses nothing: a mob is on, or nothing has happened',
    async () => {
      const workshop = await begin();
      edit(workshop, treeOf('version 1'));
      await run(workshop, words.start);
      await done(workshop, words.stop);
      edit(workshop, treeOf('version 2'));
      const whole = await run(workshop, words.start);
      const mobs = withoutDraft(standing(workshop));
      await done(workshop, words.stop);

      const owed = new Set<string>();
      const count = countOf('start');
      for (let number = 0; number < count; number++) {
        // Every fifth time, nobody has ever worked there.
        const own = number % 5 === 4 ? leave(workshop) : edit(workshop, treeOf(`own ${number}`));
        const before: World = { tree: own, isOn: false };
        const started: World = { tree: mobs, isOn: true };
        const { saved, when } = await cutOff(workshop, 'start', {
          moment: momentOf(number, count, whole),
          saving: own !== undefined && number % 3 !== 0,
          from: before,
          to: started,
        });
        await expectKept(workshop, [...textsOf(own), ...saved], owed, when);
        if (worldOf(workshop).isOn) await done(workshop, words.stop);
        expect(worldOf(workshop), `after it was stopped, ${when}`).toEqual(before);
        await expectKept(workshop, [...textsOf(own), ...saved], owed, when);
      }
    },
    timeoutMs,
  );

  test(
    'of kata mob stop loses nothing: one’s own work is back, or the mob’s stands there still',
    async () => {
      const workshop = await begin();
      const own = edit(workshop, treeOf('my own'));
      await done(workshop, words.start);
      await run(workshop, words.stop);
      await done(workshop, words.start);
      const whole = await run(workshop, words.stop);

      const owed = new Set(textsOf(own));
      const count = countOf('stop');
      for (let number = 0; number < count; number++) {
        await done(workshop, words.start);
        const mobs = edit(workshop, treeOf(`the mob's ${number}`));
        const on: World = { tree: mobs, isOn: true };
        const stopped: World = { tree: withoutDraft(own), isOn: false };
        const { saved, when } = await cutOff(workshop, 'stop', {
          moment: momentOf(number, count, whole),
          saving: number % 3 !== 0,
          from: on,
          to: stopped,
        });
        await expectKept(workshop, [...textsOf(mobs), ...saved], owed, when);
        if (worldOf(workshop).isOn) await done(workshop, words.stop);
        expect(worldOf(workshop), `after it was stopped, ${when}`).toEqual(stopped);
        await expectKept(workshop, [...textsOf(mobs), ...saved], owed, when);
      }
    },
    timeoutMs,
  );

  test(
    'of kata mob next leaves the work alone, and the turn is handed over or not',
    async () => {
      const workshop = await begin();
      await done(workshop, words.start);
      const mobs = edit(workshop, treeOf('the mob’s'));
      await run(workshop, words.next);
      const whole = await run(workshop, words.next);
      const count = countOf('next');
      for (let number = 0; number < count; number++) {
        const { driver, upcoming, turns } = mobIn(workshop);
        const world: World = { tree: mobs, isOn: true };
        const moment = momentOf(number, count, whole);
        const { when } = await cutOff(workshop, 'next', {
          moment,
          saving: false,
          from: world,
          to: world,
        });
        const after = mobIn(workshop);
        const handedOver = after.turns.length > turns.length;
        expect(after.turns.length - turns.length, when).toBeLessThanOrEqual(1);
        expect(after.driver, when).toBe(handedOver ? upcoming[0] : driver);
      }
    },
    timeoutMs,
  );

  test('came before the end most times, and at least once while the vault was changing', () => {
    expect(cut).toBeGreaterThan(kills / 2);
    expect(insideTheVault).toBeGreaterThan(0);
  });

  interface Attempt {
    readonly moment: Parameters<typeof run>[2];
    /** An editor is at work. */
    readonly saving: boolean;
    readonly from: World;
    readonly to: World;
  }

  /** Kills the command, lets the next one look, and finds one of the two worlds. */
  async function cutOff(
    workshop: MiniWorkshop,
    command: keyof typeof words,
    { moment, saving, from, to }: Attempt,
  ): Promise<{ readonly saved: readonly string[]; readonly when: string }> {
    const facts = factsOf(workshop);
    const saver = saving ? await startSaver(workshop) : undefined;
    const ran = await run(workshop, words[command], moment);
    const when = `kata mob ${command}, ${JSON.stringify(ran)}`;
    if (ran.killed) cut += 1;
    if (ran.killed && isThere(workshop, 'lock')) insideTheVault += 1;
    const open = isThere(workshop, 'journal.json');
    await vi.waitFor(() => expect(livingWith(ran.token), when).toEqual([]), patience);

    const next = await workshop.kata('status');
    expect(next.stderr, when).toMatch(open ? /was cut off; it is finished now/ : /^$/);
    expect(next.exitCode, when).toBe(0);
    const saved = (await saver?.stop()) ?? [];

    expect(ran.killed && !open ? [from, to] : [to], when).toContainEqual(worldOf(workshop));
    expect(factsOf(workshop).slice(0, facts.length), when).toEqual(facts);
    return { saved, when };
  }
});

/** A workshop in which the vault has been used. */
async function begin(): Promise<MiniWorkshop> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  return workshop;
}

async function done({ kata }: MiniWorkshop, given: readonly string[]): Promise<Ran> {
  const ran = await kata(given);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  return ran;
}

function worldOf(workshop: MiniWorkshop): World {
  return {
    tree: withoutDraft(standing(workshop)),
    isOn: existsSync(join(workshop.root, '.kata/mob/current.json')),
  };
}

function mobIn({ root }: MiniWorkshop): Mob {
  const desk = openMobDesk({
    kataFolder: join(root, '.kata'),
    clock: { now: () => Date.now() },
    complain: (notice) => expect.fail(notice),
  });
  onTestFinished(() => desk.close());
  const current = desk.current();
  if (!current) throw new Error('no mob is on');
  return mobOf(desk.facts(current.id));
}
