/** A judgement on a screen: promises first, then the story, then what to do next. */
import { stripVTControlCharacters } from 'node:util';
import type { Bound, Coverage, FaultKind, PromiseVerdict } from '../../lab/index.ts';
import { label } from '../domain/catalogue.ts';
import type { Exercise, PromiseText } from '../domain/exercise.ts';
import type { Judgement } from '../domain/judgement.ts';
import type { Standing } from '../domain/progress.ts';
import { beside, count, folded, nextStep, room, seconds, several, spread, widest } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';
import { storyView } from './story.ts';

export function checkView(
  screen: Screen,
  exercise: Exercise,
  judgement: Judgement,
  standing: Standing,
): string {
  const below = judgement.passed ? passedLines : brokenLines;
  return indent(
    [
      headline(screen, exercise, judgement, standing),
      '',
      ...judgement.promises.flatMap((verdict) => promiseLines(screen, exercise, verdict)),
      '',
      ...below(screen, exercise, judgement),
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

function promiseLines(screen: Screen, exercise: Exercise, verdict: PromiseVerdict): string[] {
  const { holds, brokenIn, schedules, story } = verdict;
  const { text } = textOf(exercise, verdict);
  const promise = beside(`${sign(screen, holds)} `, text, room(screen));
  if (holds) return promise;
  const shortest = story ? `; the shortest has ${several(story.steps.length, 'step')}` : '';
  const figures = `broken in ${count(brokenIn)} of ${several(schedules, 'schedule')}${shortest}`;
  return [...promise, ...beside(margin, screen.style.dim(figures), room(screen))];
}

function brokenLines(screen: Screen, exercise: Exercise, judgement: Judgement): string[] {
  const broken = judgement.promises.filter(({ holds }) => !holds);
  // A broken promise without a story still has a question to ask.
  const told = broken.find(({ story }) => story) ?? broken[0];
  if (!told) throw new Error(`${exercise.id} failed, and every promise holds`);
  return [
    ...(told.story ? storyLines(screen, told.story) : []),
    ...printedLines(screen, judgement),
    ...nextStep(screen, textOf(exercise, told).ask, 'stuck? kata hint'),
  ];
}

function storyLines(screen: Screen, story: NonNullable<PromiseVerdict['story']>): string[] {
  const { style } = screen;
  const width = room(screen) - margin.length;
  const lines = [
    ...beside('', style.dim(`${story.scenario}:`), width),
    '',
    ...storyView(screen, story, width - margin.length).map((line) => indent(line)),
    '',
    ...beside(`${style.dim('so')}      `, story.so ?? '', width),
    ...(story.passes === undefined ? [] : beside(`${style.dim('passes')}  `, story.passes, width)),
  ];
  return [...lines.map((line) => indent(line)), ''];
}

function passedLines(screen: Screen, _exercise: Exercise, judgement: Judgement): string[] {
  const { style } = screen;
  const { coverage } = judgement;
  const width = room(screen);
  const figures = widest(coverage.map(({ schedules }) => count(schedules)));
  return [
    ...beside(margin, style.dim(coverageText(screen, coverage)), width),
    ...coverage.flatMap((each) => scenarioLines(screen, each, figures + 4)),
    '',
    ...printedLines(screen, judgement),
    ...nextStep(
      screen,
      style.accent('kata next'),
      'compare: kata diff --solution',
      'why it holds: kata solution',
    ),
  ];
}

/** Every schedule prints anew; each line once, and the first of them, are enough to see what it is. */
const printedLinesMost = 8;

function printedLines(screen: Screen, { output }: Judgement): string[] {
  if (!output) return [];
  const { dim } = screen.style;
  const width = room(screen) - margin.length;
  const printed = stripVTControlCharacters(output.text).trimEnd().split(/\r?\n/);
  // Where it was cut, the last line is a torso that looks like one more.
  if (output.cutBytes > 0 && printed.length > 1) printed.pop();
  const lines = folded([...new Set(printed)].join('\n'), width - margin.length);
  const more = lines.length > printedLinesMost || output.cutBytes > 0;
  return [
    ...beside(margin, dim('your code printed, in all schedules together:'), width),
    ...lines.slice(0, printedLinesMost).map((line) => indent(indent(line.trimEnd()))),
    ...(more ? beside(margin, dim('and more: kata check --json'), width) : []),
    '',
  ];
}

/** 'all 1,204 inequivalent schedules, with ≤ 1 crash'. Nothing is called all that a search left out. */
function coverageText(screen: Screen, coverage: readonly Coverage[]): string {
  const schedules = coverage.reduce((sum, each) => sum + each.schedules, 0);
  const bounds = boundsText(
    screen,
    coverage.flatMap((each) => each.bounds),
  );
  return coverage.every(({ kind }) => kind === 'exhaustive')
    ? `all ${several(schedules, 'inequivalent schedule')}${bounds}`
    : `${count(schedules)} of many schedules${bounds}`;
}

const searched: Record<Coverage['kind'], string> = {
  exhaustive: '',
  bounded: ', and the search did not come to its end',
  sampled: ', drawn by chance',
};

/** '   4  a double click', and below it how often each of its goals was seen. */
function scenarioLines(
  screen: Screen,
  { scenario, kind, schedules, goals }: Coverage,
  figures: number,
): string[] {
  const { dim } = screen.style;
  const head = `${margin}${count(schedules).padStart(figures)}  `;
  return [
    ...beside(head, dim(`${scenario}${searched[kind]}`), room(screen)),
    ...goals.flatMap(({ goal, seen }) =>
      beside(
        ' '.repeat(head.length + margin.length),
        dim(`${goal} in ${count(seen)} of them`),
        room(screen),
      ),
    ),
  ];
}

const faults: Record<FaultKind, string> = {
  crash: 'crashes',
  'lost response': 'lost responses',
  'unknown outcome': 'unknown outcomes',
  'lock expiry': 'lock expiries',
  'duplicate delivery': 'duplicate deliveries',
  unavailable: 'refusals of third parties',
};

function boundsText({ symbols }: Screen, bounds: readonly Bound[]): string {
  const most = new Map<FaultKind, number>();
  for (const { fault, atMost } of bounds) most.set(fault, Math.max(atMost, most.get(fault) ?? 0));
  const texts = [...most].map(
    ([fault, atMost]) => `${symbols.atMost} ${several(atMost, fault, faults[fault])}`,
  );
  return texts.length === 0 ? '' : `, with ${texts.join(' and ')}`;
}

function sign({ style, symbols }: Screen, holds: boolean): string {
  return holds ? style.good(symbols.holds) : style.bad(symbols.broken);
}

function textOf(exercise: Exercise, { promise }: PromiseVerdict): PromiseText {
  const found = exercise.promises.find(({ id }) => id === promise);
  if (!found) throw new Error(`${exercise.id} judges ${promise}, which kata.json does not name`);
  return found;
}
