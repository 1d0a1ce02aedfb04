/** Real folders for the vault's tests, written and read without any code of the vault. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Vault } from '../../src/domain/ports.ts';
import { openVault, type VaultSettings } from '../../src/adapters/vault/vault.ts';

/** A file's text with its mode (0o644 when left out), a folder's mode, or where a link points. */
export type Node =
  | { readonly text: string; readonly mode?: number }
  | { readonly folder: number }
  | { readonly link: string };

/** By path, parents before what is in them. */
export type Tree = Readonly<Record<string, Node>>;

export function plant(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(tree);
  for (const [path, node] of entries) {
    const full = join(folder, path);
    if ('text' in node) writeFileSync(full, node.text);
    else if ('folder' in node) mkdirSync(full);
    else symlinkSync(node.link, full);
  }
  for (const [path, node] of entries.toReversed()) {
    if ('text' in node) chmodSync(join(folder, path), node.mode ?? 0o644);
    if ('folder' in node) chmodSync(join(folder, path), node.folder);
  }
}

/** What stands in a folder, in the same form, sorted; `node_modules` at the top left out. */
export function harvest(folder: string, below = ''): Tree {
  const names = readdirSync(join(folder, below)).toSorted();
  return Object.assign(
    {},
    ...names
      .map((name) => (below === '' ? name : `${below}/${name}`))
      .filter((path) => path !== 'node_modules')
      .map((path): Tree => {
        const full = join(folder, path);
        const stats = lstatSync(full);
        const mode = stats.mode & 0o777;
        if (stats.isSymbolicLink()) return { [path]: { link: readlinkSync(full) } };
        if (stats.isDirectory()) return { [path]: { folder: mode }, ...harvest(folder, path) };
        return { [path]: { text: readFileSync(full, 'utf8'), mode } };
      }),
  ) as Tree;
}

/** A tree in the form in which `harvest` gives it back. */
export function asHarvested(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree).map(([path, node]) => [
      path,
      'text' in node ? { text: node.text, mode: node.mode ?? 0o644 } : node,
    ]),
  );
}

/** Thousands of small files are made and removed; in memory that is quick everywhere. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export function remove(...paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** A new folder that is gone after the test, with the paths of a workshop in it. */
export function newWorkshop() {
  const root = mkdtempSync(join(base, 'kata-vault-'));
  onTestFinished(() => remove(root));
  return {
    root,
    kataFolder: join(root, '.kata'),
    workspace: join(root, 'workspace', '02-lost-intent'),
    /** A folder with this content, beside the workspace. */
    folder(name: string, tree: Tree): string {
      plant(join(root, name), tree);
      return join(root, name);
    },
  };
}

export const label = { exercise: 'lost-intent', reason: 'before reset' } as const;

/** A vault whose clock goes by a second at each look. */
export function vaultIn(kataFolder: string, settings: Partial<VaultSettings> = {}): Vault {
  let time = Date.UTC(2026, 0, 2, 9, 30);
  return openVault({
    kataFolder,
    pid: process.pid,
    clock: { now: () => (time += 1000) },
    ...settings,
  });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Hashes of all files that stand in the folder, or are in a sealed copy whose bytes are really there. */
export async function keptHashes(kataFolder: string, folder: string): Promise<ReadonlySet<string>> {
  const inPlace = Object.values(harvest(folder)).flatMap((node) =>
    'text' in node ? [sha256(node.text)] : [],
  );
  const copies = await vaultIn(kataFolder).copies();
  const sealed = new Set(
    copies.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.kind === 'file' ? [entry.sha256] : [])),
    ),
  );
  const intact = [...sealed].filter((hash) => {
    const bytes = readFileSync(
      join(kataFolder, 'vault', 'objects', hash.slice(0, 2), hash.slice(2)),
    );
    return createHash('sha256').update(bytes).digest('hex') === hash;
  });
  return new Set([...inPlace, ...intact]);
}
