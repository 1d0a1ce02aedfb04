/** Reads a specification: parsed, its types and effects checked, and ready to be run. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { newIdGenerator } from '@informalsystems/quint/dist/src/idGenerator.js';
import type { Loc } from '@informalsystems/quint/dist/src/ErrorMessage.js';
import {
  parsePhase1fromText,
  parsePhase2sourceResolution,
  parsePhase3importAndNameResolution,
  parsePhase4toposort,
  type ParserPhase2,
  type ParserPhase3,
} from '@informalsystems/quint/dist/src/parsing/quintParserFrontend.js';
import {
  fileSourceResolver,
  type SourceResolver,
} from '@informalsystems/quint/dist/src/parsing/sourceResolver.js';
import type { QuintOpDef } from '@informalsystems/quint/dist/src/ir/quintIr.js';
import type { QuintError } from '@informalsystems/quint/dist/src/quintError.js';
import { controlEveryChoice } from './every-choice.ts';
import { ModelError, type Place } from './mistake.ts';
import { inWords } from './words.ts';

export interface Source {
  /** The file; where `text` is given, it need not be there. */
  readonly path: string;
  readonly text?: string;
  /** Files to read in place of those that are imported, by the names that they have there. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface Specification {
  /** The file's name. */
  readonly file: string;
  readonly module: string;
  /** With every choice under control; what the machine runs. */
  readonly controlled: ParserPhase3;
  /** The assertions that end an attempt which is not enabled. */
  readonly notEnabled: ReadonlySet<bigint>;
  /** The definitions at the top of the module, in their order. */
  readonly definitions: readonly QuintOpDef[];
  /**
   * Checks types and effects.
   * @returns what is taken as an invariant where none is named: every boolean `val` of the module
   * @throws ModelError type-error
   */
  check(): Promise<readonly string[]>;
  /** Where something stands, by the id of an expression or a definition. */
  placeOf(id: bigint | undefined): Place | undefined;
  nextId(): bigint;
}

/** A text as it was read; its first reading in a process is slow, so it may travel to another one. */
export interface Parsed {
  readonly path: string;
  readonly module: string;
  readonly whole: ParserPhase2;
  /** Whatever gets an id from here on gets a greater one. */
  readonly lastId: bigint;
}

/** @throws ModelError syntax-error, model-incomplete */
export function readSpecification(source: Source): Specification {
  return specificationOf(parse(source));
}

/** @throws ModelError syntax-error, model-incomplete */
export function parse({ path, text, instead = {} }: Source): Parsed {
  const ids = newIdGenerator();
  const resolver = resolverWith(instead);
  const parsed = parsePhase1fromText(ids, text ?? readFileSync(path, 'utf8'), basename(path));
  mustBeRight(parsed, 'syntax-error');
  const main = resolver.lookupPath(dirname(resolve(path)), basename(path));
  const whole = parsePhase2sourceResolution(ids, resolver, main, parsed);
  mustBeRight(whole, 'syntax-error');
  const module = mainModule(
    path,
    parsed.modules.map(({ name }) => name),
  );
  return { path, module, whole, lastId: ids.nextId() };
}

export function pack(parsed: Parsed): Uint8Array {
  return serialize(parsed);
}

export function unpack(bytes: Uint8Array): Parsed {
  return deserialize(bytes) as Parsed;
}

/** @throws ModelError syntax-error */
export function specificationOf({ path, module, whole, lastId }: Parsed): Specification {
  const ids = newIdGenerator(lastId);
  // What is run is another version than what is checked, with the same ids.
  const { modules, notEnabled } = controlEveryChoice(structuredClone(whole.modules), () =>
    ids.nextId(),
  );
  const controlled = parsePhase3importAndNameResolution({ ...whole, modules, errors: [] });
  mustBeRight(controlled, 'syntax-error');
  const { sourceMap } = whole;
  const definitions = whole.modules
    .flatMap(({ name, declarations }) => (name === module ? declarations : []))
    .filter((declaration) => declaration.kind === 'def');
  return {
    file: basename(path),
    module,
    controlled,
    notEnabled,
    definitions,
    async check() {
      // Loaded at its first use: a judgement checks types in another process than it runs the model in.
      const { analyzeModules } = await import('@informalsystems/quint/dist/src/quintAnalyzer.js');
      const resolved = parsePhase4toposort(parsePhase3importAndNameResolution(whole));
      mustBeRight(resolved, 'syntax-error');
      const [errors, { types }] = analyzeModules(resolved.table, resolved.modules);
      mustBeRight({ errors, sourceMap }, 'type-error');
      return definitions
        .filter(({ qualifier, id }) => qualifier === 'val' && types.get(id)?.type.kind === 'bool')
        .map(({ name }) => name);
    },
    placeOf: (id) => (id === undefined ? undefined : placeAt(sourceMap.get(id))),
    nextId: () => ids.nextId(),
  };
}

/** The only module, the one with the file's name, or else the last: it can import all others. */
function mainModule(path: string, names: readonly string[]): string {
  const main = names.find((name) => name === basename(path, '.qnt')) ?? names.at(-1);
  if (main !== undefined) return main;
  throw new ModelError(
    'model-incomplete',
    `${basename(path)} has no module.`,
    'A specification stands between module name { and }.',
    { file: basename(path), line: 1, column: 1 },
  );
}

function resolverWith(instead: Readonly<Record<string, string>>): SourceResolver {
  const files = fileSourceResolver(new Map(), (path) => basename(path));
  return {
    ...files,
    lookupPath(folder, imported) {
      const other = instead[basename(imported)];
      return other === undefined
        ? files.lookupPath(folder, imported)
        : files.lookupPath(dirname(other), basename(other));
    },
  };
}

interface Judged {
  readonly errors: readonly QuintError[];
  readonly sourceMap: ReadonlyMap<bigint, Loc>;
}

/** @throws ModelError the first error in the order of the text, because others may follow from it */
function mustBeRight({ errors, sourceMap }: Judged, code: 'syntax-error' | 'type-error'): void {
  const placed = errors.map((error) => ({
    error,
    loc: sourceMap.get(error.trace?.[0] ?? error.reference ?? -1n),
  }));
  const [first] = placed.toSorted((a, b) => indexOf(a.loc) - indexOf(b.loc));
  if (!first) return;
  const { message, remedy } = inWords(first.error);
  const more = placed.length - 1;
  throw new ModelError(
    isOfTypes(first.error, code) ? 'type-error' : 'syntax-error',
    message,
    more === 0
      ? remedy
      : `${remedy} ${more === 1 ? 'One more error' : `${more} more errors`} may follow from it.`,
    placeAt(first.loc),
  );
}

/** A name that is not known is told as TypeScript tells it. */
function isOfTypes({ code }: QuintError, phase: 'syntax-error' | 'type-error'): boolean {
  return phase === 'type-error' || code === 'QNT404' || code === 'QNT101';
}

function indexOf(loc: Loc | undefined): number {
  return loc?.start.index ?? Number.MAX_SAFE_INTEGER;
}

/** Quint counts lines and columns from 0. */
function placeAt(loc: Loc | undefined): Place | undefined {
  return loc && { file: basename(loc.source), line: loc.start.line + 1, column: loc.start.col + 1 };
}
