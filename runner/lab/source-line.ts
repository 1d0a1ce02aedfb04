/** Which line of the learner's files is meant. */
import type { SourceLine } from './verdict.ts';

/** Above the learner's own frame stand at most so many of the lab's; each more would cost time. */
const framesOfTheLab = 8;
const asSites = (_error: unknown, sites: readonly NodeJS.CallSite[]) => sites;

/** The innermost line of the learner's that is running now. */
export function callSite(folder: string): SourceLine | undefined {
  const { prepareStackTrace: prepare, stackTraceLimit } = Error;
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  try {
    Error.prepareStackTrace = asSites;
    Error.stackTraceLimit = framesOfTheLab;
    Error.captureStackTrace(holder, callSite);
    return firstLineIn(folder, holder.stack ?? []);
  } finally {
    Error.prepareStackTrace = prepare;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function firstLineIn(folder: string, sites: readonly NodeJS.CallSite[]): SourceLine | undefined {
  for (const site of sites) {
    const file = site.getFileName();
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (file?.startsWith(folder) && line !== null && column !== null) {
      return { file: file.slice(folder.length + 1), line, column };
    }
  }
  return undefined;
}

/** Where in the learner's files an error was thrown. */
export function throwSite(folder: string, error: unknown): SourceLine | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const frame of error.stack.split('\n')) {
    const start = frame.indexOf(folder);
    const [, path, line, column] =
      /^[\\/](.+?):(\d+):(\d+)/.exec(start < 0 ? '' : frame.slice(start + folder.length)) ?? [];
    if (path !== undefined) return { file: path, line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** For spreading: an absent place is no property at all. */
export function at(place: SourceLine | undefined): { at?: SourceLine } {
  return place ? { at: place } : {};
}
