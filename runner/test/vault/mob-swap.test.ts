/**
 * What a mob does with a workspace, cut off at every operation of the file system: a note of what is on
 * comes and goes with the folder's content, so that a mob is on exactly when its workspace stands there.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Note, Vault } from '../../src/domain/ports.ts';
import { Died, dyingAt, observed } from './faults.ts';
import {
  asHarvested,
  harvest,
  keptHashes,
  newWorkshop,
  plant,
  remove,
  sha256,
  vaultIn,
  type Tree,
} from './folders.ts';

const own: Tree = {
  'cart.ts': { text: 'my own cart\r\n' },
  deep: { folder: 0o755 },
  'deep/idea.txt': { text: 'my own idea' },
  'run.sh': { text: 'echo mine', mode: 0o755 },
  shortcut: { link: 'cart.ts' },
};

const mobs: Tree = {
  'cart.ts': { text: 'the cart of the room' },
  'test.ts': { text: 'a test of the room' },
};

const file = 'mob/current.json';
const on: Note = { file, text: '{"a mob":"is on"}\n' };
const off: Note = { file, text: undefined };
const before = { exercise: 'lost-intent', reason: 'before mob', keep: true };
const theirs = { exercise: 'lost-intent', reason: 'mob', keep: true };
const quick = () => observed(() => {});

interface Place {
  readonly kataFolder: string;
  readonly workspace: string;
}

/** What stands there, and whether a mob is on. */
interface World {
  readonly tree: Tree | undefined;
  readonly note?: string;
}

function seen({ kataFolder, workspace }: Place): World {
  const note = join(kataFolder, file);
  return {
    tree: existsSync(workspace) ? harvest(workspace) : undefined,
    ...(existsSync(note) && { note: readFileSync(note, 'utf8') }),
  };
}

function tryOut({ kataFolder }: Place, fileSystem = quick()): Vault {
  return vaultIn(kataFolder, { fileSystem });
}

async function dies(action: Promise<unknown>): Promise<boolean> {
  try {
    await action;
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  }
}

interface Exchange {
  readonly name: string;
  readonly prepare: (place: Place, root: string) => Promise<void>;
  readonly exchange: (vault: Vault, place: Place, root: string) => Promise<unknown>;
  readonly worlds: readonly [World, World];
  /** Everything that is owed to somebody, wherever it is kept. */
  readonly texts: readonly string[];
}

const textsOf = (tree: Tree): readonly string[] =>
  Object.values(tree).flatMap((node) => ('text' in node ? [node.text] : []));

async function start(vault: Vault, { workspace }: Place, root: string): Promise<unknown> {
  const layers = [{ folder: join(root, 'starter') }];
  return vault.replace(workspace, { layers }, before, () => on);
}

async function stop(vault: Vault, { workspace }: Place): Promise<unknown> {
  const [copy] = (await vault.copies()).filter(({ reason }) => reason === before.reason);
  const wanted = copy ? ({ copy: copy.id } as const) : ({ nothing: true } as const);
  return vault.replace(workspace, wanted, theirs, () => off);
}

const exchanges: readonly Exchange[] = [
  {
    name: 'start, over somebody’s work',
    prepare: async ({ workspace }) => plant(workspace, own),
    exchange: start,
    worlds: [{ tree: asHarvested(own) }, { tree: asHarvested(mobs), note: on.text! }],
    texts: textsOf(own),
  },
  {
    name: 'start, where there was no folder',
    prepare: async () => {},
    exchange: start,
    worlds: [{ tree: undefined }, { tree: asHarvested(mobs), note: on.text! }],
    texts: [],
  },
  {
    name: 'stop, with work to bring back',
    prepare: async (place, root) => {
      plant(place.workspace, own);
      await start(tryOut(place), place, root);
    },
    exchange: stop,
    worlds: [{ tree: asHarvested(mobs), note: on.text! }, { tree: asHarvested(own) }],
    texts: [...textsOf(own), ...textsOf(mobs)],
  },
  {
    name: 'stop, where there was no folder',
    prepare: async (place, root) => void (await start(tryOut(place), place, root)),
    exchange: stop,
    worlds: [{ tree: asHarvested(mobs), note: on.text! }, { tree: undefined }],
    texts: textsOf(mobs),
  },
];

describe.each(exchanges)(
  'a kill at any operation of a $name',
  ({ prepare, exchange, worlds, texts }) => {
    const [old, wanted] = worlds;

    async function laidOut(root: string, name: string): Promise<Place> {
      const place = { workspace: join(root, name), kataFolder: join(root, `${name}-kata`) };
      await prepare(place, root);
      expect(seen(place)).toEqual(old);
      return place;
    }

    async function expectNothingLost(place: Place, root: string, when: string): Promise<void> {
      const here = textsOf(seen(place).tree ?? {});
      const sealed = await keptHashes(place.kataFolder, join(root, 'empty'));
      for (const text of texts) {
        expect(here.includes(text) || sealed.has(sha256(text)), `“${text}”, ${when}`).toBe(true);
      }
    }

    test('ends in one of the two worlds, and the note says which', async () => {
      const { root, folder } = newWorkshop();
      folder('starter', mobs);
      folder('empty', {});
      let recoveries = 0;
      for (let at = 1, died = true; died; at++) {
        const place = await laidOut(root, String(at));
        const when = `killed at operation ${at}`;
        died = await dies(exchange(tryOut(place, dyingAt(at)), place, root));
        const recovered = await tryOut(place).recover();
        if (recovered) recoveries += 1;
        // A swap that is not open any more was either never begun or is done.
        expect(recovered || !died ? [wanted] : worlds, when).toContainEqual(seen(place));
        await expectNothingLost(place, root, when);
        expect(await tryOut(place).recover(), 'recovery happens once').toBeUndefined();
        remove(place.workspace, place.kataFolder);
      }
      expect(recoveries).toBeGreaterThan(15);
    });

    test('is finished by the recovery after next, when the next one is killed, too', async () => {
      const { root, folder } = newWorkshop();
      folder('starter', mobs);
      folder('empty', {});
      const whole = quick();
      const dry = await laidOut(root, 'whole');
      await exchange(tryOut(dry, whole), dry, root);
      for (const share of [0.7, 0.85, 0.95]) {
        const first = Math.round(whole.count() * share);
        for (let at = 1, died = true; died; at += 3) {
          const place = await laidOut(root, `${first}-${at}`);
          const when = `killed at operation ${first}, then at ${at}`;
          expect(await dies(exchange(tryOut(place, dyingAt(first)), place, root))).toBe(true);
          const begun = existsSync(join(place.kataFolder, 'vault', 'journal.json'));
          died = await dies(tryOut(place, dyingAt(at)).recover());
          await tryOut(place).recover();
          expect(seen(place), when).toEqual(begun ? wanted : old);
          await expectNothingLost(place, root, when);
          remove(place.workspace, place.kataFolder);
        }
      }
    });
  },
);

test('a folder in which somebody saves at the last moment stays, with what they saved', async () => {
  const { root, folder } = newWorkshop();
  folder('starter', mobs);
  const place = { workspace: join(root, 'w'), kataFolder: join(root, 'kata') };
  await start(tryOut(place), place, root);
  const late = join(place.workspace, 'late.txt');
  const saving = observed((_, operation, [path]) => {
    if (operation === 'removeFolder' && path === place.workspace) writeFileSync(late, 'just now');
  });
  await stop(tryOut(place, saving), place);
  expect(seen(place)).toEqual({ tree: { 'late.txt': { text: 'just now', mode: 0o644 } } });
});

test('what is not to be done any more is not done: nothing is sealed, nothing noted', async () => {
  const { root, folder } = newWorkshop();
  const place = { workspace: folder('w', own), kataFolder: join(root, 'kata') };
  const vault = tryOut(place);
  const layers = [{ folder: folder('starter', mobs) }];
  const refuse = () => {
    throw new Error('somebody else was faster');
  };
  await expect(
    vault.replace(place.workspace, { layers }, before, () => on, refuse),
  ).rejects.toThrow('somebody else was faster');
  expect(seen(place)).toEqual({ tree: asHarvested(own) });
  expect(await vault.copies()).toEqual([]);
  await start(vault, place, root);
  expect(seen(place)).toMatchObject({ note: on.text });
});

test('the note is asked for last: a refusal before it leaves no trace, and it can refuse itself', async () => {
  const { root, folder } = newWorkshop();
  const place = { workspace: folder('w', own), kataFolder: join(root, 'kata') };
  let asked = 0;
  const gone = { copy: 'no-such-copy' };
  const note = () => {
    asked += 1;
    throw new Error('no note');
  };
  const vault = tryOut(place);
  await expect(vault.replace(place.workspace, gone, before, note)).rejects.toThrow('no-such-copy');
  expect(asked).toBe(0);
  const layers = [{ folder: folder('starter', mobs) }];
  await expect(vault.replace(place.workspace, { layers }, before, note)).rejects.toThrow('no note');
  expect(seen(place)).toEqual({ tree: asHarvested(own) });
});
