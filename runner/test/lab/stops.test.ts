import { expect, test } from 'vitest';
import { loadProgram } from '../../lab/program.ts';
import { stopping } from '../../lab/stops.ts';
import { subjectOf } from './programs.ts';

/** The handler as it is with its stop, by the text of its file. */
function stopped(source: string): string {
  const program = loadProgram(
    { name: 'one', processes: { web: { 'POST /': 'run.ts#run' } }, promises: {} },
    subjectOf({ 'run.ts': source }),
  );
  return String(stopping(program).boot().handler('run.ts', 'run'));
}

test.each([
  ['a function', 'export async function run(a, b) {\n  // first\n\n  return a;\n}'],
  [
    'parts of its parameters',
    'export async function run({ a }, { b = {}, c: { d } }) {\n  return a;\n}',
  ],
  ['an arrow', 'export const run = async ({ a }) => {\n  /* { */ return a;\n};'],
  [
    'a method',
    'const all = {\n  async run(a) {\n    return a;\n  },\n};\nexport const run = all.run;',
  ],
  ['a dollar in its code', "export function run(a) {\n  return '$&' + a;\n}"],
])('%s: it stops at the first statement, and no line moves', (_, source) => {
  const handler = stopped(source);
  expect(handler).toMatch(/debugger;return /);
  expect(handler.match(/debugger/g)).toHaveLength(1);
  const lines = (text: string): number => text.split('\n').length;
  expect(lines(handler.replace('debugger;', ''))).toBe(lines(handler));
  expect(source.replaceAll(/\s/g, '')).toContain(
    handler.replace('debugger;', '').replaceAll(/\s/g, ''),
  );
});

test('an empty body stops, and a handler without a body runs as it is', () => {
  expect(stopped('export function run() {}')).toBe('function run() {debugger;}');
  expect(stopped('export const run = async (a) => a;')).toBe('async (a) => a');
});
