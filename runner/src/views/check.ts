/** A judgement on a screen: promises first, then the story, then what to do next. */
import stringWidth from 'string-width';
import type { Bound, Coverage, PromiseVerdict } from '../../lab/index.ts';
import { label } from '../domain/catalogue.ts';
import type { Exercise, PromiseText } from '../domain/exercise.ts';
import type { Judgement } from '../domain/judgement.ts';
import type { Standing } from '../domain/progress.ts';
import { count, seconds, several, spread, wholeMinutes } from './line.ts';
import { indent, type Screen } from './screen.ts';
import { storyView } from './story.ts';

export function checkView(
  screen: Screen,
  exercise: Exercise,
  judgement: Judgement,
  standing: Standing,
): string {
  return indent(
    [
      headline(screen, exercise, judgement, standing),
      '',
      ...judgement.promises.flatMap((verdict) => promiseLines(screen, exercise, verdict)),
      ...(judgement.passed
        ? passedLines(screen, exercise, judgement)
        : brokenLines(screen, exercise, judgement)),
    ].join('\n'),
  );
}

function headline(
  { style, symbols, ...screen }: Screen,
  exercise: Exercise,
  judgement: Judgement,
  standing: Standing,
): string {
  const check = `check ${standing.checks}, ${seconds(judgement.durationMs)}`;
  if (!judgement.passed) {
    const left = `${style.bad(symbols.broken)} ${style.bold(label(exercise))}`;
    return spread({ style, symbols, ...screen }, left, style.dim(check));
  }
  const left = `${style.good(symbols.holds)} ${style.bold(label(exercise))}`;
  const first = standing.solvedAtCheck === standing.checks;
  const minutes = Math.max(1, Math.ceil(standing.timeMs / 60_000));
  const right = first ? `solved in ${several(minutes, 'minute')}, check ${standing.checks}` : check;
  return spread({ style, symbols, ...screen }, left, style.dim(right));
}

function promiseLines(screen: Screen, exercise: Exercise, verdict: PromiseVerdict): string[] {
  const { style, symbols } = screen;
  const text = textOf(exercise, verdict).text;
  if (verdict.holds) return [`${style.good(symbols.holds)} ${text}`];
  const shortest = verdict.story
    ? `; the shortest has ${several(verdict.story.steps.length, 'step')}`
    : '';
  const figures = `broken in ${count(verdict.brokenIn)} of ${several(verdict.schedules, 'schedule')}${shortest}`;
  return [`${style.bad(symbols.broken)} ${text}`, indent(style.dim(figures))];
}

function brokenLines(screen: Screen, exercise: Exercise, judgement: Judgement): string[] {
  const { style, symbols } = screen;
  const told = judgement.promises.find((verdict) => !verdict.holds && verdict.story);
  if (!told?.story) return [];
  const next = `${style.accent(symbols.next)} ${textOf(exercise, told).ask}`;
  return [
    '',
    indent(style.dim(`${told.story.scenario}:`)),
    '',
    ...storyView(screen, told.story).map((line) => indent(line)),
    '',
    indent(`${style.dim('so')}  ${told.story.so}`),
    '',
    ...fit(screen, next, style.dim('stuck? kata hint')),
  ];
}

function passedLines(screen: Screen, exercise: Exercise, judgement: Judgement): string[] {
  const { style, symbols } = screen;
  return [
    '',
    indent(style.dim(coverageText(judgement.coverage))),
    ...judgement.coverage.flatMap(scenarioText).map((line) => indent(style.dim(line))),
    '',
    `${style.accent(symbols.next)} kata next        compare: kata diff --solution`,
    indent(`why it holds: kata solution ${exercise.name}`),
  ];
}

/** 'all 1,204 inequivalent schedules, with ≤ 1 crash'. */
function coverageText(coverage: readonly Coverage[]): string {
  const schedules = coverage.reduce((sum, each) => sum + each.schedules, 0);
  const kinds = new Set(coverage.map((each) => each.kind));
  const bounds = boundsText(coverage.flatMap((each) => each.bounds));
  const what = `${several(schedules, 'schedule')}${bounds}`;
  if (kinds.has('sampled')) return `a sample of ${what}`;
  if (kinds.has('bounded')) return `${what}; the search was not finished`;
  return `all ${several(schedules, 'inequivalent schedule')}${bounds}`;
}

/** '   4  a double click', and below it how often each of its goals was seen. */
function scenarioText({ scenario, schedules, goals }: Coverage): string[] {
  const seen = goals.map(({ goal, seen: times }) => `       ${goal} in ${count(times)} of them`);
  return [`${count(schedules).padStart(5)}  ${scenario}`, ...seen];
}

function boundsText(bounds: readonly Bound[]): string {
  const most = new Map<string, number>();
  for (const { fault, atMost } of bounds) most.set(fault, Math.max(atMost, most.get(fault) ?? 0));
  const texts = [...most].map(([fault, atMost]) => `≤ ${several(atMost, fault)}`);
  return texts.length === 0 ? '' : `, with ${texts.join(' and ')}`;
}

/** On one line when it fits, else on two. */
function fit(screen: Screen, left: string, right: string): string[] {
  return stringWidth(left) + stringWidth(right) + 5 <= screen.columns
    ? [`${left}   ${right}`]
    : [left, indent(right)];
}

function textOf(exercise: Exercise, { promise }: PromiseVerdict): PromiseText {
  const found = exercise.promises.find(({ id }) => id === promise);
  if (!found) throw new Error(`${exercise.id} judges ${promise}, which kata.json does not name`);
  return found;
}

/** Working time against the exercise's minutes: '7 of 10 minutes'. */
export function timeText(exercise: Exercise, standing: Standing): string {
  return `${wholeMinutes(standing.timeMs)} of ${exercise.minutes} minutes`;
}
