/**
 * Rewrites a folder in place, so that a kill at any moment is finished by the next command and nothing that
 * an editor saves meanwhile is lost.
 *
 * The journal is written once the old content is sealed and the new content lies ready, and names both.
 * Nothing in the folder is ever overwritten or deleted: what stands in the way is moved to aside/, and new
 * content gets its name by a call that fails when something is there. A save that comes between the sealing
 * and the move, or through a handle that was opened before, is therefore in aside/, and is sealed from there.
 *
 * "Verified" means: the whole folder was read again and is byte for byte what was wanted. If somebody saves
 * so often that this never comes true, it means: each path was put right, and what differs now was
 * written after that; it stays, as it would had it been saved a second later.
 */
import { dirname, join, relative, resolve } from 'node:path';
import { overlay, plan, type Entry, type SealedCopy, type Step } from '../../domain/sealed-copy.ts';
import type { CopyLabel, Note, Recovered } from '../../domain/ports.ts';
import type { Copies } from './copies.ts';
import { gone, makeFolders, unlessRefused, writeWhole, type FileSystem } from './file-system.ts';
import { journalIn } from './journal.ts';
import type { Objects } from './objects.ts';
import { damagedRecord, isEntries, parseRecord } from './record.ts';
import { keepsChanging, survey } from './survey.ts';

/** What the journal says. */
export interface Swap {
  readonly id: string;
  /** When it began, in ms. */
  readonly at: number;
  readonly label: CopyLabel;
  /** Relative to .kata, because the whole repository may be moved before recovery. */
  readonly folder: string;
  /** The id of the copy of what stood there; undefined when there was no such folder. */
  readonly before: string | undefined;
  readonly wanted: readonly Entry[];
  /** With nothing wanted in it, the folder itself goes, too. */
  readonly gone?: boolean;
  /** To be true once the folder is rewritten. */
  readonly note?: Note;
}

export type Swaps = ReturnType<typeof openSwaps>;

interface Parts {
  readonly fs: FileSystem;
  readonly vault: string;
  readonly objects: Objects;
  readonly copies: Copies;
  /** Names a new path in a folder that exists; what is left there is swept away. */
  readonly temporary: () => string;
  readonly now: () => number;
}

/** New content by path, ready to be put in its place. */
type Staged = Map<string, string>;

const passes = 12;
const triesPerFile = 20;

/**
 * A handle that was opened before a swap may still write to what was moved aside. So that it is found,
 * this is how long, in ms, everything moved aside stays, and is looked at again by each change of the vault.
 */
const asideForMs = 10_000;

const inTheWay = ['EEXIST', 'ENOTEMPTY'];
const noHardLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EMLINK'];

export function openSwaps({ fs, vault, objects, copies, temporary, now }: Parts) {
  const journal = journalIn(vault);
  const aside = join(vault, 'aside');

  /** One look: is there a swap that a crash left open? */
  function isOpen(): boolean {
    return fs.lstat(journal) !== undefined;
  }

  /** From `have` to what is wanted. @throws KataError vault-damaged, before anything changes */
  function swap(planned: Omit<Swap, 'folder'>, folder: string, have: readonly Entry[]): void {
    const steps = plan(have, planned.wanted);
    const isThere = fs.lstat(folder) !== undefined;
    if (steps.length === 0 && isThere === (planned.gone !== true) && !planned.note) return;
    const staged: Staged = new Map();
    stage(steps, staged);
    makeFolders(fs, join(aside, planned.id));
    const written: Swap = { ...planned, folder: relative(dirname(vault), folder) };
    writeWhole(fs, temporary(), journal, `${JSON.stringify({ version: 1, ...written })}\n`);
    finish(written, staged);
  }

  /** Seals what stands there, then brings an open swap to its end. Undefined when none is open. */
  function recover(): Recovered | undefined {
    if (!isOpen()) return undefined;
    const found = readSwap(journal);
    const { label } = found;
    const folder = folderOf(found);
    const rescued =
      fs.lstat(folder) === undefined
        ? undefined
        : copies.add(objects.capture(folder), asRescued(label), now());
    finish(found, new Map());
    return { exercise: label.exercise, operation: label.reason, rescued };
  }

  function finish(open: Swap, staged: Staged): void {
    const folder = folderOf(open);
    layOut(open, folder, staged);
    if (open.gone === true) {
      // Whoever saves there now keeps it, and the folder with it.
      unlessRefused([...gone, ...inTheWay], () => fs.removeFolder(folder));
      fs.syncFolder(dirname(folder));
    }
    const folders = open.wanted.filter((entry) => entry.kind === 'folder');
    for (const path of ['', ...folders.map((entry) => entry.path)]) {
      unlessRefused(gone, () => fs.syncFolder(join(folder, path)));
    }
    sealAside(open, sealedSoFar());
    if (open.note) keep(open.note);
    // One rename closes the journal and keeps it with what was moved aside.
    fs.rename(journal, join(aside, open.id, record));
    fs.syncFolder(vault);
  }

  function keep({ file, text }: Note): void {
    const path = join(dirname(vault), file);
    makeFolders(fs, dirname(path));
    if (text !== undefined) writeWhole(fs, temporary(), path, text);
    else if (unlessRefused(gone, () => fs.unlink(path))) fs.syncFolder(dirname(path));
  }

  function layOut(open: Swap, folder: string, staged: Staged): void {
    const mover = moverTo(join(aside, open.id));
    for (let pass = 1; pass <= passes; pass++) {
      makeFolders(fs, folder);
      const have = survey(fs, folder);
      if (have === undefined) continue;
      const steps = plan(have, open.wanted);
      if (steps.length === 0) return;
      stage(steps, staged);
      const undone = steps.filter((step) => !perform(step, folder, staged, mover));
      if (pass === passes && undone.length === 0) return;
    }
    throw keepsChanging(folder);
  }

  function stage(steps: readonly Step[], staged: Staged): void {
    for (const step of steps) {
      if (step.do !== 'put' || step.entry.kind !== 'file' || staged.has(step.path)) continue;
      staged.set(step.path, objects.stage(step.entry));
    }
  }

  /** False when somebody changed the same path at the same time; the next pass looks again. */
  function perform(step: Step, folder: string, staged: Staged, moveAside: Mover): boolean {
    const path = join(folder, step.path);
    switch (step.do) {
      case 'unlock':
      case 'set-mode':
        return unlessRefused(gone, () => fs.chmod(path, step.mode));
      case 'take':
        return moveAside(folder, step.path);
      case 'remove-folder':
        return unlessRefused([...gone, ...inTheWay], () => fs.removeFolder(path));
      case 'make-folder':
        return unlessRefused([...gone, ...inTheWay], () => fs.makeFolder(path));
      case 'put':
        for (let attempt = 1; attempt <= triesPerFile; attempt++) {
          if (put(step, path, staged)) return true;
          moveAside(folder, step.path);
        }
        return false;
    }
  }

  /** Gives new content its name; false when something stands there, or the folder vanished. */
  function put(step: Extract<Step, { do: 'put' }>, path: string, staged: Staged): boolean {
    const { entry } = step;
    if (entry.kind === 'link') {
      return unlessRefused([...gone, ...inTheWay], () => fs.symlink(entry.target, path));
    }
    const ready = staged.get(step.path);
    if (ready === undefined) throw new Error(`${step.path} was not staged`);
    if (!unlessRefused([...gone, ...inTheWay], () => linkOrCopy(ready, path))) return false;
    fs.unlink(ready);
    staged.delete(step.path);
    return true;
  }

  function linkOrCopy(from: string, to: string): void {
    if (!unlessRefused(noHardLinks, () => fs.link(from, to))) fs.copy(from, to);
  }

  /** Each move has a folder of its own, so that two saves of one path both fit. */
  function moverTo(top: string): Mover {
    let count = layersIn(top).length;
    return (folder, path) => {
      count += 1;
      const target = join(top, String(count), path);
      makeFolders(fs, dirname(target));
      return unlessRefused(gone, () => fs.rename(join(folder, path), target));
    };
  }

  /** Seals what was moved aside and is in no copy yet, as the old content with these saves in it. */
  function sealAside(done: Swap, sealed: Sealed): void {
    const base = sealed.copies.find((copy) => copy.id === done.before)?.entries ?? [];
    let found = new Map<string, Entry>();
    const flush = (): void => {
      if (found.size === 0) return;
      copies.add(overlay([base, [...found.values()]]), asRescued(done.label), now());
      found = new Map();
    };
    const isNew = (entry: Entry): boolean =>
      entry.kind !== 'folder' && !sealed.contents.has(content(entry));
    for (const layer of layersIn(join(aside, done.id))) {
      const path = join(aside, done.id, layer);
      if (survey(fs, path)?.some(isNew) === false) continue;
      for (const entry of objects.capture(path).filter(isNew)) {
        if (found.has(entry.path)) flush();
        found.set(entry.path, entry);
        sealed.contents.add(content(entry));
      }
    }
    flush();
  }

  function sealedSoFar(): Sealed {
    const all = copies.all();
    return { copies: all, contents: new Set(all.flatMap((copy) => copy.entries).map(content)) };
  }

  /** Does anything that was moved aside still stay there? */
  function keepsAside(): boolean {
    return fs.lstat(aside) !== undefined && fs.readFolder(aside).length > 0;
  }

  /** Looks again at what earlier swaps moved aside, and lets go of what has been there long enough. */
  function settle(): void {
    if (!keepsAside()) return;
    const sealed = sealedSoFar();
    for (const id of fs.readFolder(aside).map(String)) {
      const path = join(aside, id);
      const recorded = fs.lstat(join(path, record)) !== undefined;
      // Without a record the swap was never begun, unless somebody took the record away.
      if (!recorded && layersIn(path).length > 0) damagedRecord(join(path, record));
      const done = recorded ? readSwap(join(path, record)) : undefined;
      if (done !== undefined) sealAside(done, sealed);
      if (done === undefined || Math.abs(now() - done.at) >= asideForMs)
        fs.rename(path, temporary());
    }
  }

  function layersIn(path: string): readonly string[] {
    const names = fs.readFolder(path).map(String);
    return names.filter((name) => name !== record).toSorted((a, b) => Number(a) - Number(b));
  }

  function folderOf(open: Swap): string {
    return resolve(dirname(vault), open.folder);
  }

  function readSwap(path: string): Swap {
    const read = parseRecord(path, fs.readText(path));
    return isSwap(read) ? read : damagedRecord(path);
  }

  return { isOpen, swap, recover, keepsAside, settle };
}

/** What is safe already. */
interface Sealed {
  readonly copies: readonly SealedCopy[];
  readonly contents: Set<string>;
}

/** Moves what stands at a path away, whatever it is. False when nothing stands there any more. */
type Mover = (folder: string, path: string) => boolean;

/** The journal's name once the swap is done. */
const record = 'swap.json';

/** What was rescued may stand nowhere else, so it is never pruned. */
function asRescued({ exercise }: CopyLabel): CopyLabel {
  return { exercise, reason: 'rescued', keep: true };
}

/** What would be lost with an entry: bytes, or where a link points. */
function content(entry: Entry): string {
  switch (entry.kind) {
    case 'file':
      return entry.sha256;
    case 'folder':
      return '';
    case 'link':
      return `${entry.path} -> ${entry.target}`;
  }
}

function isSwap(read: Record<string, unknown>): read is Record<string, unknown> & Swap {
  const { id, at, label, folder, before, wanted } = read;
  return (
    typeof id === 'string' &&
    typeof at === 'number' &&
    isLabel(label) &&
    typeof folder === 'string' &&
    (before === undefined || typeof before === 'string') &&
    isEntries(wanted) &&
    (read['gone'] === undefined || typeof read['gone'] === 'boolean') &&
    (read['note'] === undefined || isNote(read['note']))
  );
}

function isNote(note: unknown): boolean {
  if (typeof note !== 'object' || note === null) return false;
  const { file, text } = note as Record<string, unknown>;
  return typeof file === 'string' && (text === undefined || typeof text === 'string');
}

function isLabel(label: unknown): label is CopyLabel {
  if (typeof label !== 'object' || label === null) return false;
  const { exercise, reason } = label as Record<string, unknown>;
  return typeof exercise === 'string' && typeof reason === 'string';
}
