/**
 * What of a workspace travels from machine to machine: plain files whose names every system can hold. The
 * same rules hold for what is sent and for what is received, and there before anything of it is written.
 */
import { KataError } from '../errors.ts';
import type { Entry, FileEntry } from './sealed-copy.ts';

export interface TreeLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly bytes: number;
}

/** Exercises are a hundred times smaller. */
export const treeLimits: TreeLimits = { files: 500, fileBytes: 1_000_000, bytes: 5_000_000 };

const pathLongest = 200;
/** What the file systems of Linux and macOS hold; in bytes of UTF-8. */
const nameLongest = 255;

/** In a commit: the exercise's folder, and the mob's facts. */
export const sharedFolder = 'workspace';
export const sharedLog = 'mob.jsonl';

/** Why a path cannot stand on every machine, as 'is hidden'; undefined when it can. */
export function namingProblem(path: string): string | undefined {
  if (path.length > pathLongest) return `has a name of over ${pathLongest} characters`;
  const parts = path.split('/');
  // Every copy and every swap leaves it alone, so it would seem to vanish.
  if (parts[0]?.toLowerCase() === 'node_modules') return 'is a library';
  for (const part of parts) {
    const problem = partProblem(part);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** See Microsoft's “Naming Files, Paths, and Namespaces”; numbers may also be written ¹, ² and ³. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)/i;

function partProblem(part: string): string | undefined {
  if (part === '' || part === '.' || part === '..') return 'leads out of its folder';
  // HFS+ looks away from some of the invisible ones, so that a .git with one in it is a .git.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(part)) return 'has an invisible character in its name';
  // .git in any spelling, and what editors and systems keep for themselves on each machine.
  if (part.startsWith('.')) return 'is hidden';
  if (/[\\:<>"|?*]/.test(part)) return 'has a character in its name that Windows refuses';
  if (/[. ]$/.test(part)) return 'has a name that ends with a dot or a blank';
  if (devices.test(part)) return 'has a name that Windows keeps for a device';
  // GIT~1 is .git where short names are kept.
  if (/~\d/.test(part)) return 'has a name like the short names of Windows';
  if (new TextEncoder().encode(part).length > nameLongest) {
    return `has a name of over ${nameLongest} bytes`;
  }
  return undefined;
}

/** Equal for names that some system takes for one: without regard to case and to how accents are written. */
function sameName(path: string): string {
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** To be asked path by path: is this one, or a folder above it, spelled otherwise in an earlier one? */
function twinFinder(): (path: string) => string | undefined {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  return (path) => {
    const parts = path.split('/');
    const above = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
    const twin =
      files.get(sameName(path)) ??
      folders.get(sameName(path)) ??
      above.map((folder) => files.get(sameName(folder))).find((each) => each !== undefined) ??
      above
        .map((folder) => folders.get(sameName(folder)) ?? folder)
        .find((each, index) => each !== above[index]);
    if (twin !== undefined) return twin;
    files.set(sameName(path), path);
    for (const folder of above) folders.set(sameName(folder), folder);
    return undefined;
  };
}

/** What does not travel, with the reason: 'today.log', 'is a link'. */
export interface Staying {
  readonly path: string;
  readonly why: string;
}

export interface Travelling {
  readonly files: readonly FileEntry[];
  readonly staying: readonly Staying[];
}

/**
 * What of a workspace goes to the others, and what stays.
 * @throws KataError too-much-to-share
 */
export function travelling(entries: readonly Entry[], limits: TreeLimits = treeLimits): Travelling {
  const twinOf = twinFinder();
  const files: FileEntry[] = [];
  const staying = new Map<string, string>();
  for (const entry of entries) {
    const hidden = hiddenPart(entry.path);
    const why = whyItStays(entry, entries, limits);
    const twin = why === undefined && entry.kind === 'file' ? twinOf(entry.path) : undefined;
    if (hidden !== undefined) staying.set(hidden, 'is hidden');
    else if (why !== undefined) staying.set(entry.path, why);
    else if (twin !== undefined) staying.set(entry.path, `has the name of ${twin} on some systems`);
    else if (entry.kind === 'file') files.push(entry);
    if (entry.kind === 'file' && why === undefined && (entry.mode & 0o600) !== 0o600) {
      staying.set(`the mode ${entry.mode.toString(8)} of ${entry.path}`, 'is this machine’s own');
    }
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (files.length > limits.files || bytes > limits.bytes) {
    throw new KataError(
      'too-much-to-share',
      files.length > limits.files
        ? `The workspace has ${files.length} files; ${limits.files} is what a mob shares at most.`
        : `The workspace has ${megabytes(bytes)}; ${megabytes(limits.bytes)} is what a mob shares at most.`,
      'Move out of it what does not belong to the exercise, then give the same command again.',
    );
  }
  return { files, staying: [...staying].map(([path, why]) => ({ path, why })) };
}

/** With all that is in a hidden folder, only the folder is worth a word. */
function hiddenPart(path: string): string | undefined {
  const parts = path.split('/');
  const first = parts.findIndex((part) => part.startsWith('.'));
  return first < 0 ? undefined : parts.slice(0, first + 1).join('/');
}

function whyItStays(
  entry: Entry,
  all: readonly Entry[],
  { fileBytes }: TreeLimits,
): string | undefined {
  switch (entry.kind) {
    case 'link':
      return 'is a link';
    case 'folder':
      return all.some(({ path }) => path.startsWith(`${entry.path}/`))
        ? undefined
        : 'is an empty folder';
    case 'file':
      return entry.size > fileBytes
        ? `is larger than ${megabytes(fileBytes)}`
        : namingProblem(entry.path);
  }
}

/** What stays where it is when the work of others is laid out: all that does not travel. */
export function notTravelling(
  entries: readonly Entry[],
  incoming: readonly string[],
): readonly Entry[] {
  const taken = new Set(incoming.map(sameName));
  const { staying } = travelling(entries, {
    ...treeLimits,
    files: Number.POSITIVE_INFINITY,
    bytes: Number.POSITIVE_INFINITY,
  });
  const stay = new Set(staying.map(({ path }) => path));
  const stays = (path: string): boolean => stay.has(path) || stay.has(hiddenPart(path) ?? path);
  return entries.filter(({ path }) => stays(path) && !taken.has(sameName(path)));
}

/** A file of a received tree. */
export interface ListedFile {
  readonly path: string;
  /** git's name for the content. */
  readonly id: string;
  readonly executable: boolean;
  readonly size: number;
}

export interface ListedTree {
  readonly log: ListedFile;
  /** Paths are relative to the exercise's folder. */
  readonly files: readonly ListedFile[];
}

/**
 * Looks through what `git ls-tree -r -z -l --full-tree` says of a received commit.
 * @param limits  a content that git left out because of its size has no size in the listing
 * @throws KataError remote-refused, naming what is wrong
 */
export function lookThrough(listing: Uint8Array, limits: TreeLimits = treeLimits): ListedTree {
  const problems: string[] = [];
  const files: ListedFile[] = [];
  const twinOf = twinFinder();
  let log: ListedFile | undefined;
  for (const line of linesOf(listing)) {
    const problem = problemOf(line, limits) ?? twinProblem(line, twinOf);
    if (problem !== undefined) problems.push(`${shown(line.path ?? line.raw)} ${problem}`);
    else if (line.path === sharedLog) log = fileOf(line, line.path);
    else files.push(fileOf(line, line.path!.slice(sharedFolder.length + 1)));
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (problems.length > 0) throw refused(problems);
  if (files.length > limits.files)
    throw refused([`it has ${files.length} files, and ${limits.files} is the most`]);
  if (bytes > limits.bytes)
    throw refused([`it has ${megabytes(bytes)}, and ${megabytes(limits.bytes)} is the most`]);
  if (!log) throw refused([`it has no ${sharedLog}`]);
  return { log, files };
}

const namedMost = 3;

function refused(problems: readonly string[]): KataError {
  const more = problems.length - namedMost;
  return new KataError(
    'remote-refused',
    [
      'What stands on the mob’s branch is refused, and nothing was changed:',
      ...problems.slice(0, namedMost).map((problem) => `  ${problem}`),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
    'Ask whoever handed over last what they shared. A mob’s branch holds small, plain files only.',
  );
}

interface Line {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  /** Undefined when git does not have the content. */
  readonly size: number | undefined;
  /** Undefined when it is no UTF-8. */
  readonly path: string | undefined;
  /** For saying which one it is. */
  readonly raw: string;
}

function linesOf(listing: Uint8Array): readonly Line[] {
  const records: Line[] = [];
  for (let start = 0; start < listing.length;) {
    const end = listing.indexOf(0, start);
    const record = listing.subarray(start, end < 0 ? listing.length : end);
    const tab = record.indexOf(9);
    const head = new TextDecoder().decode(record.subarray(0, tab));
    const [mode = '', type = '', id = '', size = ''] = head.split(/ +/);
    const name = record.subarray(tab + 1);
    records.push({
      mode,
      type,
      id,
      size: /^\d+$/.test(size) ? Number(size) : undefined,
      path: utf8(name),
      raw: new TextDecoder().decode(name),
    });
    start = end < 0 ? listing.length : end + 1;
  }
  return records;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function problemOf(
  { mode, type, size, path }: Line,
  { fileBytes }: TreeLimits,
): string | undefined {
  if (type === 'commit' || mode === '160000') return 'is a repository in the repository';
  if (mode === '120000') return 'is a link';
  if (type !== 'blob' || !['100644', '100755'].includes(mode)) return `is no plain file (${mode})`;
  if (path === undefined) return 'has a name that is no UTF-8';
  if (path !== sharedLog && !path.startsWith(`${sharedFolder}/`)) {
    return namingProblem(path) ?? 'does not belong there';
  }
  const naming = namingProblem(path === sharedLog ? path : path.slice(sharedFolder.length + 1));
  if (naming !== undefined) return naming;
  if (size === undefined) return `is larger than ${megabytes(fileBytes)}`;
  return size > fileBytes
    ? `has ${megabytes(size)}, and ${megabytes(fileBytes)} is the most`
    : undefined;
}

function twinProblem(
  { path = '' }: Line,
  twinOf: (path: string) => string | undefined,
): string | undefined {
  const twin = twinOf(path);
  return twin === undefined ? undefined : `has the name of ${shown(twin)} on some systems`;
}

function fileOf({ id, mode, size = 0 }: Line, path: string): ListedFile {
  return { path, id, executable: mode === '100755', size };
}

function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(3))} MB`;
}

/** A name from elsewhere, so that it cannot write over the screen: what is invisible is written out. */
export function shown(text: string, longest = 80): string {
  const visible = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return visible.length > longest ? `${visible.slice(0, longest - 1)}…` : visible;
}
