import { describe, expect, test } from 'vitest';
import {
  besideBranch,
  exerciseIdOn,
  meetingOf,
  placeOf,
  slugOf,
  withoutPassword,
  type Meeting,
  type Trees,
  type Wish,
} from '../../src/domain/mob-remote.ts';

describe('an address', () => {
  test.each([
    ['https://example.org/room.git', 'elsewhere'],
    ['ssh://git@example.org/room.git', 'elsewhere'],
    ['git@example.org:room.git', 'elsewhere'],
    ['host:room', 'elsewhere'],
    ['git://example.org/room', 'elsewhere'],
    ['file:///srv/room.git', 'file'],
    ['/srv/room.git', 'path'],
    ['../room.git', 'path'],
    ['./a:b', 'path'],
    ['C:\\rooms\\room.git', 'path'],
  ] as const)('%s is taken', (url, kind) => {
    expect(placeOf(url)).toBe(kind);
  });

  test.each([
    '',
    '-x',
    '--upload-pack=touch pwned',
    'ext::sh -c touch% pwned',
    'EXT::x',
    'fd::17',
    'gcrypt::rsync://x',
    'ftp://example.org/x',
    'https://example.org/\u001b[2J',
  ])('%j is refused', (url) => {
    expect(() => placeOf(url)).toThrow(/is no address of a repository/);
  });

  test('is shown without a password', () => {
    expect(withoutPassword('https://ada:secret@example.org/x')).toBe('https://example.org/x');
    expect(withoutPassword('git@example.org:x')).toBe('git@example.org:x');
  });
});

test('names on the remote', () => {
  expect(exerciseIdOn('mob/07-message-identity')).toBe('07-message-identity');
  expect(exerciseIdOn('mob/07-message-identity-beside/ada-1a2b3c4')).toBeUndefined();
  expect(exerciseIdOn('main')).toBeUndefined();
  expect(besideBranch('mob/01-tally', 'Édith Ann', '1a2b3c4d5e')).toBe(
    'mob/01-tally-beside/edith-ann-1a2b3c4',
  );
  expect(slugOf('票')).toBe('somebody');
});

describe('a meeting with the remote', () => {
  const wish = { handOver: true, elsewhere: false, news: false };
  type Case = readonly [meeting: Meeting, trees: Trees, change: Partial<Wish>];
  test.each<Case>([
    ['hand over', { base: 'a', here: 'b', there: 'a' }, {}],
    ['hand over', { base: 'a', here: 'a', there: 'a' }, {}],
    ['hand over', { base: 'a', here: 'b', there: undefined }, {}],
    ['hand over', { base: 'a', here: 'b', there: 'b' }, {}],
    ['share', { base: 'a', here: 'b', there: 'a' }, { elsewhere: true }],
    ['share', { base: 'a', here: 'b', there: 'a' }, { handOver: false }],
    ['share', { base: null, here: 'b', there: undefined }, { handOver: false }],
    ['share', { base: 'a', here: 'a', there: 'a' }, { handOver: false, news: true }],
    ['nothing', { base: 'a', here: 'a', there: 'a' }, { handOver: false }],
    ['nothing', { base: 'a', here: 'a', there: 'a' }, { elsewhere: true }],
    ['nothing', { base: 'a', here: 'b', there: 'b' }, { elsewhere: true }],
    ['take', { base: 'a', here: 'a', there: 'b' }, {}],
    ['take', { base: 'a', here: 'a', there: 'b' }, { elsewhere: true }],
    ['keep both', { base: 'a', here: 'b', there: 'c' }, {}],
    ['keep both', { base: 'a', here: 'b', there: 'c' }, { handOver: false }],
  ])('is to %s when %j and %j', (meeting, trees, change: Case[2]) => {
    expect(meetingOf(trees, { ...wish, ...change })).toBe(meeting);
  });
});
