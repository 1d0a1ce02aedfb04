import { label } from '../domain/catalogue.ts';
import { isModel, type Exercise } from '../domain/exercise.ts';
import type { Judgement } from '../domain/judgement.ts';
import type { Mob } from '../domain/mob.ts';
import type { Standing } from '../domain/progress.ts';
import type { KataError } from '../errors.ts';
import { checkView, type Attempter } from './check.ts';
import { errorView } from './error.ts';
import { clockTime, count, several, spread } from './line.ts';
import { driverText } from './mob.ts';
import { colourless, indent, type Screen } from './screen.ts';

export interface WatchState {
  readonly exercise: Exercise;
  /** As of now, for the clock. */
  readonly standing: Standing;
  /** The one that is on at this exercise. */
  readonly mob:
    | {
        readonly mob: Mob;
        readonly now: number;
        /** What other machines have done that is not laid out here. */
        readonly news: string | undefined;
      }
    | undefined;
  /** Schedules explored so far, while judging. */
  readonly judging: number | undefined;
  /** What the last run ended with. */
  readonly last: Outcome | undefined;
  /** What a key asked for, shown in place of the verdict. */
  readonly page: Page | undefined;
}

export type Outcome =
  | {
      readonly kind: 'judged';
      readonly judgement: Judgement;
      readonly standing: Standing;
      readonly by: Attempter;
    }
  | { readonly kind: 'mistake'; readonly error: KataError };

export interface Page {
  /** The command that prints the same, in full. */
  readonly command: string;
  readonly text: string;
}

/** Each key with its word; the words are shown on the last line. */
const keys = { h: 'hint', d: 'diff', l: 'list', n: 'next', r: 'reset', q: 'quit' } as const;

/** Exactly `rows` lines or fewer: the body above, the clock and the keys at the bottom. */
export function watchView(screen: Screen, rows: number, state: WatchState): string[] {
  const foot = [...statusLine(screen, state).split('\n'), keysLine(screen, state)];
  const room = Math.max(1, rows - foot.length - 1);
  const body = cut(screen, bodyOf(screen, state), room, state.page?.command ?? 'kata check');
  const filler = Array.from({ length: room - body.length + 1 }, () => '');
  return [...body, ...filler, ...foot].slice(-rows);
}

function bodyOf(screen: Screen, state: WatchState): string[] {
  if (state.page) return ['', ...state.page.text.split('\n')];
  if (!state.last) {
    const title = indent(screen.style.bold(state.exercise.title));
    return ['', title, '', ...promisesToCome(screen, state.exercise)];
  }
  if (state.judging === undefined) {
    return ['', ...outcomeView(screen, state.exercise, state.last).split('\n')];
  }
  // Stale from the moment of the save: nobody shall read an old story as the new one.
  const stale = outcomeView({ ...screen, style: colourless }, state.exercise, state.last);
  return ['', ...stale.split('\n').map((line) => screen.style.dim(line))];
}

function promisesToCome({ style, symbols }: Screen, { promises }: Exercise): string[] {
  return promises.map(({ text }) => indent(`${style.dim(symbols.empty)} ${text}`));
}

/** One run's end, as `kata check` would print it. */
export function outcomeView(screen: Screen, exercise: Exercise, outcome: Outcome): string {
  return outcome.kind === 'judged'
    ? checkView(screen, exercise, outcome.judgement, outcome.standing, outcome.by)
    : errorView(screen, outcome.error);
}

function statusLine(screen: Screen, state: WatchState): string {
  const { exercise, standing, mob, judging, page } = state;
  const { style } = screen;
  const clock = mob
    ? driverText(mob.mob, mob.now)
    : `${clockTime(standing.timeMs)} of ${clockTime(exercise.minutes * 60_000)}`;
  const left = `${style.bold(label(exercise))}   ${clock}`;
  const right =
    judging === undefined
      ? page
        ? 'any other key: back'
        : (mob?.news ?? '')
      : judging === 0
        ? 'judging…'
        : `judging…  ${several(judging, isModel(exercise) ? 'state' : 'schedule')}`;
  return indent(spread(screen, left, style.dim(right)));
}

function keysLine({ style }: Screen, { judging, last }: WatchState): string {
  const solved = judging === undefined && last?.kind === 'judged' && last.judgement.passed;
  const shown = Object.entries(keys).map(([key, word]) => {
    const text = `${key} ${word}`;
    return solved && key === 'n' ? style.accent(text) : style.dim(text);
  });
  return indent(shown.join('   '));
}

/** The last lines sum up the story and say what to do next; the cut takes from what stands before. */
const tailMost = 7;

function cut({ style }: Screen, lines: string[], room: number, command: string): string[] {
  if (lines.length <= room) return lines;
  const tail = Math.max(1, Math.min(tailMost, Math.floor(room / 2)));
  const head = Math.max(0, room - tail - 1);
  const hidden = lines.length - head - tail;
  const note = indent(style.dim(`… ${count(hidden)} more lines: ${command}`));
  return [...lines.slice(0, head), note, ...lines.slice(-tail)].slice(0, room);
}
