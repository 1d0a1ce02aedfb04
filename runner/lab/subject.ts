/**
 * The learner's files: compiled once, instantiated for every boot of a process, so that a
 * module-level variable dies with its process. Line numbers stay the learner's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Script } from 'node:vm';
import { transform } from 'sucrase';
import { MistakeError } from './mistake.ts';
import { ConcurrencyError, LockLostError, UnknownOutcomeError } from './services.ts';
import { shadows } from './shadows.ts';
import { at, callSite, throwSite } from './source-line.ts';

/** A compiled folder. */
export interface Subject {
  readonly folder: string;
  /** Fresh instances of all modules, each made at its first use: what a process has after its boot. */
  boot(): Instance;
}

export interface Instance {
  /** An exported function of the learner's. @throws MistakeError export-missing, import-threw, … */
  handler(file: string, name: string): Handler;
}

export type Handler = (...args: readonly unknown[]) => unknown;

type Exports = Record<string, unknown>;
type Module = (exports: Exports, require: (request: string) => unknown) => void;

/** What a learner's `import … from '#lab'` finds at run time; everything else in there is types. */
const labForLearners: Exports = Object.freeze({
  ConcurrencyError,
  LockLostError,
  UnknownOutcomeError,
});
for (const shared of [ConcurrencyError, LockLostError, UnknownOutcomeError]) {
  // Shared by all processes and executions, so it must not become a place to remember things in.
  Object.freeze(shared);
  Object.freeze(shared.prototype);
}

/** May change the compiled code of a file, named relative to the folder, but none of its lines. */
type Weave = (file: string, code: string) => string;

export function loadSubject(folder: string, weave: Weave = (_, code) => code): Subject {
  const compiled = new Map<string, Module>();
  const standIns = shadows();
  const compile = (file: string): Module => {
    const known = compiled.get(file);
    if (known) return known;
    const module = compileFile(folder, file, standIns, weave);
    compiled.set(file, module);
    return module;
  };
  const paths = new Map<string, string>();
  const pathOf = (file: string): string => {
    const path = paths.get(file) ?? join(folder, file);
    paths.set(file, path);
    return path;
  };
  return { folder, boot: () => bootInstance(folder, compile, pathOf) };
}

/** @param pathOf  joins the folder to a file's name: joining anew at every boot would be felt */
function bootInstance(
  folder: string,
  compile: (file: string) => Module,
  pathOf: (file: string) => string,
): Instance {
  const loaded = new Map<string, Exports>();
  const load = (file: string): Exports => {
    const exports: Exports = {};
    loaded.set(file, exports);
    const require = (request: string): unknown =>
      request === '#lab' ? labForLearners : exportsOf(resolveImport(folder, file, request));
    try {
      compile(file)(exports, require);
    } catch (error) {
      throw error instanceof MistakeError ? error : importThrew(folder, file, error);
    }
    return exports;
  };
  const exportsOf = (file: string): Exports => loaded.get(file) ?? load(file);
  const entries = new Map<string, Exports>();
  const exportsOfEntry = (file: string): Exports => {
    const exports = exportsOf(pathOf(file));
    entries.set(file, exports);
    return exports;
  };
  return {
    handler(file, name) {
      const found = (entries.get(file) ?? exportsOfEntry(file))[name];
      if (typeof found === 'function') return found as Handler;
      throw new MistakeError({
        code: 'export-missing',
        message: `${file} does not export a function ${name}.`,
        remedy: `Export it again: export async function ${name}(…). kata diff shows what the starter had.`,
      });
    },
  };
}

/** The stand-ins are bound once; only the inner function is called at each boot. */
function compileFile(
  folder: string,
  file: string,
  standIns: Readonly<Record<string, unknown>>,
  weave: Weave,
): Module {
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
      filePath: file,
    }));
  } catch (error) {
    throw syntaxError(name, error);
  }
  const head = `(function (${Object.keys(standIns).join(', ')}) { return function (exports, require) {`;
  const bind = new Script(`${head}${weave(name, code)}\n} })`, {
    filename: file,
    columnOffset: -head.length,
  }).runInThisContext() as (...values: readonly unknown[]) => Module;
  return bind(...Object.values(standIns));
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
