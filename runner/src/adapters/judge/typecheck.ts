import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { importRefused, leadsOut } from '../../../lab/outside.ts';
import { KataError } from '../../errors.ts';
import type { System } from './host-process.ts';
import { lineOf, messageAt } from './place.ts';

export interface TypecheckSettings {
  readonly root: string;
  readonly system: System;
}

export interface Typechecker {
  /**
   * Checks the subject's TypeScript with the options of the root tsconfig.json, the same that the
   * editor shows its red lines by. A name or a module that the lab does not control has no type here; it is
   * told in the lab's own words, and before all else, because other errors may follow from it.
   * @throws KataError syntax-error, type-error, left-the-lab, import-refused, workspace-missing, interrupted,
   * judge-failed
   */
  check(subject: string, signal: AbortSignal | undefined): Promise<void>;
}

interface Question {
  readonly subject: string;
  readonly files: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** What is asked for at the same time is compiled together: most of a run goes into reading the libraries. */
export function openTypechecker(settings: TypecheckSettings): Typechecker {
  let asked: Question[] = [];
  let run: Promise<readonly Diagnostic[]> | undefined;

  /** The run that the questions of this turn share. */
  function shared(question: Question): Promise<readonly Diagnostic[]> {
    asked.push(question);
    run ??= new Promise((turn) => setImmediate(turn)).then(() => {
      const questions = asked;
      asked = [];
      run = undefined;
      return compile(questions, settings);
    });
    return run;
  }

  return {
    async check(subject, signal) {
      const files = await sources(subject);
      const diagnostics = await shared({ subject, files, signal });
      judgeDiagnostics(
        subject,
        diagnostics.flatMap((each) => {
          const file = relative(subject, each.file);
          return files.includes(file) ? [{ ...each, file }] : [];
        }),
      );
    },
  };
}

/** The files of the diagnostics are absolute. @throws KataError interrupted, judge-failed */
async function compile(
  questions: readonly Question[],
  { root, system }: TypecheckSettings,
): Promise<readonly Diagnostic[]> {
  const { execa } = await import('execa');
  const files = questions.flatMap((each) => each.files.map((file) => join(each.subject, file)));
  const signals = questions.flatMap(({ signal }) => signal ?? []);
  const { stdout, stderr, exitCode, isCanceled } = await execa(
    compiler(system),
    ['--ignoreConfig', '--pretty', 'false', ...(await flags(root)), ...files],
    {
      cwd: root,
      // A shell's own idea of the current folder may lead through a link, beside the workshop.
      env: { PWD: root },
      reject: false,
      cancelSignal: AbortSignal.any(signals),
    },
  );
  if (isCanceled) throw interrupted();
  if (exitCode === 0) return [];
  const diagnostics = parseDiagnostics(stdout);
  if (diagnostics.length > 0) {
    return diagnostics.map((each) => ({ ...each, file: resolve(root, each.file) }));
  }
  throw new KataError(
    'judge-failed',
    `The type checker failed: ${(stdout || stderr || `exit code ${exitCode}`).trim().split('\n')[0]}`,
    'kata doctor looks for the cause; npm install repairs an installation.',
  );
}

/** @throws KataError for the first of them, if there is any */
function judgeDiagnostics(subject: string, diagnostics: readonly Diagnostic[]): void {
  const [first, ...others] = diagnostics;
  if (!first) return;
  for (const diagnostic of diagnostics) {
    const mistake = leavesTheLab(subject, diagnostic);
    if (mistake) {
      const { code, message, remedy } = mistake;
      throw new KataError(code, messageAt(subject, diagnostic, message), remedy);
    }
  }
  throw typeError(subject, first, others.length);
}

export function interrupted(): KataError {
  return new KataError(
    'interrupted',
    'The check was interrupted.',
    'Nothing was recorded; kata check starts over.',
  );
}

/** The .ts files of the subject, relative to it. @throws KataError workspace-missing */
async function sources(subject: string): Promise<readonly string[]> {
  const entries = await readdir(subject, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return [];
    },
  );
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(subject, join(entry.parentPath, entry.name)))
    .toSorted();
  if (files.length > 0) return files;
  throw new KataError(
    'workspace-missing',
    `There is no TypeScript file to judge in ${subject}.`,
    'kata goto lays the exercise out; kata restore shows sealed copies of earlier work.',
  );
}

/** TypeScript's native program itself: starting it through Node would take four times as long. */
function compiler({ platform, arch }: System): string {
  const name = `@typescript/typescript-${platform}-${arch}`;
  try {
    const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
    const folder = dirname(createRequire(typescript).resolve(`${name}/package.json`));
    return join(folder, 'lib', platform === 'win32' ? 'tsc.exe' : 'tsc');
  } catch (error) {
    throw new KataError(
      'judge-failed',
      `TypeScript's compiler for this machine (${name}) is not installed.`,
      'npm install brings it; kata doctor says whether the machine is ready.',
      error,
    );
  }
}

/** The root tsconfig's compilerOptions as command-line flags: one source of truth with the editor. */
async function flags(root: string): Promise<readonly string[]> {
  const { compilerOptions } = JSON.parse(await readFile(join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Readonly<Record<string, string | boolean | readonly string[]>>;
  };
  return Object.entries(compilerOptions).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** 2322 of TS2322. */
  readonly code: number;
  /** The sentence, then the indented reasons below it. */
  readonly text: readonly [string, ...string[]];
}

/** Reads what `tsc --pretty false` prints: `file(line,column): error TS2322: text`, reasons indented below. */
export function parseDiagnostics(printed: string): Diagnostic[] {
  const found: { -readonly [Key in keyof Diagnostic]: Diagnostic[Key] }[] = [];
  for (const line of printed.split(/\r?\n/)) {
    const [, file, row, column, code, text] =
      /^(.+)\((\d+),(\d+)\): error TS(\d+): (.*)$/.exec(line) ?? [];
    const last = found.at(-1);
    if (file !== undefined && text !== undefined) {
      found.push({
        file,
        line: Number(row),
        column: Number(column),
        code: Number(code),
        text: [text],
      });
    } else if (last && line.startsWith(' ')) {
      last.text = [...last.text, line];
    }
  }
  return found;
}

/** What the compiler says of a name or a module that it does not know. */
const unknown =
  /^(?:Cannot find (?:name|namespace|module)|Could not find a declaration file for module|Cannot find module or type declarations for side-effect import of) '([^']+)'/;

function leavesTheLab(subject: string, { file, line, column, text }: Diagnostic) {
  const [sentence] = text;
  const name = sentence.includes("'typeof globalThis'")
    ? 'globalThis'
    : unknown.exec(sentence)?.[1];
  if (name === undefined) return undefined;
  const isModule = /['"`]/.test(lineOf(join(subject, file), line)?.[column - 1] ?? '');
  if (!isModule) return leadsOut(name);
  // A file of the subject's that is not there is a slip of another kind.
  return name.startsWith('.') || name === '#lab' ? undefined : importRefused(file, name);
}

/** A chain of reasons can be long; the first ones say it. */
const reasonsShown = 3;

function typeError(
  subject: string,
  { file, line, column, code, text }: Diagnostic,
  others: number,
): KataError {
  const [sentence, ...reasons] = text;
  const syntax = code >= 1000 && code < 2000;
  return new KataError(
    syntax ? 'syntax-error' : 'type-error',
    [messageAt(subject, { file, line, column }, sentence), ...reasons.slice(0, reasonsShown)].join(
      '\n',
    ),
    others === 0
      ? 'Mend this line, save, and check again.'
      : `Mend this line first, save, and check again; ${others === 1 ? 'one more error follows' : `${others} more errors follow`}.`,
  );
}
