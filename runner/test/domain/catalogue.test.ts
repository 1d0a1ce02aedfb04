import { describe, expect, test } from 'vitest';
import { find, next, parseDescription, parseId } from '../../src/domain/catalogue.ts';
import { fifteen } from '../screens/samples.ts';

describe('an exercise is found by what a person types', () => {
  test.each(['7', '07', '007', 'identity', '07-identity'])('%s', (named) => {
    expect(find(fifteen, named).name).toBe('identity');
  });

  test.each(['', ' ', '0', '16', '-7', '7.0', '7x', '0x7', '1e1', '7-', 'IDENTITY', '08-identity'])(
    '“%s” finds none, and says where all are',
    (named) => {
      expect(() => find(fifteen, named)).toThrow(
        expect.objectContaining({
          code: 'unknown-exercise',
          message: expect.stringContaining(`There is no exercise ${named}.`),
          remedy: expect.stringContaining('kata list shows all'),
        }),
      );
    },
  );

  test('a number beyond the last one names the last one, and what was perhaps meant', () => {
    expect(() => find(fifteen, '16')).toThrow(
      expect.objectContaining({
        message: 'There is no exercise 16. The last one is 15 tokens.',
        remedy: 'kata list shows all; did you mean 06 immutable-facts?',
      }),
    );
  });

  test.each([
    ['identiy', '07 identity'],
    ['double', '01 double-click'],
    ['08-identity', '07 identity'],
    ['Tokens', '15 tokens'],
  ])('%s was perhaps meant to be %s', (named, label) => {
    expect(() => find(fifteen, named)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining(`did you mean ${label}`) }),
    );
  });

  test.each(['', '  ', 'quantum-chromodynamics'])('nothing is near to “%s”', (named) => {
    expect(() => find(fifteen, named)).toThrow(
      expect.objectContaining({ remedy: 'kata list shows all.' }),
    );
  });
});

test('only a two-digit number and a name in small letters make a folder an exercise', () => {
  expect(parseId('07-message-identity')).toEqual({ number: 7, name: 'message-identity' });
  for (const id of ['7-a', '007-a', '07-A', '07-', '07-a-', '07a', 'shared', '07-a_b']) {
    expect(parseId(id)).toBeUndefined();
  }
});

describe('kata next leads', () => {
  const solved = (...numbers: number[]) => {
    const names = numbers.map((number) => fifteen[number - 1]?.name);
    return (name: string) => names.includes(name);
  };
  const at = (number: number) => fifteen[number - 1]?.name;
  const all = fifteen.map(({ number }) => number);

  test('to the first exercise when nothing was begun', () => {
    expect(next(fifteen, solved(), undefined)?.number).toBe(1);
  });
  test('nowhere else while the exercise at hand is unsolved', () => {
    expect(next(fifteen, solved(1), at(4))?.number).toBe(4);
  });
  test('to the first unsolved one after the one at hand', () => {
    expect(next(fifteen, solved(1, 4, 5), at(4))?.number).toBe(6);
  });
  test('back to what was skipped, when all after the one at hand is solved', () => {
    expect(next(fifteen, solved(1, 14, 15), at(14))?.number).toBe(2);
  });
  test('nowhere when all are solved', () => {
    expect(next(fifteen, solved(...all), at(15))).toBeUndefined();
  });
  test('to the first unsolved one when the one at hand is no longer in the workshop', () => {
    expect(next(fifteen, solved(1), 'long-gone')?.number).toBe(2);
  });
});

describe('kata.json', () => {
  const good = {
    title: 'Tally',
    module: 'intent',
    minutes: 10,
    lecture: '01-counting',
    entry: 'tally.ts',
    hints: ['Who else reads it?'],
    promises: [{ id: 'every-vote', text: 'Every vote counts', ask: 'Which one saw the other?' }],
    breaks: 'every-vote',
  };
  const parse = (json: unknown) => parseDescription('exercises/01/kata.json', JSON.stringify(json));

  test('is read as it stands, and may do without a lecture', () => {
    expect(parse(good)).toEqual({ ...good, fixed: [], breaks: ['every-vote'] });
    expect(parse({ ...good, fixed: ['votes.ts'] }).fixed).toEqual(['votes.ts']);
    expect(parse({ ...good, breaks: ['every-vote'] }).breaks).toEqual(['every-vote']);
    expect(parse({ ...good, lecture: undefined }).lecture).toBeUndefined();
  });

  const promise = good.promises[0]!;
  test.each<[string, unknown, string]>([
    ['a list', [good], 'not a JSON object'],
    ['nothing', null, 'not a JSON object'],
    ['no title', { ...good, title: undefined }, '“title”'],
    ['an empty title', { ...good, title: '' }, '“title”'],
    ['a blank entry', { ...good, entry: ' ' }, '“entry”'],
    ['a fixed file that is no text', { ...good, fixed: [2] }, '“fixed”'],
    ['an unknown module', { ...good, module: 'other' }, 'one of intent, messages'],
    ['no minutes', { ...good, minutes: 0 }, '“minutes”'],
    ['minutes in words', { ...good, minutes: 'ten' }, '“minutes”'],
    ['a lecture without a name', { ...good, lecture: '' }, '“lecture”'],
    ['a single hint', { ...good, hints: 'look' }, '“hints”'],
    ['a hint that is no text', { ...good, hints: ['look', 2] }, '“hints”'],
    ['an empty hint', { ...good, hints: [''] }, '“hints”'],
    ['no promise', { ...good, promises: [] }, '“promises”'],
    [
      'a promise without a question',
      { ...good, promises: [{ ...promise, ask: '' }] },
      '“promises”',
    ],
    ['a promise that is no object', { ...good, promises: [null] }, '“promises”'],
    ['a promise twice', { ...good, promises: [promise, promise] }, 'every-vote twice'],
    ['no break', { ...good, breaks: [] }, '“breaks” must be'],
    ['a break of nothing', { ...good, breaks: 'other' }, '“breaks” names other'],
  ])('with %s is refused by the name of the field', (_, json, says) => {
    expect(() => parse(json)).toThrow(
      expect.objectContaining({
        code: 'exercise-damaged',
        message: expect.stringMatching(new RegExp(`^exercises/01/kata.json: .*${says}`)),
      }),
    );
  });

  test('that is no JSON is refused', () => {
    expect(() => parseDescription('kata.json', '{ "title": ')).toThrow('not a JSON object');
  });

  test('minutes beyond every number are refused', () => {
    const text = JSON.stringify(good).replace('"minutes":10', '"minutes":1e999');
    expect(() => parseDescription('kata.json', text)).toThrow('“minutes”');
  });
});
