/**
 * The vault in .kata/vault: objects/ (contents by hash), copies/ (a manifest for each sealed copy), lock,
 * journal.json (the swap in progress), aside/ (what the last swaps moved away) and tmp/ (nobody's).
 *
 * Everything under the lock is synchronous: two calls in one process cannot mix, and no signal handler runs
 * in the middle. A kill can come anywhere.
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock, CopyLabel, Layer, Recovered, Vault, Wanted } from '../../domain/ports.ts';
import {
  overlay,
  superfluous,
  type Bounds,
  type Entry,
  type SealedCopy,
} from '../../domain/sealed-copy.ts';
import { KataError } from '../../errors.ts';
import { openCopies } from './copies.ts';
import { fileSystem, makeFolders, removeTree, type FileSystem } from './file-system.ts';
import { tryLock, type Lock } from './lock.ts';
import { openObjects } from './objects.ts';
import { openSwaps } from './swap.ts';
import { keepsChanging, survey } from './survey.ts';

export interface VaultSettings {
  /** The folder .kata; it is made when it is not there. */
  readonly kataFolder: string;
  readonly clock: Clock;
  /** This process, as the owner of the lock. */
  readonly pid: number;
  readonly fileSystem?: FileSystem;
  readonly bounds?: Bounds;
  /** How long to wait for another kata, in tries and the pause between two of them in ms. */
  readonly patience?: { readonly tries: number; readonly pauseMs: number };
}

const defaultBounds: Bounds = { bytes: 200e6, copies: 500 };
const defaultPatience = { tries: 60, pauseMs: 50 };
const surveys = 20;

export function openVault(settings: VaultSettings): Vault {
  const { kataFolder, clock, pid } = settings;
  const {
    fileSystem: fs = fileSystem,
    bounds = defaultBounds,
    patience = defaultPatience,
  } = settings;
  const vault = join(kataFolder, 'vault');
  const tmp = join(vault, 'tmp');
  const temporary = (): string => join(tmp, randomUUID());
  const objects = openObjects(fs, join(vault, 'objects'), temporary);
  const copies = openCopies(fs, join(vault, 'copies'), temporary);
  const now = (): number => clock.now();
  const swaps = openSwaps({ fs, vault, objects, copies, temporary, now });

  /** Under the lock, with every earlier swap finished and looked after. */
  async function exclusively<T>(action: (recovered: Recovered | undefined) => T): Promise<T> {
    makeFolders(fs, tmp);
    const lock = await take();
    try {
      const recovered = swaps.recover();
      swaps.settle();
      return action(recovered);
    } finally {
      for (const name of fs.readFolder(tmp).map(String)) removeTree(fs, join(tmp, name));
      lock.release();
    }
  }

  async function take(): Promise<Lock> {
    const path = join(vault, 'lock');
    let owner: number | undefined;
    for (let attempt = 1; attempt <= patience.tries; attempt++) {
      const taken = tryLock(fs, path, temporary(), pid);
      if (typeof taken === 'object') return taken;
      owner = taken ?? owner;
      if (taken !== undefined) await setTimeout(patience.pauseMs);
    }
    throw new KataError(
      'vault-busy',
      `Another kata${owner === undefined ? '' : `, process ${owner},`} is changing the sealed copies.`,
      `Try again once it is done. If there is no such process, remove ${path}.`,
    );
  }

  function sealNow(folder: string, label: CopyLabel): SealedCopy {
    return copies.add(objects.capture(folder), label, now());
  }

  /** @param spared what this very operation sealed, which must not go whatever its size */
  function prune(spared: SealedCopy | undefined): void {
    const all = copies.all();
    const old = superfluous(all, bounds).filter((copy) => copy.id !== spared?.id);
    if (old.length === 0) return;
    copies.remove(old);
    const left = all.filter((copy) => !old.includes(copy)).flatMap((copy) => copy.entries);
    objects.keepOnly(new Set(left.map((entry) => (entry.kind === 'file' ? entry.sha256 : ''))));
  }

  function entriesOf(wanted: Exclude<Wanted, { nothing: true }>): readonly Entry[] {
    if ('layers' in wanted) return overlay(wanted.layers.map(layer));
    const copy = copies.all().find(({ id }) => id === wanted.copy);
    if (copy) return copy.entries;
    throw new KataError(
      'nothing-to-restore',
      `There is no sealed copy ${wanted.copy}.`,
      'kata restore lists all.',
    );
  }

  function layer(wanted: Layer): readonly Entry[] {
    if ('file' in wanted) {
      if (fs.lstat(wanted.file) === undefined) throw notThere(wanted.file);
      return objects.capture(dirname(wanted.file), basename(wanted.file));
    }
    requireFolder(wanted.folder);
    const without = new Set(wanted.without);
    return objects
      .capture(wanted.folder)
      .filter(({ path }) => !without.has(path.split('/')[0] ?? path));
  }

  function requireFolder(folder: string): void {
    const stats = fs.lstat(folder);
    if (stats === undefined) throw notThere(folder);
    if (!stats.isDirectory()) {
      throw new KataError(
        'unreadable-file',
        `${folder} is not a folder. Nothing was changed.`,
        'Move it away, then give the same command again.',
      );
    }
  }

  /** What is moved aside is renamed, which no system does from one disk to another. */
  function requireOneDisk(folder: string, entries: readonly Entry[]): void {
    const disk = fs.lstat(vault)?.dev;
    for (const path of [
      '',
      ...entries.filter(({ kind }) => kind === 'folder').map(({ path }) => path),
    ]) {
      const stats = fs.lstat(join(folder, path));
      if (stats === undefined || stats.dev === disk) continue;
      throw new KataError(
        'unreadable-file',
        `${join(folder, path)} lies on another disk than ${vault}. Nothing was changed.`,
        'Keep the workspace and .kata on one disk: files are exchanged by renaming them.',
      );
    }
  }

  return {
    recover: async () => (swaps.isOpen() ? exclusively((recovered) => recovered) : undefined),

    seal: (folder, label) =>
      exclusively(() => {
        requireFolder(folder);
        const sealed = sealNow(folder, label);
        prune(sealed);
        return sealed;
      }),

    copies: async () => copies.all(),

    lookForLateSaves: async () => {
      if (swaps.keepsAside()) await exclusively(() => undefined);
    },
    read: async (file) => objects.read(file),

    contents: async (folder) => {
      if (fs.lstat(folder) === undefined) return [];
      requireFolder(folder);
      for (let attempt = 1; attempt <= surveys; attempt++) {
        const entries = survey(fs, folder);
        if (entries !== undefined) return entries;
      }
      throw keepsChanging(folder);
    },

    replace: (folder, wanted, label, note, mayStill) =>
      exclusively(() => {
        mayStill?.();
        let entries = 'nothing' in wanted ? [] : entriesOf(wanted);
        let before: SealedCopy | undefined;
        if (fs.lstat(folder) !== undefined) {
          requireFolder(folder);
          before = sealNow(folder, label);
          requireOneDisk(folder, before.entries);
          if ('keeping' in wanted) entries = overlay([wanted.keeping(before.entries), entries]);
        }
        const planned = {
          id: randomUUID(),
          at: now(),
          label,
          before: before?.id,
          wanted: entries,
          ...('nothing' in wanted && { gone: true }),
          ...(note && { note: note(before) }),
        };
        swaps.swap(planned, folder, before?.entries ?? []);
        prune(before);
        return before;
      }),
  };
}

function notThere(path: string): KataError {
  return new KataError(
    'workspace-missing',
    `${path} is not there.`,
    'kata goto lays an exercise out again; git checkout brings back what belongs to the workshop.',
  );
}
