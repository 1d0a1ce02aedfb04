import { createHash } from 'node:crypto';

/** A folder's content at one moment, kept in the vault. */
export interface SealedCopy {
  /** Sorts by time, unique: '20260102-093012-417-3f9a2c'. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly exercise: string;
  readonly reason: string;
  readonly keep: boolean;
  /** SHA-256 over the entries: equal hash, equal content. Hex. */
  readonly hash: string;
  readonly entries: readonly Entry[];
}

/** One path below the folder, '/'-separated, sorted by path. Modes are permission bits only. */
export type Entry = FileEntry | FolderEntry | LinkEntry;

export interface FileEntry {
  readonly path: string;
  readonly kind: 'file';
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
}

interface FolderEntry {
  readonly path: string;
  readonly kind: 'folder';
  readonly mode: number;
}

interface LinkEntry {
  readonly path: string;
  readonly kind: 'link';
  readonly target: string;
}

/** SHA-256 in hex over everything that makes two folders equal: paths, kinds, modes, bytes, link targets. */
export function hashOf(entries: readonly Entry[]): string {
  const hash = createHash('sha256');
  for (const entry of entries) hash.update(`${identity(entry)}\n`);
  return hash.digest('hex');
}

function identity(entry: Entry): string {
  switch (entry.kind) {
    case 'file':
      return JSON.stringify([entry.path, 'file', entry.mode, entry.sha256]);
    case 'folder':
      return JSON.stringify([entry.path, 'folder', entry.mode]);
    case 'link':
      return JSON.stringify([entry.path, 'link', entry.target]);
  }
}

/** A copy's name from its time in ms (shown in UTC, so that names sort) and its content. */
export function copyId(at: number, hash: string): string {
  const [day = '', time = ''] = new Date(at).toISOString().slice(0, -1).split('T');
  return `${day.replaceAll('-', '')}-${time.replace('.', '-').replaceAll(':', '')}-${shortHash(hash)}`;
}

/** What people read, say and type. */
export function shortHash(hash: string): string {
  return hash.slice(0, 6);
}

export function byPath(a: Entry, b: Entry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** The paths of files and links that one list has otherwise, or alone. Sorted. */
export function differingFiles(
  some: readonly Entry[],
  others: readonly Entry[],
): readonly string[] {
  const known = new Set(others.map(identity));
  const seen = new Set(some.map(identity));
  const differing = [
    ...some.filter((entry) => !known.has(identity(entry))),
    ...others.filter((entry) => !seen.has(identity(entry))),
  ].filter((entry) => entry.kind !== 'folder');
  return [...new Set(differing.map((entry) => entry.path))].toSorted();
}

/** Layers of entries as one, later ones on top: a file hides the folder below it, with all that is in it. */
export function overlay(layers: readonly (readonly Entry[])[]): readonly Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of layers.flat()) {
    if (entry.kind !== 'folder' && merged.get(entry.path)?.kind === 'folder') {
      for (const path of merged.keys()) if (path.startsWith(`${entry.path}/`)) merged.delete(path);
    }
    for (const ancestor of ancestors(entry.path)) {
      if (merged.get(ancestor)?.kind === 'folder') continue;
      merged.set(ancestor, { path: ancestor, kind: 'folder', mode: 0o755 });
    }
    merged.set(entry.path, entry);
  }
  return [...merged.values()].toSorted(byPath);
}

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** One change on the way from one content to another. Paths are relative, as in entries. */
export type Step =
  /** Lets the owner write in a folder that was read-only. */
  | { readonly do: 'unlock'; readonly path: string; readonly mode: number }
  /** A file or link that is surplus. */
  | { readonly do: 'take'; readonly path: string }
  | { readonly do: 'remove-folder'; readonly path: string }
  | { readonly do: 'make-folder'; readonly path: string }
  | { readonly do: 'put'; readonly path: string; readonly entry: FileEntry | LinkEntry }
  | { readonly do: 'set-mode'; readonly path: string; readonly mode: number };

const ownerMayAll = 0o700;

/**
 * The steps that turn `have` into `want`; none when they are equal. What is surplus goes first, so that a
 * path may change its kind, or only the case of its letters; modes of folders come last, so that a
 * read-only folder can be filled.
 */
export function plan(have: readonly Entry[], want: readonly Entry[]): readonly Step[] {
  const before = new Map(have.map((entry) => [entry.path, entry]));
  const after = new Map(want.map((entry) => [entry.path, entry]));
  const surplus = have.filter((entry) => after.get(entry.path)?.kind !== entry.kind);
  const take = surplus.filter((entry) => entry.kind !== 'folder');
  const removeFolder = surplus.filter((entry) => entry.kind === 'folder').toReversed();
  const folders = want.filter((entry) => entry.kind === 'folder');
  const makeFolder = folders.filter((entry) => before.get(entry.path)?.kind !== 'folder');
  const put = want
    .filter((entry) => entry.kind !== 'folder')
    .filter((entry) => !sameContent(before.get(entry.path), entry));

  const touched = new Set(
    [...take, ...removeFolder, ...makeFolder, ...put].map((entry) => parent(entry.path)),
  );
  const unlock = have
    .filter((entry) => entry.kind === 'folder')
    .filter((entry) => touched.has(entry.path))
    .filter((entry) => (entry.mode & ownerMayAll) !== ownerMayAll);

  const fresh = new Set([...unlock, ...makeFolder].map((entry) => entry.path));
  const replaced = new Set(put.map((entry) => entry.path));
  const setMode = want
    .filter((entry) => entry.kind !== 'link')
    .filter((entry) => !replaced.has(entry.path))
    .filter((entry) => fresh.has(entry.path) || modeOf(before.get(entry.path)) !== entry.mode)
    .toReversed();

  return [
    ...unlock.map(({ path, mode }): Step => ({ do: 'unlock', path, mode: mode | ownerMayAll })),
    ...take.map(({ path }): Step => ({ do: 'take', path })),
    ...removeFolder.map(({ path }): Step => ({ do: 'remove-folder', path })),
    ...makeFolder.map(({ path }): Step => ({ do: 'make-folder', path })),
    ...put.map((entry): Step => ({ do: 'put', path: entry.path, entry })),
    ...setMode.map(({ path, mode }): Step => ({ do: 'set-mode', path, mode })),
  ];
}

function sameContent(a: Entry | undefined, b: FileEntry | LinkEntry): boolean {
  if (a?.kind === 'file' && b.kind === 'file') return a.sha256 === b.sha256;
  if (a?.kind === 'link' && b.kind === 'link') return a.target === b.target;
  return false;
}

function modeOf(entry: Entry | undefined): number | undefined {
  return entry === undefined || entry.kind === 'link' ? undefined : entry.mode;
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** How much the vault may hold before old copies go. */
export interface Bounds {
  /** Bytes of distinct file contents. */
  readonly bytes: number;
  readonly copies: number;
}

/**
 * The copies that go, given all of them newest first. The newest of each exercise and all with `keep` stay,
 * whatever they cost; of the rest, from new to old, each one that still fits.
 */
export function superfluous(
  newestFirst: readonly SealedCopy[],
  bounds: Bounds,
): readonly SealedCopy[] {
  const seen = new Set<string>();
  const stays = newestFirst.filter((copy) => {
    const newest = !seen.has(copy.exercise);
    seen.add(copy.exercise);
    return newest || copy.keep;
  });
  const sizes = new Map(stays.flatMap(contentsOf));
  let bytes = sum(sizes.values());
  let count = stays.length;
  return newestFirst.filter((copy) => {
    if (stays.includes(copy)) return false;
    const added = new Map(contentsOf(copy).filter(([sha256]) => !sizes.has(sha256)));
    const cost = sum(added.values());
    if (count + 1 > bounds.copies || bytes + cost > bounds.bytes) return true;
    for (const [sha256, size] of added) sizes.set(sha256, size);
    bytes += cost;
    count += 1;
    return false;
  });
}

function contentsOf(copy: SealedCopy): [sha256: string, size: number][] {
  return copy.entries
    .filter((entry) => entry.kind === 'file')
    .map((entry) => [entry.sha256, entry.size]);
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

/**
 * The copies whose id or hash begins with `prefix`, newest first. Copies of one exercise with equal
 * content count once, as the newest of them.
 */
export function copiesNamed(
  newestFirst: readonly SealedCopy[],
  prefix: string,
): readonly SealedCopy[] {
  const seen = new Set<string>();
  return newestFirst
    .filter((copy) => copy.id.startsWith(prefix) || copy.hash.startsWith(prefix))
    .filter((copy) => {
      const content = `${copy.exercise} ${copy.hash}`;
      if (seen.has(content)) return false;
      seen.add(content);
      return true;
    });
}
