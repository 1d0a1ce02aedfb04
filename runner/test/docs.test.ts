import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandRow } from '../src/commands/command.ts';
import { table } from '../src/commands/table.ts';

const root = resolve(import.meta.dirname, '../..');

function usage({ name, argument, second, options }: CommandRow): string {
  const words = [argument, second]
    .filter((each) => each !== undefined)
    .map((each) => (each.required ? each.name.toUpperCase() : `[${each.name.toUpperCase()}]`));
  const switches = options.map(({ flag, values, takes, number }) => {
    const behind = number ? 'number' : (takes ?? (values && flag.slice(2)));
    return behind === undefined ? `[${flag}]` : `[${flag} ${behind.toUpperCase()}]`;
  });
  return ['kata', name, ...words, ...switches].join(' ');
}

test('the README lists every command with its options, as the table has them', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, listed] = /<!-- commands -->\n([^]*)<!-- \/commands -->/.exec(readme) ?? [];
  const rows = table.map((row) => `| \`${usage(row)}\` | ${row.summary} |`);
  expect(listed?.trim().split('\n')).toEqual([
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
  ]);
});
