import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../../src/errors.ts';

const root = resolve(import.meta.dirname, '../../..');
const codes = Object.keys(errorCodes);

/** Codes that some source gives to a failure: `new KataError('code'`, also by a condition, or `code: 'code'`. */
function codesGiven(...folders: readonly string[]): ReadonlySet<string> {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(root, folder, path), 'utf8')),
  );
  const forms = [
    /new KataError\(\s*'([^']+)'/g,
    /new KataError\(\s*[^',()]+\? '([^']+)' : '([^']+)'/g,
    /new ModelError\(\s*'([^']+)'/g,
    /\bcode: '([a-z-]+)',\n\s*message:/g,
  ];
  const found = sources.flatMap((source) =>
    forms.flatMap((form) => [...source.matchAll(form)].flatMap(([, ...given]) => given)),
  );
  return new Set(found);
}

test('every failure that the sources foresee has its code in the list', () => {
  const given = [...codesGiven('runner/src', 'runner/lab', 'runner/model')];
  expect(given.filter((code) => !codes.includes(code))).toEqual([]);
});

test('every code in the list is given to some failure', () => {
  const given = codesGiven('runner/src', 'runner/lab', 'runner/model');
  expect(codes.filter((code) => !given.has(code))).toEqual([]);
});

test('CONTRIBUTING.md has a line for every code, with its exit code, and for no other', () => {
  const file = join(root, 'CONTRIBUTING.md');
  expect(existsSync(file), 'CONTRIBUTING.md is there').toBe(true);
  const [, table = ''] =
    /<!-- errors -->([^]*)<!-- \/errors -->/.exec(readFileSync(file, 'utf8')) ?? [];
  const rows = [...table.matchAll(/^\| `?([a-z-]+)`? +\| +(\d+) +\| +\S.* \|$/gm)];
  const documented = Object.fromEntries(rows.map(([, code, exit]) => [code, Number(exit)]));
  expect(documented).toEqual(errorCodes);
  expect(rows).toHaveLength(codes.length);
});
