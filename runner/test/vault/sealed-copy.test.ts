import { describe, expect, test } from 'vitest';
import {
  copiesNamed,
  copyId,
  differingFiles,
  hashOf,
  overlay,
  superfluous,
  type Entry,
  type SealedCopy,
} from '../../src/domain/sealed-copy.ts';

function file(path: string, content: string, size = 10): Entry {
  return { path, kind: 'file', mode: 0o644, size, sha256: content };
}

function copy(at: number, exercise: string, entries: readonly Entry[], keep = false): SealedCopy {
  const hash = hashOf(entries);
  return { id: copyId(at, hash), at, exercise, reason: 'check', keep, hash, entries };
}

describe('which copies go', () => {
  const bounds = { bytes: 25, copies: 10 };
  const newestFirst = [
    copy(5, 'cart', [file('a', 'e')]),
    copy(4, 'cart', [file('a', 'd')]),
    copy(3, 'cart', [file('a', 'c')]),
    copy(2, 'cart', [file('a', 'b')], true),
    copy(1, 'order', [file('a', 'a')]),
  ];
  const ages = (copies: readonly SealedCopy[]): readonly number[] => copies.map(({ at }) => at);

  test('none while there is room', () => {
    expect(superfluous(newestFirst, { bytes: 50, copies: 5 })).toEqual([]);
  });

  test('the oldest first, by bytes or by number', () => {
    expect(ages(superfluous(newestFirst, { bytes: 49, copies: 5 }))).toEqual([3]);
    expect(ages(superfluous(newestFirst, { bytes: 50, copies: 4 }))).toEqual([3]);
  });

  test('never the newest of an exercise, nor one that is kept, however little room there is', () => {
    expect(ages(superfluous(newestFirst, bounds))).toEqual([4, 3]);
    expect(ages(superfluous(newestFirst, { bytes: 0, copies: 0 }))).toEqual([4, 3]);
  });

  test('content that several copies share counts once', () => {
    const same = [3, 2, 1].map((at) => copy(at, 'cart', [file('a', 'same', 20)]));
    expect(superfluous(same, bounds)).toEqual([]);
  });
});

describe('naming a copy', () => {
  const early = copy(Date.UTC(2026, 0, 2, 9, 30, 12, 417), 'cart', [file('a', 'one')]);
  const late = copy(Date.UTC(2026, 0, 2, 9, 30, 13, 0), 'cart', [file('a', 'two')]);
  const newestFirst = [late, early];

  test('an id tells time and content', () => {
    expect(early.id).toBe(`20260102-093012-417-${early.hash.slice(0, 6)}`);
  });

  test('the beginning of an id or of a hash is enough when it is the only one', () => {
    expect(copiesNamed(newestFirst, '20260102-093012')).toEqual([early]);
    expect(copiesNamed(newestFirst, late.hash.slice(0, 6))).toEqual([late]);
    expect(copiesNamed(newestFirst, '2026')).toEqual([late, early]);
    expect(copiesNamed(newestFirst, 'zz')).toEqual([]);
  });

  test('copies of one exercise with equal content are one', () => {
    const again = { ...early, id: copyId(late.at + 1, early.hash), reason: 'before reset' };
    expect(copiesNamed([again, ...newestFirst], early.hash.slice(0, 6))).toEqual([again]);
  });
});

test('files that differ are those changed, added or removed; a folder alone is no file', () => {
  const some: readonly Entry[] = [
    file('a', '1'),
    file('b', '1'),
    { path: 'f', kind: 'folder', mode: 0o755 },
  ];
  const others: readonly Entry[] = [file('a', '1'), file('b', '2'), file('c', '1')];
  expect(differingFiles(some, others)).toEqual(['b', 'c']);
  expect(differingFiles(some, some)).toEqual([]);
});

test('a later layer wins, and a file hides the folder below it', () => {
  const folder: Entry = { path: 'x', kind: 'folder', mode: 0o700 };
  const merged = overlay([[folder, file('x/a', '1'), file('y', '1')], [file('x', '2')]]);
  expect(merged).toEqual([file('x', '2'), file('y', '1')]);
  expect(overlay([[file('x', '1')], [file('x/a', '2')]]).map(({ kind }) => kind)).toEqual([
    'folder',
    'file',
  ]);
});
