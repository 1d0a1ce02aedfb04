/**
 * The learner's files: compiled once, instantiated for every boot of a process, so that a
 * module-level variable dies with its process. Line numbers stay the learner's.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { Script } from 'node:vm';
import { transform } from 'sucrase';
import { MistakeError, thrownText } from './mistake.ts';
import { importRefused } from './outside.ts';
import { words, type ScheduledStep } from './notation.ts';
import { ConcurrencyError, LockLostError, UnknownOutcomeError } from './services.ts';
import { refuse, shadows } from './shadows.ts';
import { at, callSite, rememberColumns, throwSite } from './source-line.ts';
import type { SourceLine } from './verdict.ts';

/** A compiled folder. */
export interface Subject {
  readonly folder: string;
  /** Fresh instances of all modules, each made at its first use: what a process has after its boot. */
  boot(): Instance;
}

export interface Instance {
  /** An exported function of the learner's. @throws MistakeError export-missing, import-threw, … */
  handler(file: string, name: string): Handler;
  /** Anything that it exports; undefined where it does not. @throws MistakeError import-threw, … */
  exported(file: string, name: string): unknown;
  /** What the top level of all its modules declares, as it is now. */
  variables(): readonly Variable[];
}

export type Handler = (...args: readonly unknown[]) => unknown;

/** A variable of a module; it lives as long as its process. */
export interface Variable {
  readonly name: string;
  /** Where it is declared. */
  readonly at: SourceLine;
  readonly value: unknown;
}

type Exports = Record<string, unknown>;
/** Runs a file, and gives a look at each of its variables. */
type Run = (exports: Exports, require: (request: string) => unknown) => Looks;
type Looks = Readonly<Record<string, () => unknown>>;

interface Module {
  readonly run: Run;
  readonly declarations: readonly Declaration[];
}

interface Declaration {
  readonly name: string;
  readonly at: SourceLine;
  readonly isExported: boolean;
}

/** What a learner's `import … from '#lab'` finds at run time; everything else in there is types. */
function labForLearners(folder: string): Exports {
  const noting =
    (word: (of: string, to: string) => ScheduledStep) =>
    (of: string, to: string): ScheduledStep => ({ ...word(of, to), ...at(callSite(folder)) });
  return Object.freeze({
    ConcurrencyError,
    LockLostError,
    UnknownOutcomeError,
    ...Object.fromEntries(Object.entries(words).map(([name, word]) => [name, noting(word)])),
  });
}
for (const shared of [ConcurrencyError, LockLostError, UnknownOutcomeError]) {
  // Shared by all processes and executions, so it must not become a place to remember things in.
  Object.freeze(shared);
  Object.freeze(shared.prototype);
}

/** What files are given besides what all have. */
interface Extras {
  /** May change the compiled code of a file, named relative to the folder, but none of its lines. */
  readonly weave?: (file: string, code: string) => string;
  /** In place of what the lab refuses, by name. */
  readonly standIns?: Readonly<Record<string, unknown>>;
  /** What may be imported, by name. */
  readonly packages?: Readonly<Record<string, unknown>>;
}

export function loadSubject(folder: string, extras: Extras = {}): Subject {
  const { weave = (_, code) => code } = extras;
  const compiled = new Map<string, Module>();
  const standIns = { ...shadows(folder), ...extras.standIns };
  const packages = new Map(Object.entries({ '#lab': labForLearners(folder), ...extras.packages }));
  const compile = (file: string): Module => {
    const known = compiled.get(file);
    if (known) return known;
    const module = compileFile(folder, file, standIns, weave);
    compiled.set(file, module);
    return module;
  };
  const paths = new Map<string, string>();
  const once = (key: string, find: () => string): string => {
    const path = paths.get(key) ?? find();
    paths.set(key, path);
    return path;
  };
  const places: Places = {
    entry: (file) => once(file, () => join(folder, file)),
    imported: (from, request) =>
      once(`${from}\n${request}`, () => resolveImport(folder, from, request)),
  };
  return { folder, boot: () => bootInstance(folder, compile, packages, places) };
}

/** Where files are. It is looked up once: at every boot it would be felt. */
interface Places {
  entry(file: string): string;
  /** @throws MistakeError import-refused */
  imported(from: string, request: string): string;
}

function bootInstance(
  folder: string,
  compile: (file: string) => Module,
  packages: ReadonlyMap<string, unknown>,
  places: Places,
): Instance {
  const loaded = new Map<string, Exports>();
  const looks: { readonly declarations: readonly Declaration[]; readonly look: Looks }[] = [];
  const load = (file: string): Exports => {
    const exports: Exports = {};
    loaded.set(file, exports);
    const require = (request: string): unknown =>
      packages.get(request) ?? exportsOf(places.imported(file, request));
    try {
      const { run, declarations } = compile(file);
      looks.push({ declarations, look: run(exports, require) });
    } catch (error) {
      throw error instanceof MistakeError ? error : importThrew(folder, file, error);
    }
    return exports;
  };
  const exportsOf = (file: string): Exports => loaded.get(file) ?? load(file);
  const exported = (file: string, name: string): unknown => exportsOf(places.entry(file))[name];
  return {
    exported,
    handler(file, name) {
      const found = exported(file, name);
      if (typeof found === 'function') return found as Handler;
      throw new MistakeError({
        code: 'export-missing',
        message: `${file} does not export a function ${name}.`,
        remedy: `Export it again: export async function ${name}(…). kata diff shows what the starter had.`,
      });
    },
    variables: () =>
      looks.flatMap(({ declarations, look }) =>
        declarations.map((declaration) => ({ ...declaration, value: look[declaration.name]!() })),
      ),
  };
}

/** The stand-ins are bound once; only the inner function is called at each boot. */
function compileFile(
  folder: string,
  file: string,
  standIns: Readonly<Record<string, unknown>>,
  weave: NonNullable<Extras['weave']>,
): Module {
  const name = relative(folder, file);
  if (!existsSync(file)) {
    throw new MistakeError({
      code: 'import-refused',
      message: `${name} does not exist.`,
      remedy: 'kata reset lays the starter’s files out again; your own are kept.',
    });
  }
  const source = readFileSync(file, 'utf8');
  let code: string;
  let map: SourceMapPayload;
  try {
    const transformed = transform(source, {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      keepUnusedImports: true,
      filePath: file,
      sourceMapOptions: { compiledFilename: file },
    });
    code = transformed.code;
    map = transformed.sourceMap as unknown as SourceMapPayload;
  } catch (error) {
    throw syntaxError(name, error);
  }
  rememberColumns(file, map);
  const declarations = declarationsIn(name, source);
  const looks = declarations.map((each) => `${each.name}: () => ${lookAt(each)}`);
  const head = `(function (${Object.keys(standIns).join(', ')}) { return function (exports, require) {`;
  let script: Script;
  try {
    script = new Script(`${head}${weave(name, code)}\nreturn { ${looks.join(', ')} }; } })`, {
      filename: file,
      columnOffset: -head.length,
    });
  } catch (error) {
    throw unfit(name, error);
  }
  const bind = script.runInThisContext() as (...values: readonly unknown[]) => Run;
  return { run: bind(...Object.values(standIns)), declarations };
}

/** Found by their place: what stands at the left edge and begins like a declaration is one. */
function declarationsIn(file: string, source: string): Declaration[] {
  const declaration = /^(export +)?(?:const|let|var) +([A-Za-z_$][\w$]*)\s*[:=;,]/;
  return source.split('\n').flatMap((text, index) => {
    const [, exported, name] = declaration.exec(text) ?? [];
    if (name === undefined) return [];
    const place = { file, line: index + 1, column: text.indexOf(name) + 1 };
    return [{ name, at: place, isExported: exported !== undefined }];
  });
}

/** An exported variable lives in the exports, once it was assigned to. */
function lookAt({ name, isExported }: Declaration): string {
  const local = `(typeof ${name} === 'undefined' ? undefined : ${name})`;
  return isExported ? `('${name}' in exports ? exports.${name} : ${local})` : local;
}

function resolveImport(folder: string, from: string, request: string): string {
  const name = relative(folder, from);
  if (!/^\.\.?\//.test(request)) return refuse(importRefused(name, request), folder);
  const path = resolve(dirname(from), request);
  if (relative(folder, path).startsWith('..')) {
    const message = `${name} imports '${request}', which lies outside the exercise.`;
    const remedy = 'Copy what you need into a file beside it.';
    return refuse({ code: 'import-refused', message, remedy }, folder);
  }
  const file = [path, `${path}.ts`, path.replace(/\.js$/, '.ts')].find(
    (each) => each.endsWith('.ts') && existsSync(each),
  );
  if (file !== undefined) return file;
  const message = `${name} imports '${request}', and there is no such file.`;
  const remedy =
    'Mend its name; the files of an exercise end in .ts, also where they are imported.';
  return refuse({ code: 'import-refused', message, remedy }, folder);
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

/** What is TypeScript, and yet cannot be run as it is. */
function unfit(file: string, error: unknown): MistakeError {
  const message = error instanceof Error ? error.message : String(error);
  const awaits = message.startsWith('await is only valid');
  const [, line] = /:(\d+)\n/.exec((error as Error).stack ?? '') ?? [];
  return new MistakeError({
    code: 'syntax-error',
    message: awaits
      ? `${file} awaits something while it is loaded, and there is nothing to wait for yet.`
      : `${file} cannot be run: ${message}.`,
    remedy: awaits
      ? 'Await it inside the handler: the services come with its call.'
      : 'Mend the line, save, and check again.',
    ...at(line === undefined ? undefined : { file, line: Number(line), column: 1 }),
  });
}

function importThrew(folder: string, file: string, error: unknown): MistakeError {
  return new MistakeError({
    code: 'import-threw',
    message: `${relative(folder, file)} throws while it is imported: ${thrownText(error)}`,
    remedy: 'Code at the top level of the file runs when a process boots; it must not throw.',
    ...at(throwSite(folder, error)),
  });
}
