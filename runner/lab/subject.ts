/**
 * The learner's files: compiled once, instantiated for every boot of a process, so that a
 * module-level variable dies with its process. Line numbers stay the learner's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Script } from 'node:vm';
import { transform } from 'sucrase';
import { MistakeError } from './mistake.ts';
import { ConcurrencyError } from './services.ts';
import type { SourceLine } from './verdict.ts';

/** A compiled folder. */
export interface Subject {
  readonly folder: string;
  /**
   * Fresh instances of all modules: what a process has after its boot.
   * @param onMistake hears of a mistake even where the learner's code catches the error
   */
  boot(onMistake: (error: MistakeError) => void): Instance;
}

export interface Instance {
  /** An exported function of the learner's. @throws MistakeError export-missing, import-threw, … */
  handler(file: string, name: string): Handler;
}

export type Handler = (...args: readonly unknown[]) => unknown;

type Exports = Record<string, unknown>;
type Module = (
  exports: Exports,
  require: (request: string) => unknown,
  ...shadows: unknown[]
) => void;

/** What a learner's `import … from '#lab'` finds at run time; everything else in there is types. */
const labForLearners: Exports = Object.freeze({ ConcurrencyError });
// Shared by all processes and executions, so it must not become a place to remember things in.
Object.freeze(ConcurrencyError);
Object.freeze(ConcurrencyError.prototype);

/** Names that would let time, chance, the network or a memory that outlives a process in. Using one stops the run and names the line. */
const outsiders = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'process',
  'performance',
  'crypto',
  'Buffer',
  'globalThis',
  'global',
  'self',
] as const;

export function loadSubject(folder: string): Subject {
  const compiled = new Map<string, Module>();
  const compile = (file: string): Module => {
    const known = compiled.get(file);
    if (known) return known;
    const module = compileFile(folder, file);
    compiled.set(file, module);
    return module;
  };
  return { folder, boot: (onMistake) => bootInstance(folder, compile, onMistake) };
}

function bootInstance(
  folder: string,
  compile: (file: string) => Module,
  onMistake: (error: MistakeError) => void,
): Instance {
  const loaded = new Map<string, Exports>();
  const load = (file: string): Exports => {
    const known = loaded.get(file);
    if (known) return known;
    const exports: Exports = {};
    loaded.set(file, exports);
    const module = compile(file);
    const shadows = outsiders.map((name) => outsider(folder, name, onMistake));
    const require = (request: string): unknown =>
      request === '#lab' ? labForLearners : load(resolveImport(folder, file, request));
    try {
      module(exports, require, ...shadows, deterministicDate, deterministicMath);
    } catch (error) {
      throw error instanceof MistakeError ? error : importThrew(folder, file, error);
    }
    return exports;
  };
  return {
    handler(file, name) {
      const found = load(join(folder, file))[name];
      if (typeof found === 'function') return found as Handler;
      throw new MistakeError({
        code: 'export-missing',
        message: `${file} does not export a function ${name}.`,
        remedy: `Export it again: export async function ${name}(…). kata diff shows what the starter had.`,
      });
    },
  };
}

function compileFile(folder: string, file: string): Module {
  const name = relative(folder, file);
  if (!existsSync(file)) {
    throw new MistakeError({
      code: 'import-refused',
      message: `${name} does not exist.`,
      remedy: 'kata reset lays the starter’s files out again; your own are kept.',
    });
  }
  let code: string;
  try {
    ({ code } = transform(readFileSync(file, 'utf8'), {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      preserveDynamicImport: true,
      filePath: file,
    }));
  } catch (error) {
    throw syntaxError(name, error);
  }
  const parameters = ['exports', 'require', ...outsiders, 'Date', 'Math'].join(', ');
  const head = `(function (${parameters}) {`;
  return new Script(`${head}${code}\n})`, {
    filename: file,
    columnOffset: -head.length,
  }).runInThisContext() as Module;
}

function resolveImport(folder: string, from: string, request: string): string {
  if (request.startsWith('.')) {
    const path = resolve(dirname(from), request);
    const file = [path, `${path}.ts`, path.replace(/\.js$/, '.ts')].find(
      (each) => each.endsWith('.ts') && existsSync(each),
    );
    if (file && !relative(folder, file).startsWith('..')) return file;
  }
  throw new MistakeError({
    code: 'import-refused',
    message: `${relative(folder, from)} imports '${request}', which the lab does not control.`,
    remedy:
      "Import from '#lab' or from the files beside it; what a handler needs comes with its services.",
    ...at(callSite(folder)),
  });
}

/** A stand-in that stops the run wherever the learner touches it. */
function outsider(
  folder: string,
  name: (typeof outsiders)[number],
  onMistake: (error: MistakeError) => void,
): unknown {
  const refuse = (): never => {
    const error = new MistakeError({
      code: 'left-the-lab',
      message: `${name} leads out of the lab: with it, no execution could be repeated.`,
      remedy: 'Use the services that the handler is given instead.',
      ...at(callSite(folder)),
    });
    onMistake(error);
    throw error;
  };
  return new Proxy(refuse, { apply: refuse, construct: refuse, get: refuse });
}

/** Time stands still at one moment, as the lab has no clock yet; `new Date(2024, 1)` works as ever. */
const epoch = Date.UTC(2026, 0, 5, 9, 30);
const deterministicDate = new Proxy(Date, {
  construct: (target, args) =>
    args.length === 0 ? new target(epoch) : Reflect.construct(target, args),
  apply: () => new Date(epoch).toString(),
  get: (target, name) => (name === 'now' ? () => epoch : Reflect.get(target, name)),
});

const deterministicMath = new Proxy(Math, {
  get: (target, name) => (name === 'random' ? () => 0.5 : Reflect.get(target, name)),
});

/** The innermost line of the learner's that is running now. */
export function callSite(folder: string): SourceLine | undefined {
  const prepare = Error.prepareStackTrace;
  const holder: { stack?: readonly NodeJS.CallSite[] } = {};
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, callSite);
    return firstLineIn(folder, holder.stack ?? []);
  } finally {
    Error.prepareStackTrace = prepare;
  }
}

function firstLineIn(folder: string, sites: readonly NodeJS.CallSite[]): SourceLine | undefined {
  for (const site of sites) {
    const file = site.getFileName();
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (file?.startsWith(folder) && line !== null && column !== null) {
      return { file: relative(folder, file), line, column };
    }
  }
  return undefined;
}

/** Where in the learner's files an error was thrown. */
export function throwSite(folder: string, error: unknown): SourceLine | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const frame of error.stack.split('\n')) {
    const match = /\(?([^()\s][^()]*):(\d+):(\d+)\)?$/.exec(frame);
    const [, path, line, column] = match ?? [];
    const file = path?.slice(Math.max(0, path.indexOf(folder)));
    if (file?.startsWith(folder)) {
      return { file: relative(folder, file), line: Number(line), column: Number(column) };
    }
  }
  return undefined;
}

function syntaxError(file: string, error: unknown): MistakeError {
  const message = error instanceof Error ? error.message : String(error);
  const { loc } = error as { loc?: { line: number; column: number } };
  return new MistakeError({
    code: 'syntax-error',
    message: `${file} cannot be read as TypeScript: ${message}.`,
    remedy: 'Mend the line, save, and check again.',
    ...at(loc && { file, line: loc.line, column: loc.column }),
  });
}

function importThrew(folder: string, file: string, error: unknown): MistakeError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new MistakeError({
    code: 'import-threw',
    message: `${relative(folder, file)} throws while it is imported: ${message}`,
    remedy: 'Code at the top level of the file runs when a process boots; it must not throw.',
    ...at(throwSite(folder, error)),
  });
}

/** For spreading: an absent place is no property at all. */
export function at(place: SourceLine | undefined): { at?: SourceLine } {
  return place ? { at: place } : {};
}
