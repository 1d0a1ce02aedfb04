/**
 * One process at a time changes the vault. The lock is a folder that holds one file, named after its owner.
 * A folder can be renamed onto another only while that one is empty, so taking it is atomic; and because
 * the file's name is its owner's alone, removing a dead owner's file can never remove a living one's.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { codeOf, gone, removeTree, unlessRefused, type FileSystem } from './file-system.ts';
import { startOf } from './processes.ts';

export interface Lock {
  release(): void;
}

const notEmpty = ['ENOTEMPTY', 'EEXIST', 'EPERM'];

/**
 * Tries once. All that happens under the lock is synchronous, so a file of this very process can only be
 * one that it failed to remove, and is taken over like a dead owner's.
 * @param claim a path on the same disk that nothing uses
 * @returns the lock, or the id of the living process that holds it, or undefined: it is free now, try again
 */
export function tryLock(
  fs: FileSystem,
  path: string,
  claim: string,
  pid: number,
): Lock | number | undefined {
  const own = `${pid}-${randomUUID()}`;
  try {
    // Whoever holds the lock sweeps claims away at any moment; so look whether ours is what became the lock.
    const taken =
      unlessRefused(gone, () => stakeClaim(fs, claim, own, pid)) &&
      unlessRefused([...notEmpty, ...gone], () => fs.rename(claim, path)) &&
      fs.lstat(join(path, own)) !== undefined;
    if (taken) return { release: () => release(fs, path, own) };
  } finally {
    removeTree(fs, claim);
  }
  const owner = livingOwner(fs, path, pid);
  // Windows renames onto no folder at all, not even an empty one.
  if (owner === undefined) unlessRefused([...notEmpty, ...gone], () => fs.removeFolder(path));
  return owner;
}

function stakeClaim(fs: FileSystem, claim: string, own: string, pid: number): void {
  fs.makeFolder(claim);
  const file = fs.create(join(claim, own));
  try {
    fs.write(file, Buffer.from(startOf(pid) ?? ''));
  } finally {
    fs.close(file);
  }
}

function release(fs: FileSystem, path: string, own: string): void {
  fs.unlink(join(path, own));
  unlessRefused([...notEmpty, ...gone], () => fs.removeFolder(path));
}

/** Undefined when the lock is free, or was a dead owner's and is free now. */
function livingOwner(fs: FileSystem, path: string, self: number): number | undefined {
  for (const name of namesIn(fs, path)) {
    const owner = Number.parseInt(name, 10);
    const began = readIfThere(fs, join(path, name));
    if (began === undefined) continue;
    if (owner !== self && startOf(owner) === began) return owner;
    unlessRefused(gone, () => fs.unlink(join(path, name)));
  }
  return undefined;
}

function namesIn(fs: FileSystem, path: string): readonly string[] {
  try {
    return fs.readFolder(path).map(String);
  } catch (error) {
    if (gone.includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}

function readIfThere(fs: FileSystem, path: string): string | undefined {
  try {
    return fs.readText(path);
  } catch (error) {
    if (gone.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
