import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { messageAt } from '../../src/adapters/judge/place.ts';
import type { Findings } from '../../src/adapters/judge/protocol.ts';
import { summarise } from '../../src/adapters/judge/summary.ts';
import { parseDiagnostics } from '../../src/adapters/judge/typecheck.ts';
import { loopOf, type Frame } from '../../src/adapters/judge/watchdog.ts';
import type { Exercise } from '../../src/domain/exercise.ts';

const call = (name: string, line: number): Frame => ({ file: '/w/a.ts', line, function: name });

test('the loop is in the innermost function that every look met', () => {
  expect(
    loopOf([
      [call('handler', 12), call('add', 30)],
      [call('handler', 11)],
      [call('handler', 12), call('scale', 40)],
    ]),
  ).toMatchObject({ line: 11 });
  expect(
    loopOf([
      [call('handler', 9), call('spin', 21)],
      [call('handler', 9), call('spin', 20)],
    ]),
  ).toMatchObject({ line: 20 });
});

test('work that was not in the subject at every look is no loop', () => {
  expect(loopOf([[call('handler', 12)], []])).toBeUndefined();
  expect(loopOf([[], []])).toBeUndefined();
});

test('the compiler’s lines are read with their reasons', () => {
  const printed = [
    "a.ts(2,7): error TS2345: Argument of type 'X' is not assignable.",
    "  Property 'id' is missing.",
    'sub/b.ts(10,1): error TS1005: expected.',
    '',
  ].join('\r\n');
  expect(parseDiagnostics(printed)).toEqual([
    {
      file: 'a.ts',
      line: 2,
      column: 7,
      code: 2345,
      text: ["Argument of type 'X' is not assignable.", "  Property 'id' is missing."],
    },
    { file: 'sub/b.ts', line: 10, column: 1, code: 1005, text: ['expected.'] },
  ]);
});

test('the caret stands below its column, whatever a tab is worth', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kata-place-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.ts'), 'one\r\n\tlet x = 1;\r\n');
  expect(messageAt(folder, { file: 'a.ts', line: 2, column: 6 }, 'No.')).toBe(
    'a.ts:2:6  No.\n  2 | \tlet x = 1;\n    | \t    ^',
  );
  expect(messageAt(folder, { file: 'gone.ts', line: 2 }, 'No.')).toBe('gone.ts:2  No.');
});

const exercise = {
  name: 'tally',
  id: '01-tally',
  entry: 'tally.ts',
  promises: [{ id: 'p', text: 'P', ask: 'P?' }],
} as unknown as Exercise;

interface Sketch {
  readonly test: string;
  readonly holds: boolean;
  readonly steps?: number;
  readonly goals?: readonly { readonly goal: string; readonly seen: number }[];
}

function findings(...verdicts: readonly Sketch[]): Findings {
  return {
    reports: verdicts.map(({ test, holds, steps, goals = [] }) => ({
      test,
      report: {
        verdict: {
          promise: 'p',
          holds,
          brokenIn: holds ? 0 : 2,
          tried: 5,
          unit: 'schedule',
          ...(steps !== undefined && {
            story: {
              scenario: test,
              lanes: [],
              steps: Array.from(
                { length: steps },
                (_, event) => ({ event, kind: 'note', on: 'a', text: '' }) as const,
              ),
              so: 'so',
              token: '1aaaa',
            },
          }),
        },
        coverage: [
          {
            scenario: 's',
            unit: 'schedule',
            kind: 'exhaustive',
            schedules: 5,
            blocked: 0,
            bounds: [],
            goals,
          },
        ],
      },
    })),
    unloadable: [],
    unexplained: [],
    stray: [],
    output: undefined,
  };
}

test('a promise holds when it holds in every hidden test, and its shortest story is told', () => {
  const broken = findings(
    { test: 'a', holds: true },
    { test: 'b', holds: false, steps: 9 },
    { test: 'c', holds: false, steps: 4 },
    { test: 'c', holds: true },
  );
  const { passed, promises, coverage } = summarise(exercise, '/w', broken, 10);
  expect(passed).toBe(false);
  expect(promises).toMatchObject([
    { holds: false, brokenIn: 4, tried: 20, story: { scenario: 'c' } },
  ]);
  expect(coverage).toHaveLength(3);
  expect(summarise(exercise, '/w', findings({ test: 'a', holds: true }), 10).passed).toBe(true);
});

test('promises that nothing put to the test are no pass', () => {
  const goals = [
    { goal: 'a crash happened', seen: 3 },
    { goal: 'a message was sent twice', seen: 0 },
  ];
  const empty = findings({ test: 'a', holds: true, goals });
  expect(summarise(exercise, '/w', empty, 10)).toMatchObject({
    passed: false,
    promises: [{ holds: true }],
  });
  const seen = findings({ test: 'a', holds: true, goals: goals.slice(0, 1) });
  expect(summarise(exercise, '/w', seen, 10).passed).toBe(true);
});

test('a green beside a test that failed is no green', () => {
  const green = findings({ test: 'a', holds: true });
  const unexplained = [{ test: 'q', reason: 'a slip' }];
  expect(() => summarise(exercise, '/w', { ...green, unexplained }, 10)).toThrow(/a slip/);
});
