/** Where you are, and the one thing to do next. */
import { label, type Catalogue } from '../domain/catalogue.ts';
import { modules, type Exercise, type PromiseText } from '../domain/exercise.ts';
import type { Standing, State } from '../domain/progress.ts';
import { timeText } from './check.ts';
import { count, several, spread } from './line.ts';
import { indent, type Screen, type Symbols } from './screen.ts';

/** The exercise at hand, or the next one when nothing was begun or all that was begun is solved. */
export type Place =
  | { readonly kind: 'at'; readonly exercise: Exercise; readonly standing: Standing }
  | { readonly kind: 'next'; readonly exercise: Exercise }
  | { readonly kind: 'done' };

export function homeView(
  screen: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
  place: Place,
): string {
  const { style } = screen;
  const solved = [...standings.values()].filter(({ state }) => state === 'solved').length;
  return indent(
    [
      spread(screen, style.bold('Rock-solid software'), `${solved} of ${catalogue.length} solved`),
      '',
      ...moduleRows(screen, catalogue, standings),
      '',
      ...placeLines(screen, place),
    ].join('\n'),
  );
}

/** Two modules to a row, a dot for each exercise. */
function moduleRows(
  { symbols, style }: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
): string[] {
  const cells = modules.map(({ name, label: title }) => {
    const dots = catalogue
      .filter((exercise) => exercise.module === name)
      .map((exercise) => symbolOf(symbols, standings.get(exercise.name)?.state));
    return dots.length === 0 ? undefined : { title: title.padEnd(11), dots: dots.join(' ') };
  });
  const columnOf = (wanted: readonly number[]): string[] =>
    wanted.flatMap((index) => {
      const cell = cells[index];
      return cell ? [`${style.dim(cell.title)}${cell.dots}`.padEnd(style.dim('').length + 27)] : [];
    });
  const left = columnOf([0, 1, 2]);
  const right = columnOf([3, 4]);
  return left.map((cell, index) => `${cell}${right[index] ?? ''}`.trimEnd());
}

function placeLines(screen: Screen, place: Place): string[] {
  const { style, symbols } = screen;
  switch (place.kind) {
    case 'done':
      return [
        'Every exercise is solved.',
        '',
        `${style.accent(symbols.next)} kata list shows them; kata goto NAME opens any of them again`,
      ];
    case 'next':
      return [
        style.bold(label(place.exercise)),
        place.exercise.promises[0]?.text ?? place.exercise.title,
        '',
        `${style.accent(symbols.next)} kata next`,
        ...talk(screen, place.exercise),
      ];
    case 'at': {
      const { exercise, standing } = place;
      const figures = `${several(standing.checks, 'check')}, ${timeText(exercise, standing)}`;
      return [
        spread(screen, style.bold(label(exercise)), style.dim(figures)),
        ...whereItStands(screen, exercise, standing),
        '',
        ...whatNext(screen, exercise, standing),
      ];
    }
  }
}

function whereItStands(screen: Screen, exercise: Exercise, { last }: Standing): string[] {
  const { style } = screen;
  const promise = promiseToShow(exercise, last?.broken);
  if (!last) return [spread(screen, promise.text, style.dim('not checked yet'))];
  if (last.broken === undefined) return [style.good('all promises hold')];
  const figures = `broken in ${count(last.brokenIn ?? 0)} of ${several(last.schedules, 'schedule')}`;
  return [spread(screen, promise.text, style.bad(figures))];
}

function whatNext(screen: Screen, exercise: Exercise, standing: Standing): string[] {
  const { style, symbols } = screen;
  const file = `workspace/${exercise.id}/${exercise.entry}`;
  return [
    `${style.accent(symbols.next)} edit ${style.accent(file)}, then ${style.accent('kata check')}`,
    indent(
      style.dim(
        `stuck? kata hint (${standing.hints} of ${exercise.hints.length} taken)      the brief: kata goto ${exercise.name}`,
      ),
    ),
    ...talk(screen, exercise),
  ];
}

function talk({ style }: Screen, exercise: Exercise): string[] {
  return exercise.lecture === undefined
    ? []
    : [indent(style.dim(`the talk before it: kata lecture ${exercise.number}`))];
}

function promiseToShow(exercise: Exercise, broken: string | undefined): PromiseText {
  const shown = exercise.promises.find(({ id }) => id === (broken ?? exercise.breaks));
  if (!shown) throw new Error(`${exercise.id} has no promise ${broken ?? exercise.breaks}`);
  return shown;
}

function symbolOf(symbols: Symbols, state: State | undefined): string {
  switch (state) {
    case 'solved':
      return symbols.full;
    case 'open':
      return symbols.half;
    default:
      return symbols.empty;
  }
}
