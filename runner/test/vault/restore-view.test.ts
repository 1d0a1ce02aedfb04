import { beforeAll, expect, test } from 'vitest';
import type { Exercise } from '../../src/domain/exercise.ts';
import { copyId, hashOf, type Entry, type SealedCopy } from '../../src/domain/sealed-copy.ts';
import { copiesView, resetView, restoredView } from '../../src/views/restore.ts';
import { colourless, unicode, type Screen } from '../../src/views/screen.ts';

const screen: Screen = { columns: 80, style: colourless, symbols: unicode };

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const folders = {
  exercise: '',
  starter: '',
  hidden: '',
  variants: '',
  solution: '',
  workspace: '',
};
const exercise: Exercise = {
  number: 2,
  name: 'lost-intent',
  id: '02-lost-intent',
  title: 'The lost intent',
  module: 'intent',
  minutes: 10,
  lecture: undefined,
  entry: 'checkout.ts',
  fixed: [],
  hints: [],
  promises: [],
  breaks: [''],
  folders,
};

function copy(minute: number, reason: string): SealedCopy {
  const at = Date.UTC(2026, 0, 2, 9, minute);
  const entries: readonly Entry[] = [
    { path: 'checkout.ts', kind: 'file', mode: 0o644, size: minute, sha256: String(minute) },
  ];
  const hash = hashOf(entries);
  return { id: copyId(at, hash), at, exercise: 'lost-intent', reason, keep: true, hash, entries };
}

test('the list fits 80 columns and says what each copy would change', () => {
  const many = ['cart.ts', 'checkout.ts', 'README.md', 'notes.md', 'a-long-name.ts'];
  const text = copiesView(screen, [
    { copy: copy(31, 'before reset'), exercise, differing: [] },
    { copy: copy(17, 'check'), exercise, differing: ['checkout.ts'] },
    { copy: copy(5, 'check'), exercise, differing: many },
    {
      copy: { ...copy(1, 'rescued'), exercise: 'gone' },
      exercise: undefined,
      differing: undefined,
    },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "  copy    sealed        exercise        why           not as now
      097c97  2 Jan 09:31   02 lost-intent  before reset  the same
      d28616  2 Jan 09:17   02 lost-intent  check         checkout.ts
      000bbf  2 Jan 09:05   02 lost-intent  check         5 files
      7fd6bf  2 Jan 09:01   gone            rescued

      → kata restore COPY brings one back; what stands there now is sealed first"
  `);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('an empty list says where copies come from', () => {
  expect(copiesView(screen, [])).toMatchInlineSnapshot(
    `"  No sealed copies yet. Each kata check keeps one; so does all that overwrites."`,
  );
});

test('bringing one back tells what changed and how to undo it', () => {
  const text = restoredView(screen, copy(17, 'check'), {
    exercise,
    changed: ['cart.ts', 'checkout.ts'],
    before: copy(40, 'before restore'),
  });
  expect(text).toMatchInlineSnapshot(`
    "  02 lost-intent is as it was on 2 Jan 09:17 (check).
      2 files changed: cart.ts, checkout.ts

      → kata restore 3a2a31 brings back what stood there"
  `);
});

test('a reset that changes nothing, or finds nothing, offers nothing to undo', () => {
  expect(resetView(screen, { exercise, changed: [], before: copy(40, 'before reset') }))
    .toMatchInlineSnapshot(`
    "  02 lost-intent is as it was at the start.
      It was so before; nothing had to change."
  `);
  expect(resetView(screen, { exercise, changed: ['checkout.ts'], before: undefined }))
    .toMatchInlineSnapshot(`
    "  02 lost-intent is as it was at the start.
      1 file changed: checkout.ts"
  `);
});
