/** The mob's clock and its driver, to be read from the back of the room. */
import { label } from '../domain/catalogue.ts';
import { timeLeft } from '../domain/mob.ts';
import { columnsOf, dotsOf, dotsOfTime, enlarged, type Dots } from './large-text.ts';
import { beside, clockTime, drawingRoom, padded, room, spread } from './line.ts';
import { newsLines } from './mob-remote.ts';
import { peopleLines, turnOverText, verdictLines, type MobState, type Role } from './mob.ts';
import { indent, type Screen } from './screen.ts';

interface Plan {
  /** Or else only who has the keyboard, and who is next. */
  readonly all: boolean;
  /** Columns for each dot of a digit, and of a letter; 0 for what has the usual size. */
  readonly clock: number;
  readonly name: number;
}

const scaleMost = 12;
/** Columns between the clock and the people beside it, and what those need at least. */
const gap = 4;
const peopleLeast = 26;

/**
 * As many lines as there are rows, or fewer. The driver is as large as fits, and the clock larger still.
 * @param note  what the last key led to
 */
export function followView(screen: Screen, rows: number, state: MobState, note = ''): string[] {
  for (const plan of plans(screen, state)) {
    const sections = sectionsOf(screen, state, plan, note);
    const spare = rows - (sections?.flat().length ?? Infinity);
    if (sections && spare >= 0) return spaced(sections, spare).map((line) => indent(line));
  }
  return [indent(`${timeText(state)} ${state.mob.driver ?? ''}`)];
}

/** From the best to the least: who drives in large letters, however little else is said, and then all in small ones. */
function* plans(screen: Screen, { mob }: MobState): Generator<Plan> {
  const letters = mob.driver === undefined ? undefined : dotsOf(mob.driver);
  const names = downTo1(scaleMost - 1).filter((scale) => letters && drawn(screen, letters, scale));
  for (const all of [true, false]) {
    for (const name of names) {
      for (const clock of downTo1(scaleMost)) if (clock > name) yield { all, clock, name };
    }
  }
  for (const all of [true, false]) {
    for (const name of names) yield { all, clock: name, name };
    for (const clock of downTo1(scaleMost)) yield { all, clock, name: 0 };
  }
  yield { all: false, clock: 0, name: 0 };
}

function downTo1(most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => most - index);
}

/** What belongs together, from top to bottom; undefined where the clock does not fit in its size. */
function sectionsOf(
  screen: Screen,
  state: MobState,
  plan: Plan,
  note: string,
): string[][] | undefined {
  const { style } = screen;
  const { mob, exercise } = state;
  const text = timeText(state);
  const dots = dotsOfTime(text);
  const digits = plan.clock === 0 ? [text] : drawn(screen, dots, plan.clock);
  if (!digits) return undefined;
  const letters = (plan.name > 0 && drawn(screen, dotsOf(mob.driver ?? '') ?? [], plan.name)) || [];
  const paint = isOver(state) ? style.bad : mob.pausedSince === undefined ? style.bold : style.dim;
  const clock = digits.map((line) => paint(line));
  const name = letters.map((line) => style.bold(line));
  const roles: readonly Role[] = plan.name > 0 ? ['navigator'] : ['driver', 'navigator'];
  if (!plan.all) return filled([clock, name, peopleLines(screen, mob, roles)]);

  // Of the whole time, not of the dots that have ink just now: else the people would move with it.
  const columns = columnsOf(dots, plan.clock) + gap;
  const left = drawingRoom(screen) - columns;
  const isBeside = left >= peopleLeast;
  const place = isBeside ? { ...screen, columns: Math.min(left, screen.columns) } : screen;
  const people = peopleLines(place, mob, [...roles, 'then']);
  return filled([
    spread(screen, style.bold(label(exercise)), style.dim(`turn ${mob.turns.length}`)).split('\n'),
    isBeside ? sideBySide(clock, people, columns) : clock,
    name,
    isBeside ? [] : people,
    [
      ...stateLines(screen, state),
      ...verdictLines(screen, state),
      ...newsLines(screen, state.shared),
    ],
    note.split('\n').flatMap((line) => line.trim() || []),
    [style.dim('n next   p pause or resume   q quit')],
  ]);
}

function filled(sections: readonly string[][]): string[][] {
  return sections.filter((section) => section.length > 0);
}

/** Undefined where it does not fit the width, or cannot be drawn in that size. */
function drawn(screen: Screen, dots: Dots, scale: number): string[] | undefined {
  return columnsOf(dots, scale) <= drawingRoom(screen) ? enlarged(screen, dots, scale) : undefined;
}

/** With an empty line before each section while there are any to spare, before the first one last. */
function spaced([first = [], ...others]: readonly string[][], spare: number): string[] {
  const below = others.flatMap((section, index) => (index < spare ? ['', ...section] : section));
  return [...(spare > others.length ? [''] : []), ...first, ...below];
}

function isOver({ mob, now }: MobState): boolean {
  return (timeLeft(mob, now) ?? 1) <= 0;
}

/** '3:12'; '-0:05' once the turn is over. */
function timeText({ mob, now }: MobState): string {
  const left = timeLeft(mob, now);
  if (left === undefined) return '-:--';
  return `${left <= 0 ? '-' : ''}${clockTime(Math.abs(left))}`;
}

function stateLines(screen: Screen, state: MobState): string[] {
  const { mob } = state;
  const over = isOver(state) ? [screen.style.bad(turnOverText(mob))] : [];
  const still = mob.pausedSince === undefined ? [] : ['the clock stands still'];
  return [...over, ...still].flatMap((text) => beside('', text, room(screen)));
}

function sideBySide(left: readonly string[], right: readonly string[], columns: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    `${padded(left[row] ?? '', columns)}${right[row] ?? ''}`.trimEnd(),
  );
}
