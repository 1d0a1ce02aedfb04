/** A judgement on a screen: promises first, then the story, then what to do next. */
import { stripVTControlCharacters } from 'node:util';
import type { PromiseVerdict, Story } from '../../lab/index.ts';
import { label } from '../domain/catalogue.ts';
import type { Exercise, PromiseText } from '../domain/exercise.ts';
import {
  missedGoals,
  toldOf,
  type Judgement,
  type Missed,
  type Output,
} from '../domain/judgement.ts';
import type { Standing } from '../domain/progress.ts';
import { writeToken } from '../domain/replay-token.ts';
import { attackFigures, attackLines } from './attack.ts';
import { brokenText, coverageLines } from './coverage.ts';
import { curveLines } from './curves.ts';
import {
  beside,
  folded,
  nextStep,
  padded,
  room,
  seconds,
  several,
  spread,
  widest,
} from './line.ts';
import { indent, margin, spelled, type Screen } from './screen.ts';
import { drawingLines } from './story.ts';

/** Whose attempt it is. */
export type Attempter = 'person' | 'mob';

export function checkView(
  screen: Screen,
  exercise: Exercise,
  judgement: Judgement,
  standing: Standing,
  by: Attempter = 'person',
): string {
  const { promises, coverage, passed } = judgement;
  const told = toldOf(judgement);
  const missed = promises.every(({ holds }) => holds) ? missedGoals(coverage) : [];
  return indent(
    [
      headline(screen, exercise, judgement, standing),
      '',
      ...promises.flatMap((verdict) =>
        promiseLines(screen, exercise, verdict, verdict === told || passed),
      ),
      ...missed.flatMap((goal) => missedLines(screen, goal)),
      '',
      ...belowPromises(screen, exercise, judgement, by),
    ].join('\n'),
  );
}

function headline(
  screen: Screen,
  exercise: Exercise,
  { passed, durationMs }: Judgement,
  { checks, solvedAtCheck, timeMs }: Standing,
): string {
  const minutes = Math.max(1, Math.ceil(timeMs / 60_000));
  const figures =
    passed && solvedAtCheck === checks
      ? `solved in ${several(minutes, 'minute')}, check ${checks}`
      : `check ${checks}, ${seconds(durationMs)}`;
  const left = `${sign(screen, passed)} ${screen.style.bold(label(exercise))}`;
  return spread(screen, left, screen.style.dim(figures));
}

/** One story is drawn; of what else is broken, its sentence says how. */
function promiseLines(
  screen: Screen,
  exercise: Exercise,
  verdict: PromiseVerdict,
  isTold: boolean,
): string[] {
  const { holds, story, attack, those = [] } = verdict;
  const { text: sentence } = textOf(exercise, verdict.promise);
  const promise = beside(`${sign(screen, holds)} `, sentence, room(screen));
  if (attack) {
    return [...promise, ...attackFigures(screen, exercise, verdict, attack, isTold)];
  }
  if (holds) return promise;
  // What is drawn of mutants is what happens in one of them.
  const shortest =
    story && verdict.unit !== 'mutant'
      ? `; the simplest has ${several(story.steps.length, 'step')}`
      : '';
  const figures = `${brokenText(verdict)}${shortest}${those.length > 0 ? ':' : ''}`;
  const wrong = story ? story.so : verdict.so;
  const isDrawn = isTold && story !== undefined;
  const so = isDrawn || wrong === undefined ? [] : [`so ${wrong}`];
  const dim = (head: string, text: string): string[] =>
    beside(head, screen.style.dim(text), room(screen));
  return [
    ...promise,
    ...dim(margin, figures),
    ...those.flatMap((which) => dim(margin.repeat(2), `one ${which}`)),
    ...so.flatMap((text) => dim(margin, text)),
  ];
}

/** Where nothing happens, every promise holds: a goal that was missed is said as loudly as a breach. */
function missedLines(screen: Screen, { goal, scenario, tried, unit }: Missed): string[] {
  const text = `No ${unit} shows “${goal}”, so that the promises were not put to the test`;
  const figures = `not in ${several(tried, unit)} of: ${scenario}`;
  return [
    ...beside(`${sign(screen, false)} `, text, room(screen)),
    ...beside(margin, screen.style.dim(figures), room(screen)),
  ];
}

function belowPromises(
  screen: Screen,
  exercise: Exercise,
  judgement: Judgement,
  by: Attempter,
): string[] {
  const told = toldOf(judgement);
  if (told) {
    return [
      ...(told.attack ? attackLines(screen, told.attack, told.story) : []),
      ...(told.story && !told.attack ? storyLines(screen, exercise, told.story) : []),
      ...curveLines(screen, judgement.coverage),
      ...printedLines(screen, judgement, whenPrinted(judgement)),
      ...nextStep(screen, textOf(exercise, told.promise).ask, 'stuck? kata hint'),
    ];
  }
  // What somebody set out to break, and broke, is worth as much as a story of what went wrong.
  const trophies = judgement.promises.flatMap(({ attack, story }) => (attack && story) ?? []);
  return [
    ...trophies.flatMap((story) => storyLines(screen, exercise, story, 'harmless')),
    ...curveLines(screen, judgement.coverage),
    ...coverageLines(screen, judgement.coverage),
    '',
    ...printedLines(screen, judgement, whenPrinted(judgement)),
    ...(judgement.passed ? solvedNext(screen, by) : missedNext(screen)),
  ];
}

function solvedNext(screen: Screen, by: Attempter): string[] {
  return nextStep(
    screen,
    by === 'mob'
      ? `the questions at the end of the brief, then ${screen.style.accent('kata mob stop')}`
      : screen.style.accent('kata next'),
    'compare: kata diff --solution',
    'why it holds: kata solution',
  );
}

function missedNext(screen: Screen): string[] {
  return nextStep(screen, 'Why can this never happen with your code?', 'stuck? kata hint');
}

/** @param nearby  what the nearest schedule does that keeps the promise */
function storyLines(
  screen: Screen,
  exercise: Exercise,
  story: Story,
  nearby: 'passes' | 'harmless' = 'passes',
): string[] {
  const width = room(screen) - margin.length;
  const { so = '', passes, token, again } = story;
  const facts: (readonly [string, string])[] = [
    ['so', so],
    ...(passes === undefined ? [] : [[nearby, spelled(screen, passes)] as const]),
    ...(again === undefined ? [] : [['again', again] as const]),
    ...(token === undefined
      ? []
      : [['replay', `kata replay ${writeToken(exercise, token)}`] as const]),
  ];
  const heads = widest(facts.map(([head]) => head));
  const lines = facts.flatMap(([head, text]) =>
    beside(`${padded(screen.style.dim(head), heads)}${margin}`, text, width),
  );
  return [...drawingLines(screen, story), ...lines.map((line) => indent(line)), ''];
}

/** Every schedule prints anew; each line once, and the first of them, are enough to see what it is. */
const printedLinesMost = 8;

function whenPrinted({ coverage }: Judgement): string {
  const isTest = coverage.some(({ unit }) => unit === 'mutant');
  return isTest ? 'in all its runs together' : 'in all schedules together';
}

/** @param when  the schedules in which it was printed */
export function printedLines(
  screen: Screen,
  { output }: { readonly output?: Output },
  when: string,
): string[] {
  if (!output) return [];
  const { dim } = screen.style;
  const width = room(screen) - margin.length;
  const printed = stripVTControlCharacters(output.text).trimEnd().split(/\r?\n/);
  // Where it was cut, the last line is a torso that looks like one more.
  if (output.cutBytes > 0 && printed.length > 1) printed.pop();
  const lines = folded([...new Set(printed)].join('\n'), width - margin.length);
  const more = lines.length > printedLinesMost || output.cutBytes > 0;
  return [
    ...beside(margin, dim(`your code printed, ${when}:`), width),
    ...lines.slice(0, printedLinesMost).map((line) => indent(indent(line.trimEnd()))),
    ...(more ? beside(margin, dim('and more: kata check --json'), width) : []),
    '',
  ];
}

export function sign({ style, symbols }: Screen, holds: boolean): string {
  return holds ? style.good(symbols.holds) : style.bad(symbols.broken);
}

export function textOf(exercise: Exercise, promise: string): PromiseText {
  const found = exercise.promises.find(({ id }) => id === promise);
  if (!found) throw new Error(`${exercise.id} judges ${promise}, which kata.json does not name`);
  return found;
}
