import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The rules of DESIGN's layout, proved on the sources themselves; the linter says the same while one types. */

const root = resolve(import.meta.dirname, '../..');

interface Import {
  readonly file: string;
  readonly target: string;
  /** `import type` and `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

const runner = filesIn('runner/src', 'runner/lab', 'runner/model');
const lessons = filesIn('exercises', 'solutions');

test('the rules below look at the real sources', () => {
  expect(runner).toContain('runner/src/errors.ts');
  expect(runner).toContain('runner/lab/index.ts');
  expect(runner).toContain('runner/model/index.ts');
  expect(runner.flatMap(importsOf).length).toBeGreaterThan(runner.length);
  expect(lessons).toContain('exercises/01-double-click/starter/checkout.ts');
});

/** What may be known as data, whatever the layer. */
const doors = ['runner/lab/index.ts', 'runner/model/index.ts'];

describe('imports go in one direction', () => {
  const allowed: Record<string, readonly string[]> = {
    lab: ['lab'],
    model: ['model'],
    domain: ['domain', 'errors'],
    // What the views ask of the world is views/screen.ts; the adapter of the terminal fills it in.
    views: ['views', 'domain', 'errors'],
    commands: ['commands', 'domain', 'views', 'errors'],
    adapters: ['adapters', 'domain', 'errors', 'views/screen.ts'],
    errors: [],
    main: ['commands', 'adapters', 'domain', 'views', 'errors'],
  };

  test.each(Object.entries(allowed))('%s imports of the runner only %j', (layer, layers) => {
    const strangers = runner
      .filter((file) => layerOf(file) === layer)
      .flatMap(importsOf)
      .filter(({ target }) => target.startsWith('runner/'))
      .filter(({ target, typeOnly }) => !(typeOnly && doors.includes(target)))
      // The engine for models is run by whoever checks their types, and for kata model.
      .filter(({ target }) => !(layer === 'adapters' && target === 'runner/model/index.ts'))
      // The type checker meets what leads out of the lab first, and says it in the lab's words.
      .filter(({ target }) => !(layer === 'adapters' && target === 'runner/lab/outside.ts'))
      .filter(({ target }) => {
        const path = target.replace('runner/src/', '');
        return !layers.some((each) => each === layerOf(target) || each === path);
      });
    expect(strangers).toEqual([]);
  });

  test('every file of the runner belongs to a layer', () => {
    expect(runner.filter((file) => !(layerOf(file) in allowed))).toEqual([]);
  });
});

test('no files import each other in a circle', () => {
  const targets = new Map(
    runner.map((file) => [file, importsOf(file).map(({ target }) => target)] as const),
  );
  const done = new Set<string>();
  const circle = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const found = circle(target, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of runner) expect(circle(file, [])).toBeUndefined();
});

test('every relative import names a file that exists', () => {
  const dead = [...runner, ...lessons]
    .flatMap(importsOf)
    .filter(({ target }) => target.includes('/') && target.endsWith('.ts'))
    .filter(({ target }) => !existsSync(join(root, laidOut(target))));
  expect(dead).toEqual([]);
});

/** A variant is judged beside its exercise's other files, and not where it is kept. */
function laidOut(target: string): string {
  return target.replace(/\/variants\/(?:wrong|right)\/(?:[^/]+\/)?/, '/starter/');
}

test('the domain and the views touch neither files nor the system', () => {
  const worldly = /^node:(fs|child_process|os|net|http|worker_threads|readline)/;
  const found = runner
    .filter((file) => ['domain', 'views'].includes(layerOf(file)))
    .flatMap(importsOf)
    .filter(({ target }) => worldly.test(target));
  expect(found).toEqual([]);
});

test('exercises and solutions are written against the lab alone, tests of models against their engine', () => {
  const strangers = lessons
    .flatMap(importsOf)
    .filter(({ target }) => target !== '#lab' && target !== 'fast-check')
    .filter(({ file, target }) => !(target === '#model' && file.includes('/hidden/')))
    // Where the learner writes a test, the programs that judge it are made of what the starter lends.
    .filter(
      ({ file, target }) => dirname(target) !== dirname(file.replace('/hidden/', '/starter/')),
    );
  expect(strangers).toEqual([]);
});

test('the runner reads exercises as files and never imports one', () => {
  const found = [...runner, ...filesIn('runner/bin')]
    .flatMap(importsOf)
    .filter(({ target }) => /^(exercises|solutions|workspace)\//.test(target));
  expect(found).toEqual([]);
});

test('only the entries of a process touch it', () => {
  const entries = [
    'runner/src/main.ts',
    'runner/src/adapters/judge/host.ts',
    'runner/src/adapters/judge/inspected.ts',
    // These run inside that host: its environment names the subject, its ticks end each step.
    'runner/lab/judge.ts',
    'runner/model/judge.ts',
    'runner/lab/rejections.ts',
    'runner/lab/world.ts',
  ];
  const touching = runner.filter((file) =>
    /\bprocess\s*[.[]\s*['"\w]|node:process/.test(codeOf(file)),
  );
  expect(touching.filter((file) => !entries.includes(file))).toEqual([]);
});

test('the top of the repository holds what the layout lists, and no more', () => {
  const layout = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'exercises',
    'solutions',
    'lectures',
    'runner',
    'README.md',
    'CONTRIBUTING.md',
    'LICENSE',
  ];
  const ignored = ['node_modules', 'workspace'];
  const surplus = readdirSync(root).filter(
    (name) => !name.startsWith('.') && ![...layout, ...ignored].includes(name),
  );
  expect(surplus).toEqual([]);
});

test('continuous integration takes every step of npm run check', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const steps = String(scripts.check).split(' && ');
  const script = readFileSync(join(root, '.ci/run'), 'utf8');
  expect(steps.length).toBeGreaterThan(2);
  for (const step of steps) expect(script).toContain(step);
});

/** TypeScript files below the folders, as '/'-separated paths from the root. */
function filesIn(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((path) => join(folder, String(path)).replaceAll(sep, '/'))
      .filter((path) => /\.(ts|js)$/.test(path)),
  );
}

/** 'domain' for runner/src/domain/…, 'lab' for runner/lab/…, likewise model, 'main' for runner/src/main.ts. */
function layerOf(file: string): string {
  const [, part, layer = ''] = file.split('/');
  return part === 'lab' || part === 'model' ? part : layer.replace(/\.ts$/, '');
}

/** Relative targets become paths from the root; packages stay as they are. */
function importsOf(file: string): readonly Import[] {
  const statement = /\b(?:import|export)\s+(type\s+)?[^'"`;()]*?\bfrom\s*(['"])(.+?)\2/g;
  const bare = /\bimport\s*\(?\s*()(['"])(.+?)\2/g;
  const text = withoutComments(readFileSync(join(root, file), 'utf8'));
  return [statement, bare].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, typeOnly, , name = '']) => ({
      file,
      typeOnly: Boolean(typeOnly),
      target: name.startsWith('.')
        ? relative(root, resolve(root, dirname(file), name)).replaceAll(sep, '/')
        : name,
    })),
  );
}

/** The code without comments and quoted texts, where words mean nothing. */
function codeOf(file: string): string {
  return withoutComments(readFileSync(join(root, file), 'utf8'), () => "''");
}

/** Comments go, quoted texts become what `quoted` makes of them. */
function withoutComments(text: string, quoted = (literal: string) => literal): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (part) =>
    part.startsWith('/') ? '' : quoted(part),
  );
}
