import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Died, dyingAt, observed } from './faults.ts';
import {
  asHarvested,
  harvest,
  keptHashes,
  label,
  newWorkshop,
  plant,
  remove,
  sha256,
  vaultIn,
  type Tree,
} from './folders.ts';

const old: Tree = {
  'cart.ts': { text: 'my cart\r\n' },
  'extra.ts': { text: 'surplus' },
  kind: { folder: 0o755 },
  'kind/inner.ts': { text: 'inner' },
  locked: { folder: 0o555 },
  'locked/a.ts': { text: 'locked', mode: 0o444 },
  'run.sh': { text: 'echo', mode: 0o755 },
  shortcut: { link: 'cart.ts' },
};

const wanted: Tree = {
  'cart.ts': { text: 'the broken cart' },
  kind: { text: 'now a file' },
  locked: { folder: 0o555 },
  'locked/b.ts': { text: 'in a locked folder' },
  new: { folder: 0o700 },
  'run.sh': { text: 'echo', mode: 0o644 },
  shortcut: { link: 'run.sh' },
};

const texts = Object.values(old).flatMap((node) => ('text' in node ? [node.text] : []));
const quick = () => observed(() => {});

async function dies(action: Promise<unknown>): Promise<boolean> {
  try {
    await action;
    return false;
  } catch (error) {
    if (error instanceof Died) return true;
    throw error;
  }
}

/** One of the two worlds stands there, and nothing that stood there is lost. */
async function expectOneWorld(kataFolder: string, workspace: string, when: string): Promise<void> {
  expect([asHarvested(old), asHarvested(wanted)], when).toContainEqual(harvest(workspace));
  const kept = await keptHashes(kataFolder, workspace);
  for (const text of texts) expect(kept.has(sha256(text)), `“${text}”, ${when}`).toBe(true);
}

test('a kill at any operation of a swap loses no byte, and the next command ends in one of the two worlds', async () => {
  const { root, folder } = newWorkshop();
  const layers = [{ folder: folder('wanted', wanted) }];
  let recoveries = 0;
  for (let at = 1, died = true; died; at++) {
    const workspace = join(root, String(at));
    const kataFolder = join(root, `${at}-kata`);
    plant(workspace, old);
    died = await dies(
      vaultIn(kataFolder, { fileSystem: dyingAt(at) }).replace(workspace, { layers }, label),
    );
    const recovered = await vaultIn(kataFolder, { fileSystem: quick() }).recover();
    if (recovered) {
      recoveries += 1;
      expect(recovered).toMatchObject({ exercise: 'lost-intent', operation: 'before reset' });
      expect(harvest(workspace)).toEqual(asHarvested(wanted));
    }
    await expectOneWorld(kataFolder, workspace, `killed at operation ${at}`);
    expect(await vaultIn(kataFolder).recover(), 'recovery happens once').toBeUndefined();
    remove(workspace, kataFolder);
  }
  expect(recoveries).toBeGreaterThan(30);
});

test('a kill at any operation of a recovery is recovered by the one after it', async () => {
  const { root, folder } = newWorkshop();
  const layers = [{ folder: folder('wanted', wanted) }];
  const whole = quick();
  plant(join(root, 'whole'), old);
  await vaultIn(join(root, 'whole-kata'), { fileSystem: whole }).replace(
    join(root, 'whole'),
    { layers },
    label,
  );
  // Just after the journal, in the middle of the rewriting, and shortly before the end.
  for (const share of [0.62, 0.75, 0.9]) {
    const first = Math.round(whole.count() * share);
    for (let at = 1, died = true; died; at += 2) {
      const workspace = join(root, `${first}-${at}`);
      const kataFolder = join(root, `${first}-${at}-kata`);
      plant(workspace, old);
      expect(
        await dies(
          vaultIn(kataFolder, { fileSystem: dyingAt(first) }).replace(workspace, { layers }, label),
        ),
      ).toBe(true);
      died = await dies(vaultIn(kataFolder, { fileSystem: dyingAt(at) }).recover());
      await vaultIn(kataFolder, { fileSystem: quick() }).recover();
      await expectOneWorld(kataFolder, workspace, `killed at operation ${first}, then at ${at}`);
      remove(workspace, kataFolder);
    }
  }
});

test('a kill at any operation of sealing leaves the folder as it is and only whole copies', async () => {
  const { root } = newWorkshop();
  const workspace = join(root, 'workspace');
  plant(workspace, old);
  for (let at = 1, died = true; died; at++) {
    const kataFolder = join(root, `${at}-kata`);
    died = await dies(vaultIn(kataFolder, { fileSystem: dyingAt(at) }).seal(workspace, label));
    expect(harvest(workspace)).toEqual(asHarvested(old));
    const vault = vaultIn(kataFolder, { fileSystem: quick() });
    await vault.seal(workspace, { ...label, reason: 'check' });
    for (const { id } of await vault.copies()) {
      const there = join(root, `${at}-${id}`);
      await vault.replace(there, { copy: id }, label);
      expect(harvest(there)).toEqual(asHarvested(old));
      remove(there);
    }
    remove(kataFolder);
  }
});

test('a kill while old copies are pruned leaves every copy that is still listed whole', async () => {
  const { root } = newWorkshop();
  const workspace = join(root, 'workspace');
  for (let at = 1, died = true; died; at++) {
    const kataFolder = join(root, `${at}-kata`);
    const seal = async (text: string, fileSystem = quick()): Promise<void> => {
      plant(workspace, { 'cart.ts': { text } });
      await vaultIn(kataFolder, { fileSystem, bounds: { bytes: 1, copies: 1 } }).seal(
        workspace,
        label,
      );
    };
    await seal('first');
    died = await dies(seal('second', dyingAt(at)));
    const vault = vaultIn(kataFolder, { fileSystem: quick() });
    const copies = await vault.copies();
    expect(copies.length).toBeGreaterThan(0);
    for (const { id } of copies) await vault.replace(workspace, { copy: id }, label);
    remove(kataFolder);
  }
});

test('a command that finds nothing to recover looks once and does nothing else', async () => {
  const { kataFolder } = newWorkshop();
  const fileSystem = quick();
  expect(await vaultIn(kataFolder, { fileSystem }).recover()).toBeUndefined();
  expect(fileSystem.count()).toBe(1);
});

test('an open swap is finished even when the whole repository was moved in between', async () => {
  const { root, folder } = newWorkshop();
  const layers = [{ folder: folder('wanted', wanted) }];
  const here = join(root, 'here');
  plant(join(here, 'workspace'), old);
  const dry = quick();
  await vaultIn(join(root, 'dry'), { fileSystem: dry }).replace(
    join(here, 'workspace'),
    { layers: [{ folder: join(here, 'workspace') }] },
    label,
  );
  for (let at = dry.count(); ; at++) {
    const vault = vaultIn(join(here, '.kata'), { fileSystem: dyingAt(at) });
    expect(await dies(vault.replace(join(here, 'workspace'), { layers }, label))).toBe(true);
    if (harvestsAs(join(here, 'workspace'), old)) continue;
    break;
  }
  renameSync(here, join(root, 'there'));
  expect(await vaultIn(join(root, 'there', '.kata')).recover()).toBeDefined();
  expect(harvest(join(root, 'there', 'workspace'))).toEqual(asHarvested(wanted));
});

function harvestsAs(folder: string, tree: Tree): boolean {
  return JSON.stringify(harvest(folder)) === JSON.stringify(asHarvested(tree));
}
