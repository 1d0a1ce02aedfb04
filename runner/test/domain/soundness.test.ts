import { describe, expect, test } from 'vitest';
import type { ScheduleCoverage } from '../../lab/index.ts';
import type { Judgement } from '../../src/domain/judgement.ts';
import { newExercise } from '../../src/domain/new-exercise.ts';
import * as rule from '../../src/domain/soundness.ts';
import { explored, green, lostIntent, red } from '../screens/samples.ts';

function judged(broken: readonly string[], coverage: Partial<ScheduleCoverage> = {}): Judgement {
  return {
    ...green,
    passed: broken.length === 0,
    promises: green.promises.map((verdict) => ({
      ...verdict,
      holds: !broken.includes(verdict.promise),
    })),
    coverage: [{ ...explored[1], ...coverage }],
  };
}

test('a starter breaks its declared promise, and no other one', () => {
  expect(rule.breaksOnly(['every-order'], judged(['every-order']))).toBeUndefined();
  expect(rule.breaksOnly(['every-order'], judged([]))).toContain('keeps every-order');
  expect(rule.breaksOnly(['every-order'], judged(['every-order', 'no-surplus']))).toBe(
    'also breaks no-surplus',
  );
  const both = ['every-order', 'no-surplus'];
  expect(rule.breaksOnly(both, judged(both))).toBeUndefined();
  expect(rule.breaksOnly(both, judged(['no-surplus']))).toContain('keeps every-order');
});

test('a wrong variant breaks its declared promise, and perhaps others', () => {
  expect(rule.breaks('every-order', judged(['every-order', 'no-surplus']))).toBeUndefined();
  expect(rule.breaks('every-order', judged([]))).toBe('passes, and should break every-order');
  expect(rule.breaks('every-order', judged(['no-surplus']))).toBe(
    'breaks no-surplus, and not every-order',
  );
});

test('a right answer holds in a search that ended, and shows every goal', () => {
  expect(rule.holds(judged([]))).toBeUndefined();
  expect(rule.holds(judged([], { kind: 'sampled' }))).toBeUndefined();
  expect(rule.holds(judged(['no-surplus']))).toBe('breaks no-surplus');
  expect(rule.holds(judged([], { kind: 'bounded' }))).toContain('does not come to its end');
  expect(rule.holds(judged([], { goals: [{ goal: 'a crash', seen: 0 }] }))).toContain(
    'never shows “a crash”',
  );
});

test('the hidden tests judge every promise', () => {
  expect(rule.judgesAll(lostIntent, green)).toBeUndefined();
  const one = { ...green, promises: green.promises.slice(1) };
  expect(rule.judgesAll(lostIntent, one)).toBe('no test judges every-order');
});

test('two judgements of the same code differ in nothing but their times', () => {
  expect(rule.sameVerdict(red, { ...red, durationMs: 1 })).toBeUndefined();
  const other = { ...red, promises: red.promises.map((each) => ({ ...each, brokenIn: 4 })) };
  expect(rule.sameVerdict(red, other)).toBeDefined();
});

test('a variant declares itself in its first line, with a reason', () => {
  expect(rule.declaredBreak('// breaks one-order: it never compares\n')).toBe('one-order');
  for (const source of ['// breaks one-order:', '// breaks: why', '\n// breaks one-order: why']) {
    expect(rule.declaredBreak(source)).toBeUndefined();
  }
  expect(rule.declaresDifference('// differs: it asks again\n')).toBe(true);
  for (const source of ['// differs:', '/* differs: how */', 'export {};']) {
    expect(rule.declaresDifference(source)).toBe(false);
  }
});

describe('a brief', () => {
  const brief = (sections: readonly string[]): string =>
    ['# 02 Lost intent', ...sections.map((section) => `## ${section}\n\nText.`)].join('\n\n');

  test('has every section', () => {
    expect(rule.briefProblem(brief(rule.briefSections))).toBeUndefined();
    expect(rule.briefProblem(brief(rule.briefSections).replaceAll('\n', '\r\n'))).toBeUndefined();
    const [first, , ...rest] = rule.briefSections;
    expect(rule.briefProblem(brief([first, ...rest]))).toBe('has no section What to build');
  });

  test('has them in their order, with others between them at most', () => {
    const [first, second, ...rest] = rule.briefSections;
    expect(rule.briefProblem(brief([second, first, ...rest]))).toContain('another order');
    expect(rule.briefProblem(brief([first, 'An aside', second, ...rest]))).toBeUndefined();
  });

  test('owes no text', () => {
    const text = `${brief(rule.briefSections)}\n\nUnfinished: a question.\n`;
    expect(rule.briefProblem(text)).toBe('is unfinished in line 23');
  });
});

test('notes say something, and owe nothing', () => {
  expect(rule.notesProblem('# Why it works\n')).toBeUndefined();
  expect(rule.notesProblem(' \n')).toBe('NOTES.md is empty');
  expect(rule.notesProblem('# Why it works\n\nunfinished.\n')).toBe('is unfinished in line 3');
  expect(rule.notesProblem('What an unfinishedness is.\n')).toBeUndefined();
});

test('the draft of a new exercise owes its brief, its hints and its notes', () => {
  const { exercise, solution } = newExercise(16, 'gift-wrap', 'tokens');
  expect(rule.briefProblem(exercise['README.md'] ?? '')).toMatch(/^is unfinished in line \d+$/);
  expect(rule.notesProblem(solution['NOTES.md'] ?? '')).toMatch(/^is unfinished in line \d+$/);
  const { hints } = JSON.parse(exercise['kata.json'] ?? '') as { hints: string[] };
  expect(hints.every(rule.isUnfinished)).toBe(true);
});
