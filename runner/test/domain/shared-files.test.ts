import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/sealed-copy.ts';
import {
  lookThrough,
  namingProblem,
  notTravelling,
  shown,
  travelling,
} from '../../src/domain/shared-files.ts';

const id = '0967ef424bce6791893e9a57bb952f80fd536e93';

interface Listed {
  readonly mode?: string;
  readonly type?: string;
  readonly size?: number | 'BAD' | '-';
}

/** As `git ls-tree -r -z -l` writes it; the mob's facts are there unless they are left out. */
function listing(files: Readonly<Record<string, Listed>>, log = true): Uint8Array {
  const all = log ? { 'mob.jsonl': {}, ...files } : files;
  const lines = Object.entries(all).map(
    ([path, { mode = '100644', type = 'blob', size = 3 }]: [string, Listed]) =>
      `${mode} ${type} ${id} ${String(size).padStart(7)}\t${path}\0`,
  );
  return Buffer.from(lines.join(''));
}

describe('a received tree is laid out', () => {
  test('when it holds plain files with names for every system', () => {
    const found = lookThrough(
      listing({
        'workspace/tally.ts': {},
        'workspace/deep/er/run.sh': { mode: '100755', size: 12 },
        'workspace/Überlegung 票.md': {},
        'workspace/consul.txt': {},
        'workspace/tally.ts~': {},
        'workspace/a.b..c.ts': {},
      }),
    );
    expect(found.files.map(({ path }) => path)).toEqual([
      'tally.ts',
      'deep/er/run.sh',
      'Überlegung 票.md',
      'consul.txt',
      'tally.ts~',
      'a.b..c.ts',
    ]);
    expect(found.files[1]).toEqual({ path: 'deep/er/run.sh', id, executable: true, size: 12 });
    expect(found.log).toEqual({ path: 'mob.jsonl', id, executable: false, size: 3 });
  });

  test('also without any file, and up to each limit', () => {
    expect(lookThrough(listing({})).files).toEqual([]);
    const limits = { files: 2, fileBytes: 10, bytes: 20 };
    const full = { 'workspace/a': { size: 10 }, 'workspace/b': { size: 10 } };
    expect(lookThrough(listing(full), limits).files).toHaveLength(2);
    expect(namingProblem('x'.repeat(200))).toBeUndefined();
  });
});

describe('a received tree is refused', () => {
  const refusals: readonly (readonly [
    what: string,
    files: Readonly<Record<string, Listed>>,
    why: RegExp,
  ])[] = [
    ['a link', { 'workspace/a': { mode: '120000' } }, /workspace\/a is a link/],
    [
      'a submodule',
      { 'workspace/a': { mode: '160000', type: 'commit', size: '-' } },
      /a repository/,
    ],
    ['a special mode', { 'workspace/a': { mode: '100600' } }, /no plain file \(100600\)/],
    ['a folder above', { 'workspace/../../x': {} }, /leads out/],
    ['the folder itself', { 'workspace/./x': {} }, /leads out/],
    ['an empty part', { 'workspace//x': {} }, /leads out/],
    ['an absolute path', { '/etc/passwd': {} }, /leads out/],
    ['a file beside the workspace', { 'README.md': {} }, /does not belong there/],
    ['a file in place of the workspace', { workspace: {} }, /does not belong there/],
    ['a backslash', { 'workspace/..\\x': {} }, /hidden|Windows refuses/],
    ['a drive', { 'workspace/C:x': {} }, /Windows refuses/],
    ['a stream', { 'workspace/a.ts:b': {} }, /Windows refuses/],
    ['a question mark', { 'workspace/a?': {} }, /Windows refuses/],
    ['hooks', { 'workspace/.git/hooks/post-checkout': {} }, /hidden/],
    ['hooks in capitals', { 'workspace/.GIT/hooks/x': {} }, /hidden/],
    ['the short name of .git', { 'workspace/git~1/hooks/x': {} }, /short names/],
    ['a .git with a dot behind', { 'workspace/.git./x': {} }, /hidden/],
    ['a .git that HFS+ sees', { 'workspace/.g\u200cit/x': {} }, /invisible/],
    ['a hidden file', { 'workspace/.envrc': {} }, /hidden/],
    ['a control character', { 'workspace/a\u001b[2J': {} }, /a\\u\{1b\}\[2J has an invisible/],
    ['letters turned around', { 'workspace/a\u202ets.exe': {} }, /invisible/],
    ['a device', { 'workspace/CON': {} }, /a device/],
    ['a device with an ending', { 'workspace/nul.txt': {} }, /a device/],
    ['a device with a blank', { 'workspace/aux .ts': {} }, /a device/],
    ['a numbered device', { 'workspace/com¹.log': {} }, /a device/],
    ['a dot at the end', { 'workspace/a.': {} }, /ends with/],
    ['a blank at the end', { 'workspace/a /b': {} }, /ends with/],
    ['libraries', { 'workspace/node_modules/x/index.js': {} }, /library/],
    [
      'names that differ by case',
      { 'workspace/A.ts': {}, 'workspace/a.ts': {} },
      /on some systems/,
    ],
    [
      'folders that differ by case',
      { 'workspace/A/x': {}, 'workspace/a/y': {} },
      /on some systems/,
    ],
    ['a file with the name of a folder', { 'workspace/A/x': {}, 'workspace/a': {} }, /on some/],
    ['a folder with the name of a file', { 'workspace/A': {}, 'workspace/a/x': {} }, /on some/],
    ['names that differ by accents', { 'workspace/é': {}, 'workspace/e\u0301': {} }, /on some/],
    ['names that differ by a sharp s', { 'workspace/ß': {}, 'workspace/SS': {} }, /on some/],
    ['a long path', { [`workspace/${'x/'.repeat(110)}y`]: {} }, /over 200/],
    ['a long name', { [`workspace/${'票'.repeat(100)}`]: {} }, /over 255 bytes/],
    ['a large file', { 'workspace/a': { size: 1_000_001 } }, /has 1 MB, and 1 MB is the most/],
    ['a file that git left out', { 'workspace/a': { size: 'BAD' } }, /larger than 1 MB/],
  ];

  test.each(refusals)('with %s', (_, files, why) => {
    let message = '';
    try {
      lookThrough(listing(files));
    } catch (error) {
      expect(error).toMatchObject({ code: 'remote-refused' });
      message = String(error);
    }
    expect(message).toMatch(why);
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test('with a name that is no UTF-8', () => {
    const bytes = Buffer.concat([
      listing({}),
      Buffer.from(`100644 blob ${id}       3\tworkspace/`),
      Buffer.from([0xff, 0xfe, 0]),
    ]);
    expect(() => lookThrough(bytes)).toThrow(/no UTF-8/);
  });

  test('without facts, with too many files, or too much in all', () => {
    expect(() => lookThrough(listing({}, false))).toThrow(/no mob\.jsonl/);
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`workspace/${n}`, {}]));
    expect(() => lookThrough(listing(many))).toThrow(/501 files, and 500 is the most/);
    const large = Object.fromEntries(
      Array.from({ length: 6 }, (_, n) => [`workspace/${n}`, { size: 900_000 }]),
    );
    expect(() => lookThrough(listing(large))).toThrow(/5\.4 MB, and 5 MB is the most/);
  });

  test('naming three problems and counting the rest', () => {
    const bad = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`workspace/.${n}`, {}]));
    expect(() => lookThrough(listing(bad))).toThrow(
      /\.0 is hidden\n.*\.1 .*\n.*\.2 .*\n {2}and 6 more/,
    );
  });
});

describe('of a workspace', () => {
  const file = (path: string, size = 3, mode = 0o644): Entry => ({
    path,
    kind: 'file',
    mode,
    size,
    sha256: 'a'.repeat(64),
  });
  const folder = (path: string): Entry => ({ path, kind: 'folder', mode: 0o755 });
  const link = (path: string): Entry => ({ path, kind: 'link', target: 'tally.ts' });
  const entries: readonly Entry[] = [
    folder('.git'),
    file('.git/HEAD'),
    file('A.ts'),
    file('a.ts'),
    file('big.bin', 1_000_001),
    folder('deep'),
    folder('deep/empty'),
    folder('deep/full'),
    file('deep/full/x.ts'),
    link('latest'),
    file('locked.ts', 3, 0o444),
    file('nul.txt'),
  ];

  test('plain files travel; what git cannot carry stays, by name', () => {
    const { files, staying } = travelling(entries);
    expect(files.map(({ path }) => path)).toEqual(['A.ts', 'deep/full/x.ts', 'locked.ts']);
    expect(staying.map(({ path, why }) => `${path} ${why}`)).toEqual([
      '.git is hidden',
      'a.ts has the name of A.ts on some systems',
      'big.bin is larger than 1 MB',
      'deep/empty is an empty folder',
      'latest is a link',
      'the mode 444 of locked.ts is this machine’s own',
      'nul.txt has a name that Windows keeps for a device',
    ]);
  });

  test('what stayed is still there below what others have shared', () => {
    const kept = notTravelling(entries, ['tally.ts', 'LATEST']).map(({ path }) => path);
    expect(kept).toEqual(['.git', '.git/HEAD', 'a.ts', 'big.bin', 'deep/empty', 'nul.txt']);
  });

  test('too much is refused before anything is shared', () => {
    const many = Array.from({ length: 501 }, (_, n) => file(`${n}`));
    expect(() => travelling(many)).toThrow(/501 files; 500 is what a mob shares at most/);
    const large = Array.from({ length: 6 }, (_, n) => file(`${n}`, 900_000));
    expect(() => travelling(large)).toThrow(/5\.4 MB/);
  });

  test('whatever travels is taken on the other side', () => {
    const { files } = travelling(entries);
    const sent = Object.fromEntries(files.map(({ path, size }) => [`workspace/${path}`, { size }]));
    expect(lookThrough(listing(sent)).files.map(({ path }) => path)).toEqual(
      files.map(({ path }) => path),
    );
  });
});

test('a name from elsewhere cannot write over the screen', () => {
  expect(shown('a\u001b]0;x\u0007\r\nb')).toBe('a\\u{1b}]0;x\\u{7}\\u{d}\\u{a}b');
  expect(shown('x'.repeat(100))).toHaveLength(80);
});
