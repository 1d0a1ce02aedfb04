/** Where you are, and the one thing to do next. */
import { label, type Catalogue } from '../domain/catalogue.ts';
import { modules, type Exercise } from '../domain/exercise.ts';
import type { Standing, State } from '../domain/progress.ts';
import { brokenText } from './coverage.ts';
import { beside, nextStep, padded, room, several, spread, wholeMinutes, widest } from './line.ts';
import { indent, type Screen, type Symbols } from './screen.ts';

/** The exercise at hand, or the next one when nothing was begun or all that was begun is solved. */
export type Place =
  | { readonly kind: 'at'; readonly exercise: Exercise; readonly standing: Standing }
  | { readonly kind: 'next'; readonly exercise: Exercise }
  /** A mob is on, and has solved this. */
  | { readonly kind: 'mob done'; readonly exercise: Exercise }
  | { readonly kind: 'done' };

export function homeView(
  screen: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
  place: Place,
  mob?: string,
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
      ...(mob === undefined ? [] : ['', spread(screen, `a mob is on: ${mob}`, 'kata mob status')]),
    ].join('\n'),
  );
}

/** So many modules stand below each other before the others go beside them. */
const modulesBelow = 3;

/** The modules in two columns, a dot for each exercise; in one where two are too wide. */
function moduleRows(
  screen: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
): string[] {
  const { symbols, style } = screen;
  const title = widest(modules.map((module) => module.label)) + 3;
  const cells = modules.flatMap((module) => {
    const dots = catalogue
      .filter((exercise) => exercise.module === module.name)
      .map((exercise) => symbolOf(symbols, standings.get(exercise.name)?.state));
    const head = style.dim(module.label.padEnd(title));
    return dots.length === 0 ? [] : [{ head, dots: dots.join(' ') }];
  });
  const left = cells.slice(0, modulesBelow).map(({ head, dots }) => head + dots);
  const right = cells.slice(modulesBelow).map(({ head, dots }) => head + dots);
  const column = widest(left) + 5;
  if (column + widest(right) > room(screen)) {
    return cells.flatMap(({ head, dots }) => beside(head, dots, room(screen)));
  }
  return left.map((cell, index) => {
    const other = right[index];
    return other === undefined ? cell : padded(cell, column) + other;
  });
}

function placeLines(screen: Screen, place: Place): string[] {
  const { style } = screen;
  switch (place.kind) {
    case 'done':
      return [
        'Every exercise is solved.',
        '',
        ...nextStep(
          screen,
          `${style.accent('kata list')} shows them; kata goto NAME opens any of them again`,
        ),
      ];
    case 'mob done':
      return [
        ...beside('', `The mob has solved ${style.bold(label(place.exercise))}.`, room(screen)),
        '',
        ...nextStep(
          screen,
          `${style.accent('kata mob stop')} ends it and brings your own work back`,
          `the brief with its questions: kata goto ${twoDigits(place.exercise)}`,
        ),
      ];
    case 'next':
      return [
        ...beside('', style.bold(label(place.exercise)), room(screen)),
        ...beside('', promiseOf(place.exercise, place.exercise.breaks[0]), room(screen)),
        '',
        ...nextStep(screen, style.accent('kata next'), ...talk(place.exercise)),
      ];
    case 'at':
      return [
        ...whereItStands(screen, place.exercise, place.standing),
        '',
        ...whatNext(screen, place),
      ];
  }
}

function whereItStands(screen: Screen, exercise: Exercise, standing: Standing): string[] {
  const { style } = screen;
  const { checks, last, timeMs } = standing;
  const time = `${wholeMinutes(timeMs)} of ${exercise.minutes} minutes`;
  const title = spread(
    screen,
    style.bold(label(exercise)),
    style.dim(`${several(checks, 'check')}, ${time}`),
  );
  // An exercise may have been given other promises since it was last checked.
  if (last?.missed !== undefined) {
    const goal = `No ${last.unit ?? 'schedule'} shows “${last.missed}”`;
    return [title, spread(screen, goal, style.bad('not put to the test'))];
  }
  const known = exercise.promises.some(({ id }) => id === last?.broken);
  if (last?.broken === undefined || !known) {
    const promise = promiseOf(exercise, exercise.breaks[0]);
    return [title, spread(screen, promise, style.dim('not checked yet'))];
  }
  const { brokenIn = 0, schedules: tried, unit = 'schedule' } = last;
  const figures = brokenText({ brokenIn, tried, unit });
  return [title, spread(screen, promiseOf(exercise, last.broken), style.bad(figures))];
}

function whatNext(
  screen: Screen,
  { exercise, standing }: Extract<Place, { kind: 'at' }>,
): string[] {
  const { accent } = screen.style;
  const file = `workspace/${exercise.id}/${exercise.entry}`;
  return nextStep(
    screen,
    `edit ${accent(file)}, then ${accent('kata check')}`,
    `stuck? kata hint (${standing.hints} of ${exercise.hints.length} taken)`,
    ...talk(exercise),
    `the brief: kata goto ${twoDigits(exercise)}`,
  );
}

function talk(exercise: Exercise): string[] {
  return exercise.lecture === undefined
    ? []
    : [`the talk before it: kata lecture ${twoDigits(exercise)}`];
}

function twoDigits({ number }: Exercise): string {
  return String(number).padStart(2, '0');
}

function promiseOf(exercise: Exercise, promise: string): string {
  const found = exercise.promises.find(({ id }) => id === promise);
  if (!found) throw new Error(`${exercise.id} has no promise ${promise}`);
  return found.text;
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
