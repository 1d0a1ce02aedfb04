/** The mob's clock, to be read from the back of the room. */
import { label } from '../domain/catalogue.ts';
import { timeLeft } from '../domain/mob.ts';
import { clockTime, padded, room, widest } from './line.ts';
import { leftText, peopleLines, verdictLines, type MobState } from './mob.ts';
import { newsLines } from './mob-remote.ts';
import { indent, plain, type Screen } from './screen.ts';

/** Five rows of five columns each. */
const glyphs: Readonly<Record<string, readonly string[]>> = {
  '0': ['█████', '█   █', '█   █', '█   █', '█████'],
  '1': ['  ██ ', ' █ █ ', '   █ ', '   █ ', ' ████'],
  '2': ['█████', '    █', '█████', '█    ', '█████'],
  '3': ['█████', '    █', ' ████', '    █', '█████'],
  '4': ['█   █', '█   █', '█████', '    █', '    █'],
  '5': ['█████', '█    ', '█████', '    █', '█████'],
  '6': ['█████', '█    ', '█████', '█   █', '█████'],
  '7': ['█████', '    █', '   █ ', '  █  ', '  █  '],
  '8': ['█████', '█   █', '█████', '█   █', '█████'],
  '9': ['█████', '█   █', '█████', '    █', '█████'],
  ':': ['  ', '█ ', '  ', '█ ', '  '],
  '-': ['    ', '    ', '████', '    ', '    '],
};
const scaleMost = 4;

/** As many rows as there are, or fewer: the clock as large as fits, the people beside or below it. */
export function followView(screen: Screen, rows: number, state: MobState, note?: string): string[] {
  const { style } = screen;
  const left = timeLeft(state.mob, state.now) ?? 0;
  const over = left <= 0;
  const people = [style.bold(label(state.exercise)), '', ...peopleLines(screen, state.mob)];
  const rest = [
    leftText(state.mob, state.now),
    '',
    ...verdictLines(screen, state),
    ...newsLines(screen, state.shared),
    ...(note === undefined ? [] : ['', ...note.split('\n').map((line) => line.trim())]),
    '',
    style.dim('n next   p pause or resume   q quit'),
  ];
  const text = `${over ? '-' : ''}${clockTime(Math.abs(left))}`;
  const width = room(screen);
  for (let scale = scaleMost; scale >= 1; scale -= 1) {
    const digits = drawn(screen, text, scale);
    const besides = widest(digits) + gap + widest(people) <= width;
    const top = besides ? sideBySide(digits, people) : [...digits, '', ...people];
    const lines = ['', ...top, '', ...rest];
    if (widest(digits) > width || lines.length > rows) continue;
    const shown = over
      ? lines.map((line, at) => (isDigit(at, digits) ? style.bad(line) : line))
      : lines;
    return shown.map((line) => indent(line));
  }
  return ['', text, '', ...people, '', ...rest].slice(0, rows).map((line) => indent(line));
}

const gap = 6;

/** The first row is empty, then come the digits. */
function isDigit(at: number, digits: readonly string[]): boolean {
  return at >= 1 && at <= digits.length;
}

function drawn({ symbols }: Screen, text: string, scale: number): string[] {
  const wide = 2 * scale;
  const rows = Array.from({ length: 5 }, (_, row) =>
    [...text]
      .map((sign) => glyphs[sign]?.[row] ?? '')
      .join(' ')
      .replace(/./gu, (cell) => cell.repeat(wide))
      .trimEnd(),
  );
  const tall = rows.flatMap((row) => Array.from({ length: scale }, () => row));
  return symbols === plain ? tall.map((row) => row.replaceAll('█', '#')) : tall;
}

function sideBySide(left: readonly string[], right: readonly string[]): string[] {
  const width = widest(left) + gap;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    `${padded(left[row] ?? '', width)}${right[row] ?? ''}`.trimEnd(),
  );
}
