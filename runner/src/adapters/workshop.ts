/** The repository on disk: where it is, which exercises it has, what lies in the workspace. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { parseDescription, parseId, type Catalogue } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { Workshop } from '../domain/ports.ts';
import { KataError } from '../errors.ts';

/**
 * The nearest folder at or above `from` that holds exercises/ and package.json.
 * @param home the value of KATA_HOME, which wins
 * @throws KataError no-workshop
 */
export function findWorkshop(from: string, home: string | undefined): string {
  if (home !== undefined && home !== '') {
    const root = resolve(from, home);
    if (isWorkshop(root)) return root;
    throw new KataError(
      'no-workshop',
      `KATA_HOME names ${root}, which is not the workshop.`,
      'Set KATA_HOME to the folder you cloned, or unset it and change into that folder.',
    );
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (isWorkshop(folder)) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new KataError(
    'no-workshop',
    `Neither ${resolve(from)} nor any folder above it is the workshop.`,
    'Change into the folder you cloned, or set KATA_HOME to it.',
  );
}

function isWorkshop(folder: string): boolean {
  return existsSync(join(folder, 'exercises')) && existsSync(join(folder, 'package.json'));
}

/** Reads every exercises/NN-name/kata.json. @throws KataError exercise-damaged */
export function readCatalogue(root: string): Catalogue {
  const folder = join(root, 'exercises');
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && parseId(entry.name))
    .map((entry) => readExercise(root, entry.name))
    .toSorted((a, b) => a.number - b.number);
}

function readExercise(root: string, id: string): Exercise {
  const parsed = parseId(id);
  if (!parsed) throw new Error(`not an exercise: ${id}`);
  const exercise = join(root, 'exercises', id);
  const file = join(exercise, 'kata.json');
  return {
    ...parsed,
    id,
    ...parseDescription(relative(root, file), readText(root, file)),
    folders: {
      exercise,
      starter: join(exercise, 'starter'),
      hidden: join(exercise, 'hidden'),
      variants: join(exercise, 'variants'),
      solution: join(root, 'solutions', id),
      workspace: join(root, 'workspace', id),
    },
  };
}

/** @throws KataError exercise-damaged when the file is not there */
function readText(root: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new KataError(
      'exercise-damaged',
      `${relative(root, file)} is missing.`,
      `git checkout -- ${relative(root, dirname(file))} brings it back.`,
    );
  }
}

/** @param root the repository's folder, for the paths in messages */
export function openWorkshop(root: string): Workshop {
  return {
    brief: ({ folders }) => readText(root, join(folders.exercise, 'README.md')),
    notes: ({ folders }) => readText(root, join(folders.solution, 'NOTES.md')),
    twin: ({ id, folders }) => {
      const name = readdirSync(folders.solution).find((each) => each.endsWith('.tla'));
      if (name !== undefined) return join(folders.solution, name);
      throw new KataError(
        'exercise-damaged',
        `solutions/${id} has no twin in TLA+.`,
        `git checkout -- solutions/${id} brings it back.`,
      );
    },
    isLaidOut: ({ folders }) => existsSync(folders.workspace),
    mustBeLaidOut: (exercise) => mustBeLaidOut(root, exercise),
    strangers: ({ folders }) => {
      const solved = new Set(['NOTES.md', ...readdirSync(folders.starter)]);
      return [
        ...below(folders.exercise).filter((path) => !belongs.test(path)),
        ...below(folders.solution).filter((path) => !solved.has(path) && !twin.test(path)),
      ];
    },
    sources: ({ folders }, place) =>
      new Map(
        readdirSync(folders.starter)
          .toSorted()
          .map((name) => {
            const file = join(folders[place], name);
            return [name, existsSync(file) ? readFileSync(file, 'utf8') : undefined];
          }),
      ),
  };
}

/** Everything that the folder of an exercise may hold. */
const belongs =
  /^(README\.md|kata\.json|starter\/[^/]+\.(ts|qnt)|hidden\/[^/]+\.(test\.ts|qnt)|variants\/(wrong|right)\/([^/]+\/)?[^/]+\.(ts|qnt))$/;
/** A model's twin for another tool, beside the solution. */
const twin = /\.(tla|cfg)$/;

/** All files below a folder, '/'-separated and relative to it. */
function below(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function mustBeLaidOut(root: string, exercise: Exercise): void {
  const { workspace, starter } = exercise.folders;
  if (!existsSync(workspace)) {
    throw new KataError(
      'workspace-missing',
      `${relative(root, workspace)} is not there: the exercise was not laid out yet, or was removed.`,
      `kata goto ${exercise.name} lays it out; kata restore shows sealed copies of earlier work.`,
    );
  }
  for (const name of readdirSync(starter)) {
    const file = join(workspace, name);
    if (existsSync(file) && statSync(file).isFile()) continue;
    const others = readdirSync(workspace).filter(
      (each) => extname(each) === extname(name) && !existsSync(join(starter, each)),
    );
    const renamed = others.length > 0 ? ` Was it renamed to ${others.join(' or ')}?` : '';
    throw new KataError(
      'workspace-file-missing',
      `${relative(root, file)} is missing.${renamed}`,
      `kata restore brings back a sealed copy, kata reset ${exercise.name} the starter.`,
    );
  }
}
