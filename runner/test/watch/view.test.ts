import { expect, test } from 'vitest';
import { keysIn } from '../../src/adapters/screen-terminal.ts';
import type { Exercise } from '../../src/domain/exercise.ts';
import { standing } from '../../src/domain/progress.ts';
import { KataError } from '../../src/errors.ts';
import { colourless, unicode, type Screen } from '../../src/views/screen.ts';
import { watchView, type WatchState } from '../../src/views/watch.ts';

const screen: Screen = { columns: 80, style: colourless, symbols: unicode };
const exercise = {
  number: 1,
  name: 'tally',
  id: '01-tally',
  title: 'Tally',
  minutes: 10,
  entry: 'tally.ts',
  promises: [{ id: 'p', text: 'Every vote counts', ask: '?' }],
} as unknown as Exercise;

const waiting: WatchState = {
  exercise,
  standing: { ...standing([], 'tally', 0), timeMs: 252_000 },
  mob: undefined,
  judging: undefined,
  last: undefined,
  page: undefined,
};
const mistake: WatchState = {
  ...waiting,
  last: { kind: 'mistake', error: new KataError('syntax-error', 'tally.ts:1:2  No.', 'Mend it.') },
};

test('before the first verdict: the promises, the clock and the keys', () => {
  expect(watchView(screen, 10, { ...waiting, judging: 1812 }).join('\n')).toMatchInlineSnapshot(`
    "
      Tally

      ○ Every vote counts




      01 tally   4:12 of 10:00                            judging…  1,812 schedules
      h hint   d diff   l list   n next   r reset   q quit"
  `);
});

test('while judging, all of the old verdict is dim', () => {
  const marked: Screen = { ...screen, style: { ...colourless, dim: (text) => `<${text}>` } };
  const stale = watchView(marked, 12, { ...mistake, judging: 0 });
  const fresh = watchView(marked, 12, mistake);
  expect(fresh.find((line) => line.includes('No.'))).toBe('  ✗ tally.ts:1:2  No.');
  expect(stale.find((line) => line.includes('No.'))).toBe('<  ✗ tally.ts:1:2  No.>');
  expect(stale.find((line) => line.includes('Mend'))).toBe('<    → Mend it.>');
});

test.each([1, 2, 3, 4, 7, 24, 60])('in %i rows it draws that many, the keys last', (rows) => {
  const text = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n');
  const lines = watchView(screen, rows, { ...mistake, page: { command: 'kata hint', text } });
  expect(lines).toHaveLength(rows);
  expect(lines.at(-1)).toContain('q quit');
  expect(lines.at(-2) ?? '01 tally').toContain('01 tally');
});

test('what does not fit is cut in the middle, counted, and its command named', () => {
  const text = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n');
  const lines = watchView(screen, 14, { ...mistake, page: { command: 'kata hint', text } });
  expect(lines.slice(0, 12)).toEqual([
    '',
    'line 0',
    'line 1',
    'line 2',
    'line 3',
    '  … 21 more lines: kata hint',
    'line 25',
    'line 26',
    'line 27',
    'line 28',
    'line 29',
    '',
  ]);
});

test('arrows and other sequences are not taken for keys', () => {
  expect(keysIn('\x1b[A')).toEqual([]);
  expect(keysIn('\x1b')).toEqual(['escape']);
  expect(keysIn('hq\x03\r')).toEqual(['h', 'q', 'ctrl-c', 'enter']);
});
