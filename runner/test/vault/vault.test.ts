import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromSystem, KataError } from '../../src/errors.ts';
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
  type Node,
  type Tree,
} from './folders.ts';
import { observed, refusingAt, systemError } from './faults.ts';

const mine: Tree = {
  'README.md': { text: 'line\r\nends\r\n' },
  'cart.ts': { text: 'my work' },
  deep: { folder: 0o755 },
  'deep/.git': { folder: 0o755 },
  'deep/.git/HEAD': { text: 'ref: refs/heads/main\n' },
  empty: { folder: 0o700 },
  'notes ünïcode ☃.txt': { text: 'notes' },
  'run.sh': { text: 'echo', mode: 0o755 },
  shortcut: { link: 'cart.ts' },
  nowhere: { link: '../../not/there' },
};

const starter: Tree = {
  'README.md': { text: 'the brief' },
  'cart.ts': { text: 'broken' },
  deep: { text: 'was a folder' },
  shortcut: { folder: 0o555 },
  'shortcut/a.ts': { text: 'was a link' },
};

async function refusal(action: Promise<unknown>): Promise<KataError> {
  const error = await action.then(
    () => expect.unreachable('this must be refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KataError);
  return error as KataError;
}

describe('sealing', () => {
  test('a copy comes back byte for byte: modes, links, empty folders, nested repositories', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, mine);
    const vault = vaultIn(kataFolder);
    const sealed = await vault.seal(workspace, label);
    await vault.replace(workspace, { layers: [{ folder: folder('starter', starter) }] }, label);
    expect(harvest(workspace)).toEqual(asHarvested(starter));
    await vault.replace(workspace, { copy: sealed.id }, label);
    expect(harvest(workspace)).toEqual(asHarvested(mine));
  });

  test('the same work twice costs one copy, another reason has its own', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, mine);
    const vault = vaultIn(kataFolder);
    const first = await vault.seal(workspace, { ...label, reason: 'check' });
    expect(await vault.seal(workspace, { ...label, reason: 'check' })).toEqual(first);
    const other = await vault.seal(workspace, label);
    expect(other.hash).toBe(first.hash);
    expect((await vault.copies()).map(({ id }) => id)).toEqual([other.id, first.id]);
  });

  test('copies are read-only and later ones come first even when the clock is set back', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, { 'a.ts': { text: '1' } });
    let now = 5_000;
    const vault = vaultIn(kataFolder, { clock: { now: () => now } });
    const first = await vault.seal(workspace, label);
    writeFileSync(join(workspace, 'a.ts'), '2');
    now = 1_000;
    const second = await vault.seal(workspace, label);
    expect((await vault.copies()).map(({ id }) => id)).toEqual([second.id, first.id]);
    const hash = sha256('1');
    const object = join(kataFolder, 'vault', 'objects', hash.slice(0, 2), hash.slice(2));
    expect(statSync(object).mode & 0o222).toBe(0);
  });

  test('node_modules at the top is neither copied nor removed, one further down is', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, {
      node_modules: { folder: 0o755 },
      'node_modules/left-pad.js': { text: 'pad' },
      sub: { folder: 0o755 },
      'sub/node_modules': { folder: 0o755 },
    });
    const vault = vaultIn(kataFolder);
    const start = { layers: [{ folder: folder('starter', starter) }] };
    const before = await vault.replace(workspace, start, label);
    expect(before?.entries.map(({ path }) => path)).toEqual(['sub', 'sub/node_modules']);
    expect(readFileSync(join(workspace, 'node_modules', 'left-pad.js'), 'utf8')).toBe('pad');
    expect(existsSync(join(workspace, 'sub'))).toBe(false);
  });

  test('a file larger than any buffer survives', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    const large = 'x'.repeat(3_000_001);
    plant(workspace, { 'large.txt': { text: large } });
    const vault = vaultIn(kataFolder);
    const before = await vault.replace(
      workspace,
      { layers: [{ folder: folder('starter', starter) }] },
      label,
    );
    await vault.replace(workspace, { copy: before?.id ?? '' }, label);
    expect(readFileSync(join(workspace, 'large.txt'), 'utf8') === large).toBe(true);
  });

  test('a save while the copy is made: the copy is of one moment', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, { 'a.ts': { text: 'a1' }, 'b.ts': { text: 'b1' } });
    const first: Tree = { 'a.ts': { text: 'a1' }, 'b.ts': { text: 'b1' } };
    const second: Tree = { 'a.ts': { text: 'a2' }, 'b.ts': { text: 'b2' } };
    for (let at = 1, through = false; !through; at++) {
      const kata = join(kataFolder, String(at));
      // With both contents in the vault already, only a second look at the folder can tell.
      for (const tree of [second, first]) {
        plant(workspace, tree);
        await vaultIn(kata, { fileSystem: observed(() => {}) }).seal(workspace, label);
      }
      const fileSystem = observed((count) => {
        if (count === at) plant(workspace, second);
      });
      const copy = await vaultIn(kata, { fileSystem }).seal(workspace, label);
      through = fileSystem.count() < at;
      const hashes = copy.entries.map((entry) => (entry.kind === 'file' ? entry.sha256 : ''));
      expect([
        [sha256('a1'), sha256('b1')],
        [sha256('a2'), sha256('b2')],
      ]).toContainEqual(hashes);
    }
  });

  test('a change of a mode alone is a change', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, mine);
    const vault = vaultIn(kataFolder);
    const sealed = await vault.seal(workspace, label);
    chmodSync(join(workspace, 'run.sh'), 0o644);
    expect((await vault.seal(workspace, label)).hash).not.toBe(sealed.hash);
  });
});

describe('what cannot be copied is refused by name before anything changes', () => {
  async function refused(spoil: (workspace: string) => void, named: string): Promise<void> {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, { 'cart.ts': { text: 'my work' } });
    spoil(workspace);
    const start = folder('starter', starter);
    const error = await refusal(
      vaultIn(kataFolder).replace(workspace, { layers: [{ folder: start }] }, label),
    );
    expect(error.code).toBe('unreadable-file');
    expect(error.message).toContain(join(workspace, named));
    expect(readFileSync(join(workspace, 'cart.ts'), 'utf8')).toBe('my work');
    expect(await vaultIn(kataFolder).copies()).toEqual([]);
  }

  test('a pipe', () =>
    refused((workspace) => execFileSync('mkfifo', [join(workspace, 'pipe')]), 'pipe'));

  test('a name that is not UTF-8', () =>
    refused((workspace) => {
      writeFileSync(Buffer.concat([Buffer.from(`${workspace}/bad-`), Buffer.from([0xff])]), '');
    }, 'bad-'));

  test('a file that the system refuses to read', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, { 'cart.ts': { text: 'my work' }, secret: { text: '' } });
    const start = folder('starter', starter);
    const fileSystem = observed((_, operation, [path]) => {
      if (operation === 'open' && path === join(workspace, 'secret'))
        throw systemError('EACCES', 'secret');
    });
    const vault = vaultIn(kataFolder, { fileSystem });
    const error = await refusal(vault.replace(workspace, { layers: [{ folder: start }] }, label));
    expect(error.code).toBe('unreadable-file');
    expect(error.message).toContain(join(workspace, 'secret'));
    expect(readFileSync(join(workspace, 'cart.ts'), 'utf8')).toBe('my work');
  });

  test('a workspace that is a link to somewhere else', async () => {
    const { root, kataFolder, workspace, folder } = newWorkshop();
    const elsewhere = folder('elsewhere', { 'cart.ts': { text: 'my work' } });
    mkdirSync(join(root, 'workspace'));
    symlinkSync(elsewhere, workspace);
    const error = await refusal(vaultIn(kataFolder).seal(workspace, label));
    expect(error.code).toBe('unreadable-file');
  });

  test('a folder that is not there', async () => {
    const { kataFolder, workspace } = newWorkshop();
    expect((await refusal(vaultIn(kataFolder).seal(workspace, label))).code).toBe(
      'workspace-missing',
    );
  });
});

describe('replacing', () => {
  test('only what differs is rewritten', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, { 'cart.ts': { text: 'mine' }, 'same.ts': { text: 'same' } });
    const same = statSync(join(workspace, 'same.ts'));
    const start = folder('starter', { 'cart.ts': { text: 'theirs' }, 'same.ts': { text: 'same' } });
    await vaultIn(kataFolder).replace(workspace, { layers: [{ folder: start }] }, label);
    const { ino, mtimeMs } = statSync(join(workspace, 'same.ts'));
    expect({ ino, mtimeMs }).toEqual({ ino: same.ino, mtimeMs: same.mtimeMs });
  });

  test('layers lie over each other, and a single file keeps its name', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    const one = folder('one', {
      'a.ts': { text: '1' },
      'b.ts': { text: '1' },
      'NOTES.md': { text: 'no' },
    });
    const two = folder('two', {
      'b.ts': { text: '2' },
      'README.md': { text: 'brief' },
      hidden: { folder: 0o755 },
    });
    const layers = [
      { folder: one, without: ['NOTES.md'] },
      { file: join(two, 'b.ts') },
      { file: join(two, 'README.md') },
    ];
    const vault = vaultIn(kataFolder);
    expect(await vault.replace(workspace, { layers }, label)).toBeUndefined();
    expect(harvest(workspace)).toEqual(
      asHarvested({ 'README.md': { text: 'brief' }, 'a.ts': { text: '1' }, 'b.ts': { text: '2' } }),
    );
    expect(await vault.copies()).toEqual([]);
  });

  test('whatever the two trees are, the wanted one stands there and the other comes back', async () => {
    const { kataFolder, root } = newWorkshop();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(trees, trees, async (old, wanted) => {
        round += 1;
        const workspace = join(root, `${round}-old`);
        plant(workspace, old);
        plant(join(root, `${round}-wanted`), wanted);
        const vault = vaultIn(join(kataFolder, String(round)), { fileSystem: observed(() => {}) });
        const layers = [{ folder: join(root, `${round}-wanted`) }];
        const before = await vault.replace(workspace, { layers }, label);
        expect(harvest(workspace)).toEqual(asHarvested(wanted));
        await vault.replace(workspace, { copy: before?.id ?? '' }, label);
        expect(harvest(workspace)).toEqual(asHarvested(old));
      }),
      { numRuns: 120 },
    );
  });

  test('a sealed copy with a rotten byte is reported and never laid out', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, { 'cart.ts': { text: 'my work' } });
    const vault = vaultIn(kataFolder);
    const sealed = await vault.seal(workspace, label);
    const hash = sha256('my work');
    const object = join(kataFolder, 'vault', 'objects', hash.slice(0, 2), hash.slice(2));
    chmodSync(object, 0o644);
    writeFileSync(object, 'my wOrk');
    writeFileSync(join(workspace, 'cart.ts'), 'newer');
    const error = await refusal(vault.replace(workspace, { copy: sealed.id }, label));
    expect(error.code).toBe('vault-damaged');
    expect(error.message).toContain('cart.ts');
    expect(readFileSync(join(workspace, 'cart.ts'), 'utf8')).toBe('newer');
    writeFileSync(join(workspace, 'cart.ts'), 'my work');
    const again = await vault.seal(workspace, { ...label, reason: 'check' });
    expect(readFileSync(object, 'utf8'), 'sealing good bytes again heals').toBe('my work');
    expect(again.hash).toBe(sealed.hash);
  });

  test('a manifest that leads out of the folder is damaged, not obeyed', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, { 'cart.ts': { text: 'my work' } });
    const { id } = await vaultIn(kataFolder).seal(workspace, label);
    const manifest = join(kataFolder, 'vault', 'copies', `${id}.json`);
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('cart.ts', '../up.ts'));
    const error = await refusal(vaultIn(kataFolder).copies());
    expect(error.code).toBe('vault-damaged');
    expect(error.message).toContain(manifest);
  });
});

describe('a save in the middle of a swap', () => {
  const old: Tree = { 'cart.ts': { text: 'old cart' }, 'extra.ts': { text: 'old extra' } };
  const wanted: Tree = { 'cart.ts': { text: 'new cart' }, 'more.ts': { text: 'new more' } };
  const later = 'what the editor saved meanwhile';

  /** Opens a file as some editor does, and gives the moment of saving. */
  type Editor = (path: string) => () => void;

  /** Lets the editor save at the operations of a swap, one after the other. */
  async function savingAtEachMoment(editor: Editor, files: readonly string[]): Promise<void> {
    const { root, folder } = newWorkshop();
    const layers = [{ folder: folder('wanted', wanted) }];
    for (const [index, file] of files.entries()) {
      let moments = 0;
      // The first file at every moment, the others at every third.
      const stride = index === 0 ? 1 : 3;
      for (let at = 1, through = false; !through; at += stride) {
        const workspace = join(root, `${file}-${at}`);
        const kataFolder = join(root, `${file}-${at}-kata`);
        plant(workspace, old);
        const save = editor(join(workspace, file));
        const fileSystem = observed((count) => {
          if (count === at) save();
        });
        await vaultIn(kataFolder, { fileSystem }).replace(workspace, { layers }, label);
        through = fileSystem.count() < at;
        if (through) continue;
        moments += 1;
        // Any later change of the vault looks once more at what was moved aside.
        await vaultIn(kataFolder, { fileSystem: observed(() => {}) }).seal(workspace, label);
        const kept = await keptHashes(kataFolder, workspace);
        const texts = Object.entries(old).flatMap(([path, node]) =>
          path !== file && 'text' in node ? [node.text] : [],
        );
        for (const text of [later, ...texts]) {
          expect(kept.has(sha256(text)), `“${text}”, saving ${file} at operation ${at}`).toBe(true);
        }
        remove(workspace, kataFolder);
      }
      expect(moments).toBeGreaterThan(30);
    }
  }

  test('in place: nothing is lost, at whichever moment it comes', () =>
    savingAtEachMoment(
      (path) => () => writeFileSync(path, later),
      ['cart.ts', 'extra.ts', 'more.ts'],
    ));

  test('by a file renamed over it: nothing is lost, at whichever moment it comes', () =>
    savingAtEachMoment(
      (path) => () => {
        writeFileSync(`${path}~`, later);
        renameSync(`${path}~`, path);
      },
      ['cart.ts', 'extra.ts', 'more.ts'],
    ));

  test('through a handle opened before: nothing is lost, at whichever moment it comes', () =>
    savingAtEachMoment(
      (path) => {
        const handle = openSync(path, 'r+');
        return () => {
          ftruncateSync(handle);
          writeSync(handle, later, 0);
          closeSync(handle);
        };
      },
      ['cart.ts', 'extra.ts'],
    ));
});

describe('a disk that refuses', () => {
  test('full at any moment: the error is told, and the next command finds one of the two worlds', async () => {
    const { root, folder } = newWorkshop();
    const layers = [{ folder: folder('wanted', starter) }];
    let refusals = 0;
    for (let at = 1, through = false; !through; at++) {
      const workspace = join(root, `${at}`);
      const kataFolder = join(root, `${at}-kata`);
      plant(workspace, mine);
      const fileSystem = refusingAt(at, 'ENOSPC');
      const error: unknown = await vaultIn(kataFolder, { fileSystem })
        .replace(workspace, { layers }, label)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      through = fileSystem.count() < at;
      if (error === undefined) continue;
      refusals += 1;
      expect(fromSystem(error)?.code).toBe('disk-full');
      const left = existsSync(join(kataFolder, 'vault', 'tmp'))
        ? readdirSync(join(kataFolder, 'vault', 'tmp'))
        : [];
      expect(left, 'nothing half-written takes space').toEqual([]);
      const recovered = await vaultIn(kataFolder, { fileSystem: observed(() => {}) }).recover();
      expect(harvest(workspace)).toEqual(asHarvested(recovered ? starter : mine));
      remove(workspace, kataFolder);
    }
    expect(refusals).toBeGreaterThan(30);
  });

  test('too full for the new content: everything stays as it was, with nothing to recover', async () => {
    const { root, folder } = newWorkshop();
    const layers = [{ folder: folder('wanted', starter) }];
    let refusals = 0;
    for (let fits = 1, through = false; !through; fits++) {
      const workspace = join(root, `${fits}`);
      const kataFolder = join(root, `${fits}-kata`);
      plant(workspace, mine);
      let writes = 0;
      const fileSystem = observed((_, operation) => {
        if (operation === 'write' && ++writes > fits) throw systemError('ENOSPC', operation);
      });
      const replaced = vaultIn(kataFolder, { fileSystem }).replace(workspace, { layers }, label);
      through = await replaced.then(
        () => true,
        (error: unknown) => fromSystem(error)?.code !== 'disk-full',
      );
      if (through) continue;
      refusals += 1;
      expect(harvest(workspace)).toEqual(asHarvested(mine));
      expect(await vaultIn(kataFolder).recover()).toBeUndefined();
    }
    expect(refusals).toBeGreaterThan(8);
  });

  test('read-only: the error is told and nothing is touched', async () => {
    const { kataFolder, workspace } = newWorkshop();
    plant(workspace, mine);
    const sealing = vaultIn(kataFolder, { fileSystem: refusingAt(1, 'EROFS') }).seal(
      workspace,
      label,
    );
    const error: unknown = await sealing.catch((reason: unknown) => reason);
    expect(fromSystem(error)?.code).toBe('read-only');
  });
});

describe('keeping the vault small', () => {
  test('old copies of solved work go, their bytes too; what still needs bytes keeps them', async () => {
    const { kataFolder, workspace } = newWorkshop();
    const vault = vaultIn(kataFolder, { bounds: { bytes: 250, copies: 100 } });
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100));
    for (const text of texts) {
      plant(workspace, { 'cart.ts': { text }, 'shared.ts': { text: 'shared' } });
      await vault.seal(workspace, label);
    }
    const kept = await keptHashes(kataFolder, workspace);
    expect(texts.map((text) => kept.has(sha256(text)))).toEqual([false, false, true, true]);
    expect(kept.has(sha256('shared'))).toBe(true);
    const shelves = readdirSync(join(kataFolder, 'vault', 'objects'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(shelves.filter((entry) => entry.isFile())).toHaveLength(3);
  });

  test('what was moved aside goes once it is old enough', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, mine);
    const vault = vaultIn(kataFolder);
    await vault.replace(workspace, { layers: [{ folder: folder('starter', starter) }] }, label);
    const aside = join(kataFolder, 'vault', 'aside');
    expect(readdirSync(aside)).toHaveLength(1);
    for (let seconds = 0; seconds < 12; seconds++) await vault.seal(workspace, label);
    expect(readdirSync(aside)).toEqual([]);
  });

  test('a write through a handle that was open all the time is found by a later command', async () => {
    const { kataFolder, workspace, folder } = newWorkshop();
    plant(workspace, mine);
    const vault = vaultIn(kataFolder);
    const handle = openSync(join(workspace, 'cart.ts'), 'r+');
    await vault.replace(workspace, { layers: [{ folder: folder('starter', starter) }] }, label);
    await vault.seal(workspace, { ...label, reason: 'check' });
    ftruncateSync(handle);
    writeSync(handle, 'written late', 0);
    closeSync(handle);
    await vault.seal(workspace, label);
    const [rescued] = (await vault.copies()).filter(({ reason }) => reason === 'rescued');
    await vault.replace(workspace, { copy: rescued?.id ?? '' }, label);
    expect(harvest(workspace)).toEqual(
      asHarvested({ ...mine, 'cart.ts': { text: 'written late' } }),
    );
  });
});

const names = fc.constantFrom('a', 'b', 'a-b', 'a.ts', 'ä ☃', '.git', 'CRLF\\x');
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.record({
    text: fc.string({ maxLength: 8 }),
    mode: fc.constantFrom(0o644, 0o755, 0o444, 0o600),
  }),
  fc.record({ link: fc.constantFrom('a', '../..', '/nowhere', 'b/a') }),
);
interface Branch {
  readonly mode: number;
  readonly children: Readonly<Record<string, Node | Branch>>;
}
const { branch } = fc.letrec<{ branch: Branch; node: Node | Branch }>((tie) => ({
  branch: fc.record({
    mode: fc.constantFrom(0o755, 0o700, 0o555),
    children: fc.dictionary(names, tie('node'), { maxKeys: 4 }),
  }),
  node: fc.oneof({ maxDepth: 3 }, leaf, tie('branch')),
}));

function flat(children: Branch['children'], below = ''): Tree {
  return Object.assign(
    {},
    ...Object.entries(children).map(([name, node]): Tree => {
      const path = `${below}${name}`;
      if (!('children' in node)) return { [path]: node };
      return { [path]: { folder: node.mode }, ...flat(node.children, `${path}/`) };
    }),
  ) as Tree;
}

const trees = branch.map(({ children }) => flat(children));
