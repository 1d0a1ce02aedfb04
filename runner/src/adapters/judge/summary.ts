import { basename } from 'node:path';
import type { PromiseVerdict } from '../../../lab/index.ts';
import { label } from '../../domain/catalogue.ts';
import type { Exercise } from '../../domain/exercise.ts';
import { missedGoals, type Judgement, type Replayed } from '../../domain/judgement.ts';
import { KataError } from '../../errors.ts';
import type { Findings } from './protocol.ts';
import { messageAt, type Place } from './place.ts';

const notYours =
  'This is no mistake of yours: please report it together with what kata doctor prints.';

/**
 * One run's findings as a judgement. Anything that is neither a verdict nor a mistake of the
 * learner's stops it: no exercise is ever passed or failed by accident.
 * @throws KataError a mistake's own code, left-the-lab, exercise-damaged, over-budget, judge-failed
 */
export function summarise(
  exercise: Exercise,
  subject: string,
  findings: Findings,
  durationMs: number,
): Judgement {
  mustBeJudged(exercise, subject, findings);
  mustHandleErrors(subject, findings);
  const promises = exercise.promises.map(({ id }) => verdictOn(exercise, id, findings));
  const coverage = coverageOf(findings);
  const holds = promises.every((verdict) => verdict.holds);
  // A broken promise explains itself; a green must have nothing beside it that failed.
  if (holds) mustBeClean(exercise, findings);
  return {
    exercise: exercise.name,
    passed: holds && missedGoals(coverage).length === 0,
    promises,
    coverage,
    durationMs,
    ...(findings.output && { output: findings.output }),
  };
}

/**
 * What a replay left behind.
 * @throws KataError token-malformed, token-outdated, token-misfit, and as `summarise` does
 */
export function summariseReplay(exercise: Exercise, subject: string, findings: Findings): Replayed {
  mustBeJudged(exercise, subject, findings);
  for (const { report } of findings.reports) {
    if ('misfit' in report) {
      const { code, message, remedy } = report.misfit;
      throw new KataError(code, message, remedy);
    }
    if ('replay' in report) {
      mustHandleErrors(subject, findings);
      mustBeClean(exercise, findings);
      return {
        exercise: exercise.name,
        ...report.replay,
        ...(findings.output && { output: findings.output }),
      };
    }
  }
  mustBeClean(exercise, findings);
  throw new KataError(
    'token-outdated',
    `${label(exercise)} has no situation that this replay token was made in.`,
    'It is another exercise’s, or the hidden test has changed since; kata check makes a new one.',
  );
}

/** @throws KataError exercise-damaged, and the code of a mistake of the learner's */
function mustBeJudged(exercise: Exercise, subject: string, findings: Findings): void {
  const [unloadable] = findings.unloadable;
  if (unloadable) {
    throw new KataError(
      'exercise-damaged',
      `The hidden test ${basename(unloadable.test)} of ${exercise.id} does not load: ${firstLine(unloadable.reason)}`,
      `${notYours} git checkout -- exercises/${exercise.id} brings back what was changed by hand.`,
    );
  }
  for (const { report } of findings.reports) {
    if ('mistake' in report) {
      const { code, message, remedy, at } = report.mistake;
      throw new KataError(code, at ? messageAt(subject, at, message) : message, remedy);
    }
  }
}

/** A promise that several hidden tests judge holds when it holds in all of them. */
function verdictOn(exercise: Exercise, promise: string, findings: Findings): PromiseVerdict {
  const verdicts = findings.reports.flatMap(({ report }) =>
    'verdict' in report && report.verdict.promise === promise ? [report.verdict] : [],
  );
  const [first] = verdicts;
  if (!first) throw withoutVerdict(exercise, promise, findings);
  const so = verdicts.find((verdict) => verdict.so !== undefined)?.so;
  const those = verdicts.flatMap((verdict) => verdict.those ?? []);
  const attack = verdicts.find((verdict) => verdict.attack)?.attack;
  const [story] = verdicts
    .flatMap((verdict) => verdict.story ?? [])
    .toSorted((a, b) => a.steps.length - b.steps.length);
  return {
    promise,
    holds: verdicts.every(({ holds }) => holds),
    brokenIn: verdicts.reduce((total, { brokenIn }) => total + brokenIn, 0),
    tried: verdicts.reduce((total, { tried }) => total + tried, 0),
    unit: first.unit,
    ...(first.program !== undefined && { program: first.program }),
    ...(those.length > 0 && { those }),
    ...(so !== undefined && { so }),
    ...(story && { story }),
    ...(attack && { attack }),
  };
}

function withoutVerdict(
  exercise: Exercise,
  promise: string,
  { unexplained, stray }: Findings,
): KataError {
  const reason = stray[0]?.reason ?? unexplained[0]?.reason;
  return reason === undefined
    ? new KataError(
        'exercise-damaged',
        `No hidden test of ${exercise.id} judges the promise ${promise}.`,
        `${notYours} git checkout -- exercises/${exercise.id} brings back what was changed by hand.`,
      )
    : judgeFailed(exercise, reason);
}

/** What the lab did not see itself. */
function mustHandleErrors(subject: string, { stray }: Findings): void {
  for (const { reason, stack } of stray) {
    const at = placeIn(subject, stack);
    if (!at) continue;
    throw new KataError(
      'left-the-lab',
      messageAt(subject, at, `An error was thrown here that nobody caught: ${firstLine(reason)}`),
      'Await every promise that a handler starts, so that its failure reaches the handler.',
    );
  }
}

function mustBeClean(exercise: Exercise, { unexplained, stray }: Findings): void {
  const reason = stray[0]?.reason ?? unexplained[0]?.reason;
  if (reason !== undefined) throw judgeFailed(exercise, reason);
}

/** Why there is no verdict: memory that ran out is the learner's doing, all else is ours. */
export function judgeFailed(exercise: Exercise, reason: string): KataError {
  if (/heap out of memory/i.test(reason)) {
    return new KataError(
      'over-budget',
      `${exercise.entry} needed more memory than a check may take.`,
      'Look for something that grows with every step and is never dropped, such as a list in a loop.',
    );
  }
  return new KataError(
    'judge-failed',
    `${exercise.id} could not be judged: ${firstLine(reason)}`,
    notYours,
    new Error(reason),
  );
}

/** Each promise's report carries the coverage of its whole hidden test; it counts once. */
function coverageOf({ reports }: Findings): Judgement['coverage'] {
  const once = new Map(
    reports.flatMap(({ test, report }) =>
      'verdict' in report
        ? report.coverage.map((each) => [`${test} ${each.scenario}`, each] as const)
        : [],
    ),
  );
  return [...once.values()];
}

/** The innermost frame of a stack in the subject's files. */
function placeIn(subject: string, stack: string): Place | undefined {
  for (const frame of stack.split('\n')) {
    const start = frame.indexOf(subject);
    const [, file, line] =
      /^[\\/](.+?):(\d+):\d+/.exec(start === -1 ? '' : frame.slice(start + subject.length)) ?? [];
    if (file !== undefined) return { file, line: Number(line) };
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
