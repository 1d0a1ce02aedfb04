/** Every call the vault makes to the file system, so that a test can let the process die at any of them. */
import * as node from 'node:fs';
import { platform } from 'node:os';
import { dirname } from 'node:path';

export interface FileSystem {
  /** Of the path itself, never of what a link points to. Undefined when there is nothing. */
  lstat(path: string): node.Stats | undefined;
  /** Names as bytes, because a name need not be UTF-8. */
  readFolder(path: string): readonly Buffer[];
  readLink(path: string): Buffer;
  readText(path: string): string;
  /** For reading; refuses to follow a link and never waits. */
  open(path: string): number;
  /** For writing; refuses (EEXIST) when something is there. */
  create(path: string): number;
  /** The bytes read; 0 at the end. */
  read(file: number, into: Buffer): number;
  write(file: number, bytes: Buffer): void;
  sync(file: number): void;
  /** Makes the names in a folder survive a power failure. */
  syncFolder(path: string): void;
  close(file: number): void;
  chmod(path: string, mode: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file; refuses (EEXIST) when something is there. */
  link(from: string, to: string): void;
  /** A copy of a file; refuses (EEXIST) when something is there. */
  copy(from: string, to: string): void;
  symlink(target: string, path: string): void;
  unlink(path: string): void;
  makeFolder(path: string): void;
  removeFolder(path: string): void;
}

// Windows has neither flag, and neither danger.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, COPYFILE_EXCL } = node.constants;

export const fileSystem: FileSystem = {
  lstat: (path) => node.lstatSync(path, { throwIfNoEntry: false }),
  readFolder: (path) => node.readdirSync(path, { encoding: 'buffer' }),
  readLink: (path) => node.readlinkSync(path, { encoding: 'buffer' }),
  readText: (path) => node.readFileSync(path, 'utf8'),
  open: (path) => node.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
  create: (path) => node.openSync(path, 'wx', 0o600),
  read: (file, into) => node.readSync(file, into),
  write: (file, bytes) => {
    for (let written = 0; written < bytes.length;) written += node.writeSync(file, bytes, written);
  },
  sync: node.fsyncSync,
  syncFolder: (path) => {
    // Windows cannot open a folder to sync it; NTFS keeps its own journal of names.
    if (platform() === 'win32') return;
    const folder = node.openSync(path, O_RDONLY);
    try {
      node.fsyncSync(folder);
    } finally {
      node.closeSync(folder);
    }
  },
  close: node.closeSync,
  chmod: node.chmodSync,
  rename: node.renameSync,
  link: node.linkSync,
  copy: (from, to) => node.copyFileSync(from, to, COPYFILE_EXCL),
  symlink: (target, path) => node.symlinkSync(target, path),
  unlink: node.unlinkSync,
  makeFolder: (path) => node.mkdirSync(path),
  removeFolder: (path) => node.rmdirSync(path),
};

/** 'ENOENT' and its like; undefined for what is no refusal of the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** True when the action was done, false when the system refused it with one of the codes. */
export function unlessRefused(codes: readonly string[], action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

/** The path is not there, or no longer. */
export const gone = ['ENOENT', 'ENOTDIR'];

/** Makes a folder with those above it, so that they survive a power failure. */
export function makeFolders(fs: FileSystem, path: string): void {
  try {
    fs.makeFolder(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolders(fs, dirname(path));
    makeFolders(fs, path);
    return;
  }
  fs.syncFolder(dirname(path));
}

/** Writes a file that is either there, whole and durable, or not there. */
export function writeWhole(fs: FileSystem, temporary: string, path: string, text: string): void {
  const file = fs.create(temporary);
  try {
    fs.write(file, Buffer.from(text));
    fs.sync(file);
  } finally {
    fs.close(file);
  }
  fs.rename(temporary, path);
  fs.syncFolder(dirname(path));
}

/**
 * Removes a tree of our own, read-only folders included. Links in it are removed, not followed. Another
 * process may be removing the same tree, or still adding to it; then the rest stays for the next time.
 */
export function removeTree(fs: FileSystem, path: string): void {
  unlessRefused([...gone, 'ENOTEMPTY'], () => {
    const stats = fs.lstat(path);
    if (stats === undefined) return;
    if (!stats.isDirectory()) return fs.unlink(path);
    if ((stats.mode & 0o700) !== 0o700) fs.chmod(path, 0o700);
    for (const name of fs.readFolder(path)) removeTree(fs, `${path}/${name.toString()}`);
    fs.removeFolder(path);
  });
}
