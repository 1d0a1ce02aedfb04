/** What stands in a folder: every path below it, with the hash of its bytes. */
import { createHash, type Hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { byPath, type Entry } from '../../domain/sealed-copy.ts';
import { KataError } from '../../errors.ts';
import { codeOf, type FileSystem } from './file-system.ts';

/** At the top of a workspace this stays outside of every copy and every swap. */
const outside = 'node_modules';

const chunkBytes = 1 << 18;

/** How the system says that a path became something else, or nothing, since it was listed. */
const changedMeanwhile = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EINVAL'];

/**
 * Reads a whole folder, or only what has one name in it, in pieces of 256 KiB at most.
 * @returns undefined when a path vanished or changed its kind on the way: look again
 * @throws KataError unreadable-file for what a copy could not keep faithfully
 */
export function survey(
  fs: FileSystem,
  folder: string,
  only?: string,
): readonly Entry[] | undefined {
  try {
    const found = only === undefined ? below(fs, folder, '') : at(fs, folder, only);
    return [...found].toSorted(byPath);
  } catch (error) {
    if (changedMeanwhile.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

function* below(fs: FileSystem, root: string, folder: string): Generator<Entry> {
  for (const bytes of readable(join(root, folder), () => fs.readFolder(join(root, folder)))) {
    const name = bytes.toString();
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!isUtf8(bytes)) throw unreadable(join(root, path), 'its name is not valid UTF-8');
    if (path !== outside) yield* at(fs, root, path);
  }
}

function* at(fs: FileSystem, root: string, path: string): Generator<Entry> {
  const full = join(root, path);
  const stats = readable(full, () => fs.lstat(full));
  if (stats === undefined) throw Object.assign(new Error(`${full} vanished`), { code: 'ENOENT' });
  const mode = stats.mode & 0o777;
  if (stats.isFile()) {
    yield { path, kind: 'file', mode, ...readable(full, () => digest(fs, full)) };
  } else if (stats.isDirectory()) {
    yield { path, kind: 'folder', mode };
    yield* below(fs, root, path);
  } else if (stats.isSymbolicLink()) {
    const target = readable(full, () => fs.readLink(full));
    if (!isUtf8(target)) throw unreadable(full, 'the target of the link is not valid UTF-8');
    yield { path, kind: 'link', target: target.toString() };
  } else {
    throw unreadable(full, 'it is neither a file, a folder nor a link');
  }
}

/** The size and hash of a file's bytes, as they were read. */
export function digest(fs: FileSystem, path: string): { size: number; sha256: string } {
  return eachChunk(fs, path, () => {});
}

/** All of a file, for what is known to be small. */
export function bytesOf(fs: FileSystem, path: string): { bytes: Uint8Array; sha256: string } {
  const chunks: Buffer[] = [];
  const { sha256 } = eachChunk(fs, path, (chunk) => chunks.push(Buffer.from(chunk)));
  return { bytes: Buffer.concat(chunks), sha256 };
}

/** Copies a file's bytes into a new one, durably. @returns what was copied */
export function copyBytes(
  fs: FileSystem,
  from: string,
  to: string,
): { size: number; sha256: string } {
  const target = fs.create(to);
  try {
    const copied = eachChunk(fs, from, (chunk) => fs.write(target, chunk));
    fs.sync(target);
    return copied;
  } finally {
    fs.close(target);
  }
}

function eachChunk(
  fs: FileSystem,
  path: string,
  take: (chunk: Buffer) => void,
): { size: number; sha256: string } {
  const hash: Hash = createHash('sha256');
  const file = fs.open(path);
  let size = 0;
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let count = fs.read(file, buffer); count > 0; count = fs.read(file, buffer)) {
      const chunk = buffer.subarray(0, count);
      hash.update(chunk);
      take(chunk);
      size += count;
    }
  } finally {
    fs.close(file);
  }
  return { size, sha256: hash.digest('hex') };
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EIO') throw error;
    throw unreadable(path, `the system refuses to read it (${code})`, error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): KataError {
  return new KataError(
    'unreadable-file',
    `${path} cannot be kept safe: ${why}. Nothing was changed.`,
    'Make it readable, or move it out of the folder, then give the same command again.',
    cause,
  );
}

/** A folder that somebody keeps writing to cannot be copied as it is at one moment. */
export function keepsChanging(folder: string): KataError {
  return new KataError(
    'vault-busy',
    `${folder} keeps changing while kata works on it.`,
    'Stop the program that writes there, then give the same command again.',
  );
}
