/** All exercises of a workshop, in the order of the two days. */
import { distance } from 'fastest-levenshtein';
import { KataError } from '../errors.ts';
import { modules, type Exercise, type ModuleName, type PromiseText } from './exercise.ts';

export type Catalogue = readonly Exercise[];

/** What kata.json holds, as far as it was checked. */
type Description = Pick<
  Exercise,
  'title' | 'module' | 'minutes' | 'lecture' | 'entry' | 'fixed' | 'hints' | 'promises' | 'breaks'
>;

/**
 * Reads an exercise's kata.json.
 * @param file its path, for the error
 * @throws KataError exercise-damaged, naming the first field that is wrong
 */
export function parseDescription(file: string, text: string): Description {
  const refuse = (what: string): never => {
    throw new KataError(
      'exercise-damaged',
      `${file}: ${what}.`,
      'git checkout brings the file back; an author finds the fields in CONTRIBUTING.md.',
    );
  };
  const json = parseJson(text) ?? refuse('this is not a JSON object');
  const string = (name: string): string => {
    const value = json[name];
    return isText(value) ? value : refuse(`“${name}” must be a text`);
  };
  const minutes = json['minutes'];
  const module = string('module');
  const fixed = json['fixed'] ?? [];
  const hints = json['hints'];
  const promises = json['promises'];
  const description: Description = {
    title: string('title'),
    module: isModule(module)
      ? module
      : refuse(`“module” must be one of ${modules.map(({ name }) => name).join(', ')}`),
    minutes:
      typeof minutes === 'number' && minutes > 0 && Number.isFinite(minutes)
        ? minutes
        : refuse('“minutes” must be a number above 0'),
    lecture: json['lecture'] === undefined ? undefined : string('lecture'),
    entry: string('entry'),
    fixed:
      Array.isArray(fixed) && fixed.every(isText)
        ? fixed
        : refuse('“fixed” must be a list of files'),
    hints:
      Array.isArray(hints) && hints.every(isText)
        ? hints
        : refuse('“hints” must be a list of texts'),
    promises:
      Array.isArray(promises) && promises.length > 0 && promises.every(isPromiseText)
        ? promises
        : refuse('“promises” must be a list of { id, text, ask }'),
    breaks:
      oneOrMore(json['breaks']) ??
      refuse('“breaks” must be the id of a promise, or a list of them'),
  };
  const ids = description.promises.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) refuse(`“promises” names ${twice} twice`);
  const unknown = description.breaks.find((id) => !ids.includes(id));
  if (unknown !== undefined) refuse(`“breaks” names ${unknown}, which is not the id of a promise`);
  return description;
}

function oneOrMore(value: unknown): Description['breaks'] | undefined {
  const [first, ...others] = [value].flat();
  return isText(first) && others.every(isText) ? [first, ...others] : undefined;
}

/** '01-double-click' → 1 and 'double-click'; undefined for a folder that is no exercise. */
export function parseId(id: string): { number: number; name: string } | undefined {
  const [, digits, name] = /^(\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(id) ?? [];
  return digits && name ? { number: Number(digits), name } : undefined;
}

/** By '7', '07', 'message-identity' or '07-message-identity'. @throws KataError unknown-exercise */
export function find(catalogue: Catalogue, named: string): Exercise {
  const found = catalogue.find(
    ({ id, name, number }) =>
      id === named || name === named || String(number) === named.replace(/^0+/, ''),
  );
  if (found) return found;
  const last = catalogue.at(-1);
  const range = /^\d+$/.test(named) && last ? ` The last one is ${label(last)}.` : '';
  const near = named.trim() === '' ? [] : nearest(named, catalogue);
  throw new KataError(
    'unknown-exercise',
    `There is no exercise ${named}.${range}`,
    `kata list shows all${near.length > 0 ? `; did you mean ${near.map(label).join(' or ')}?` : '.'}`,
  );
}

/** '07 message-identity', as every screen writes it. */
export function label(exercise: Pick<Exercise, 'number' | 'name'>): string {
  return `${String(exercise.number).padStart(2, '0')} ${exercise.name}`;
}

/**
 * What `kata next` leads to: the exercise at hand while it is unsolved, then the first unsolved one
 * after it, then the first unsolved of all. Undefined when all are solved.
 */
export function next(
  catalogue: Catalogue,
  isSolved: (name: string) => boolean,
  current: string | undefined,
): Exercise | undefined {
  const here = Math.max(
    0,
    catalogue.findIndex(({ name }) => name === current),
  );
  // Going round: what comes after the exercise at hand, then what was skipped before it.
  return [...catalogue.slice(here), ...catalogue.slice(0, here)].find(
    ({ name }) => !isSolved(name),
  );
}

function nearest(named: string, catalogue: Catalogue): readonly Exercise[] {
  const wanted = named.toLowerCase();
  return catalogue
    .map((exercise) => {
      const digits = /^\d+/.exec(wanted)?.[0];
      const byName = Math.min(distance(wanted, exercise.name), distance(wanted, exercise.id));
      const byDigit =
        digits && String(exercise.number).endsWith(digits.at(-1) ?? '') ? 2 : Infinity;
      return { exercise, off: Math.min(exercise.name.includes(wanted) ? 1 : byName, byDigit) };
    })
    .filter(({ exercise, off }) => off <= Math.max(2, Math.floor(exercise.name.length / 3)))
    .toSorted((a, b) => a.off - b.off)
    .slice(0, 2)
    .map(({ exercise }) => exercise);
}

function isModule(name: string): name is ModuleName {
  return modules.some((module) => module.name === name);
}

function isPromiseText(value: unknown): value is PromiseText {
  if (typeof value !== 'object' || value === null) return false;
  return (['id', 'text', 'ask'] as const).every((field) =>
    isText((value as Record<string, unknown>)[field]),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
