/** File contents by their SHA-256, each written once and read-only: objects/ab/cdef… */
import { join } from 'node:path';
import type { Entry, FileEntry } from '../../domain/sealed-copy.ts';
import { hashOf } from '../../domain/sealed-copy.ts';
import { KataError } from '../../errors.ts';
import { codeOf, gone, makeFolders, type FileSystem } from './file-system.ts';
import { bytesOf, copyBytes, digest, keepsChanging, survey } from './survey.ts';

export type Objects = ReturnType<typeof openObjects>;

/** How often a folder that changes under the copy is copied again, and the pause in ms that grows with it. */
const tries = 20;
const pauseMs = 5;

/**
 * @param temporary names a new path on the same disk, in a folder that exists
 */
export function openObjects(fs: FileSystem, folder: string, temporary: () => string) {
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256.slice(2));

  /**
   * Stores every file of a folder (or only what has one name in it), as it all was at one moment: a save
   * that came in between is noticed because the folder is read again afterwards.
   * @throws KataError unreadable-file, vault-busy
   */
  function capture(source: string, only?: string): readonly Entry[] {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const entries = survey(fs, source, only);
      if (entries !== undefined && storeAll(source, entries)) {
        const again = survey(fs, source, only);
        if (again !== undefined && hashOf(again) === hashOf(entries)) return entries;
      }
      pause(attempt * pauseMs);
    }
    throw keepsChanging(source);
  }

  function storeAll(source: string, entries: readonly Entry[]): boolean {
    return entries.every(
      (entry) => entry.kind !== 'file' || store(entry.sha256, join(source, entry.path)),
    );
  }

  /** False when the source no longer has these bytes. What is there already is trusted only if intact. */
  function store(sha256: string, source: string): boolean {
    if (intact(sha256)) return true;
    const copy = temporary();
    try {
      if (copyBytes(fs, source, copy).sha256 !== sha256) return false;
    } catch (error) {
      if (gone.includes(codeOf(error) ?? '')) return false;
      throw error;
    }
    fs.chmod(copy, 0o444);
    const shelf = join(folder, sha256.slice(0, 2));
    makeFolders(fs, shelf);
    fs.rename(copy, pathOf(sha256));
    fs.syncFolder(shelf);
    return true;
  }

  function intact(sha256: string): boolean {
    const path = pathOf(sha256);
    return fs.lstat(path) !== undefined && digest(fs, path).sha256 === sha256;
  }

  /**
   * A new, durable file with the bytes and mode of an entry, ready to be put in its place.
   * @throws KataError vault-damaged when the bytes are no longer those that were sealed
   */
  function stage(entry: FileEntry): string {
    const path = pathOf(entry.sha256);
    const copy = temporary();
    if (fs.lstat(path) === undefined || copyBytes(fs, path, copy).sha256 !== entry.sha256) {
      throw damaged(entry);
    }
    fs.chmod(copy, entry.mode);
    return copy;
  }

  /** @throws KataError vault-damaged */
  function read(entry: FileEntry): Uint8Array {
    const path = pathOf(entry.sha256);
    const found = fs.lstat(path) === undefined ? undefined : bytesOf(fs, path);
    if (found?.sha256 !== entry.sha256) throw damaged(entry);
    return found.bytes;
  }

  function damaged({ path, sha256 }: FileEntry): KataError {
    return new KataError(
      'vault-damaged',
      `The sealed ${path} is damaged: ${pathOf(sha256)} does not hold what was sealed.`,
      'kata restore lists the other copies; nothing was laid out from this one.',
    );
  }

  /** Removes all contents but these. Only safe under the lock: a seal elsewhere may be about to use one. */
  function keepOnly(used: ReadonlySet<string>): void {
    if (fs.lstat(folder) === undefined) return;
    for (const shelf of fs.readFolder(folder).map(String)) {
      for (const rest of fs.readFolder(join(folder, shelf)).map(String)) {
        if (!used.has(shelf + rest)) fs.unlink(join(folder, shelf, rest));
      }
    }
  }

  return { capture, stage, read, keepOnly };
}

/** Blocks this thread, so that nothing else of this process runs while the lock is held. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
