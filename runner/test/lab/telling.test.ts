/** The words of stories: as much of a document or a message as helps to follow it, and no more. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerText, contentText, documentText } from '../../lab/telling.ts';

const textOf = (value: unknown): string => documentText({ key: 'k-7', value, version: 3 });

test.each<[unknown, string]>([
  [{ status: 'on duty', shifts: 4 }, 'v3 on duty'],
  [{ cents: 1_000 }, 'v3 cents 1000'],
  [{ orderId: 'b1' }, 'v3 orderId b1'],
  [{ reached: true }, 'v3 reached true'],
  [{ pieces: 15, counted: ['m1'] }, 'v3 pieces 15'],
  [{ account: 'ada', amountCents: 4_000, outbox: [] }, 'v3 amountCents 4000'],
  [{ points: 160, upTo: 1 }, 'v3 {points: 160, upTo: 1}'],
  [{ points: 160, upTo: 1, missing: [] }, 'v3 {points: 160, upTo: 1, …}'],
  [{ adasPoints: 120, bensPoints: 7, cleosPoints: 9 }, 'v3 {adasPoints: 120, …}'],
  [13, 'v3 value 13'],
  [true, 'v3 value true'],
])('a small document is told with its version: %j', (value, text) => {
  expect(textOf(value)).toBe(text);
});

test.each([
  [{}],
  [{ lines: [{ sku: 'capybara-xl', quantity: 2 }] }],
  [{ cartId: '7', lines: [] }],
  [['m1']],
  [null],
  [undefined],
  [12n],
  [1_767_605_400_000],
  [{ at: 1_767_605_400_000 }],
  [{ 'payments/m1': 1 }],
  [{ note: 'two\nlines' }],
  [{ note: 'a text of more letters than one reads' }],
  [new Map([['points', 160]])],
])('of all else, the version says enough: %o', (value) => {
  expect(textOf(value)).toBe('v3');
});

test('a message is told with what fits of its body', () => {
  expect(contentText('EndShift', { agent: 'ada', colleague: 'ben' })).toBe(
    'EndShift {agent: ada, colleague: ben}',
  );
  expect(contentText('CreditReturn', { returnId: '7', customer: 'ada', cents: 2_500 })).toBe(
    'CreditReturn {returnId: 7, …}',
  );
  expect(contentText('PlaceOrder', { orderId: '7', lines: [] })).toBe('PlaceOrder {orderId: 7, …}');
  expect(contentText('Job', 8)).toBe('Job 8');
  for (const body of [undefined, null, {}, [1], 'two\nlines']) {
    expect(contentText('Job', body)).toBe('Job');
  }
});

test('what an answer holds is told as JSON, which a line can leave between two fields', () => {
  expect(answerText({ status: 204 })).toBe('204');
  expect(answerText({ status: 200, body: [] })).toBe('200 []');
  expect(answerText({ status: 201, body: { orderId: 'b1' } })).toBe('201 {"orderId":"b1"}');
  expect(answerText({ status: 200, body: [{ id: 'K58', tags: ['a', 'b'], at: {} }, 2] })).toBe(
    '200 [{"id":"K58", "tags":["a", "b"], "at":{}}, 2]',
  );
  // What looks like it in a string is left as it is.
  for (const text of ['"a": 1,', 'a\n  b,\n', '{"a": [', ' ,']) {
    const key = JSON.stringify(text);
    expect(answerText({ status: 200, body: { [text]: text } })).toBe(`200 {${key}:${key}}`);
  }
});

test('whatever an answer holds, its text can be read as JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const text = answerText({ status: 200, body });
      expect(JSON.parse(text.slice('200 '.length))).toEqual(JSON.parse(JSON.stringify(body)));
    }),
  );
});

test('whatever a document holds, its line stays short', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (value) => {
      // A status is told as it is.
      expect(textOf({ ...value, status: 0 })).toMatch(/^v3( [^\n]{1,50})?$/);
    }),
    { seed: 1 },
  );
});
