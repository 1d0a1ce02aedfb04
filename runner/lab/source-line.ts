/** Which line of the learner's files is meant. */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join, relative, sep } from 'node:path';
import type { SourceLine } from './verdict.ts';

/** By file: where the learner's columns were before the types were taken out. Lines are the same. */
const columns = new Map<string, SourceMapPayload | SourceMap>();

export function rememberColumns(file: string, map: SourceMapPayload): void {
  columns.set(file, map);
}

/** Above the learner's own frame stand at most so many of the lab's; each more would cost time. */
const framesOfTheLab = 8;
const asSites = (_error: unknown, sites: readonly NodeJS.CallSite[]) => sites;

/** The innermost line of the learner's that is running now. */
export function callSite(folder: string): SourceLine | undefined {
  return placeAt(
    folder,
    sitesAbove(callSite).find((site) => isIn(folder, site)),
  );
}

/** The learner's line that led here, through helpers of the learner's own. */
export function leadingSite(folder: string): SourceLine | undefined {
  const sites = sitesAbove(leadingSite);
  const own = sites.slice(sites.findIndex((site) => isIn(folder, site)));
  // What has no file is the language itself, such as the constructor of a promise.
  const end = own.findIndex(
    (site) => !isIn(folder, site) && typeof site.getFileName() === 'string',
  );
  return placeAt(
    folder,
    (end < 0 ? own : own.slice(0, end)).findLast((site) => isIn(folder, site)),
  );
}

/** For a hook on promises: the learner's line that makes one without anybody's help, as each `await` does. */
export function waitingSite(folder: string): SourceLine | undefined {
  const [, maker] = sitesAbove(waitingSite);
  return maker && isIn(folder, maker) ? placeAt(folder, maker) : undefined;
}

function sitesAbove(caller: (folder: string) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace: prepare, stackTraceLimit } = Error;
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  try {
    Error.prepareStackTrace = asSites;
    Error.stackTraceLimit = framesOfTheLab;
    Error.captureStackTrace(holder, caller);
    return holder.stack ?? [];
  } finally {
    Error.prepareStackTrace = prepare;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isIn(folder: string, site: NodeJS.CallSite): boolean {
  return site.getFileName()?.startsWith(folder + sep) === true;
}

function placeAt(folder: string, site: NodeJS.CallSite | undefined): SourceLine | undefined {
  const file = site?.getFileName();
  const line = site?.getLineNumber();
  const column = site?.getColumnNumber();
  return file && line && column ? placeOf(folder, file, line, column) : undefined;
}

/** Where in the learner's files an error was thrown. */
export function throwSite(folder: string, error: unknown): SourceLine | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const frame of error.stack.split('\n')) {
    const start = frame.indexOf(folder + sep);
    const [, path, line, column] =
      /^(.+?):(\d+):(\d+)/.exec(start < 0 ? '' : frame.slice(start + folder.length + 1)) ?? [];
    if (path !== undefined)
      return placeOf(folder, join(folder, path), Number(line), Number(column));
  }
  return undefined;
}

/** Where one of the learner's functions is declared, as far as a look at its file tells. */
export function declarationOf(folder: string, file: string, name: string): SourceLine | undefined {
  const declared = new RegExp(`^(.*\\b(?:function\\*?|const|let)\\s+)${name}\\b`);
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  for (const [index, text] of lines.entries()) {
    const [, before] = declared.exec(text) ?? [];
    if (before !== undefined) return { file, line: index + 1, column: before.length + 1 };
  }
  return undefined;
}

function placeOf(folder: string, path: string, line: number, column: number): SourceLine {
  const file = relative(folder, path);
  const known = columns.get(path);
  if (!known) return { file, line, column };
  const map = known instanceof SourceMap ? known : new SourceMap(known);
  columns.set(path, map);
  const entry = map.findEntry(line - 1, column - 1);
  const found = 'originalColumn' in entry && entry.originalLine === line - 1;
  return { file, line, column: found ? entry.originalColumn + 1 : column };
}

/** For spreading: an absent place is no property at all. */
export function at(place: SourceLine | undefined): { at?: SourceLine } {
  return place ? { at: place } : {};
}
