/** Which line of the learner's files is meant. */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceLine } from './verdict.ts';

/** By file: where the learner's columns were before the types were taken out. Lines are the same. */
const columns = new Map<string, SourceMapPayload | SourceMap>();

export function rememberColumns(file: string, map: SourceMapPayload): void {
  columns.set(file, map);
}

/** The learner's own frame is among so many: where a service is called, and where something is refused. */
const frames = { ofCall: 8, ofRefusal: 12 } as const;
const ownFolder = fileURLToPath(new URL('.', import.meta.url)).replaceAll('\\', '/');
const asSites = (_error: unknown, sites: readonly NodeJS.CallSite[]) => sites;

/** Where the learner's code was at a moment. The line is looked up when somebody asks for it. */
export type Site = () => SourceLine | undefined;

/** The innermost line of the learner's that is running now. */
export function callSite(folder: string): SourceLine | undefined {
  return siteIn(folder, frames.ofRefusal)();
}

/** The same for later: only the stack is kept, because most lines are never told. Each frame of it takes time. */
export function siteIn(folder: string, framesMost: number = frames.ofCall): Site {
  const sites = stackOf(framesMost);
  let line: SourceLine | undefined;
  let isKnown = false;
  return () => {
    if (!isKnown) {
      line = placeAt(
        folder,
        sites().find((site) => isIn(folder, site)),
      );
    }
    isKnown = true;
    return line;
  };
}

/** The innermost line of one file of the learner's; it may have asked another one to do it. */
export function callSiteIn(folder: string, file: string): SourceLine | undefined {
  const path = join(folder, file);
  const sites = stackOf(frames.ofRefusal)();
  return placeAt(
    folder,
    sites.find((site) => site.getFileName() === path),
  );
}

/** For a hook on promises: the learner's line that makes one without anybody's help, as each `await` does. */
export function waitingSite(folder: string): SourceLine | undefined {
  const maker = stackOf(frames.ofCall)().find((site) => !isHook(site));
  return maker && isIn(folder, maker) ? placeAt(folder, maker) : undefined;
}

/** The hook itself, and how Node calls it. */
function isHook(site: NodeJS.CallSite): boolean {
  const file = site.getFileName();
  return (
    typeof file !== 'string' ||
    file.startsWith('node:') ||
    file.replaceAll('\\', '/').includes(ownFolder)
  );
}

/** The stack as it is now; it takes its form when it is first looked at. */
function stackOf(framesMost: number): () => readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  try {
    Error.stackTraceLimit = framesMost;
    Error.captureStackTrace(holder);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return () => {
    const { prepareStackTrace } = Error;
    try {
      Error.prepareStackTrace = asSites;
      return holder.stack ?? [];
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  };
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

/**
 * An error of the lab's own. It is made where none of the learner's code runs, so a trace would say nothing, and cost
 * more than the step.
 */
export function untraced<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** For spreading: an absent place is no property at all. */
export function at(place: SourceLine | undefined): { at?: SourceLine } {
  return place ? { at: place } : {};
}
