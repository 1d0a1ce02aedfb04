/** The manifests: copies/<id>.json. A copy exists from the moment its manifest does. */
import { join } from 'node:path';
import { copyId, hashOf, type Entry, type SealedCopy } from '../../domain/sealed-copy.ts';
import type { CopyLabel } from '../../domain/ports.ts';
import { codeOf, gone, makeFolders, writeWhole, type FileSystem } from './file-system.ts';
import { damagedRecord, isEntries, parseRecord } from './record.ts';

export type Copies = ReturnType<typeof openCopies>;

export function openCopies(fs: FileSystem, folder: string, temporary: () => string) {
  // A manifest never changes, so each is read once.
  const known = new Map<string, SealedCopy>();

  /** Newest first. @throws KataError vault-damaged */
  function all(): readonly SealedCopy[] {
    if (fs.lstat(folder) === undefined) return [];
    const names = fs.readFolder(folder).map(String).toSorted().toReversed();
    return names.map((name) => known.get(name) ?? read(name)).filter((copy) => copy !== undefined);
  }

  /** Undefined when another process pruned it since it was listed. */
  function read(name: string): SealedCopy | undefined {
    const path = join(folder, name);
    try {
      const copy = parseRecord(path, fs.readText(path));
      if (!isCopy(copy)) return damagedRecord(path);
      known.set(name, copy);
      return copy;
    } catch (error) {
      if (gone.includes(codeOf(error) ?? '')) return undefined;
      throw error;
    }
  }

  /**
   * Writes a manifest, unless the newest of the exercise says the same.
   * @param now ms; a copy is always later than all before it, even if the clock was set back
   */
  function add(entries: readonly Entry[], label: CopyLabel, now: number): SealedCopy {
    const others = all();
    const { exercise, reason, keep = false } = label;
    const hash = hashOf(entries);
    const newest = others.find((copy) => copy.exercise === exercise);
    if (newest?.hash === hash && newest.reason === reason && newest.keep === keep) return newest;
    const at = Math.max(now, (others[0]?.at ?? 0) + 1);
    const copy: SealedCopy = { id: copyId(at, hash), at, exercise, reason, keep, hash, entries };
    makeFolders(fs, folder);
    writeWhole(
      fs,
      temporary(),
      join(folder, `${copy.id}.json`),
      `${JSON.stringify({ version: 1, ...copy })}\n`,
    );
    return copy;
  }

  function remove(copies: readonly SealedCopy[]): void {
    for (const { id } of copies) fs.unlink(join(folder, `${id}.json`));
    fs.syncFolder(folder);
  }

  return { all, add, remove };
}

function isCopy(record: Record<string, unknown>): record is Record<string, unknown> & SealedCopy {
  return (
    ['id', 'exercise', 'reason', 'hash'].every((name) => typeof record[name] === 'string') &&
    typeof record['at'] === 'number' &&
    typeof record['keep'] === 'boolean' &&
    isEntries(record['entries']) &&
    hashOf(record['entries']) === record['hash']
  );
}
