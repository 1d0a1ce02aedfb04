/** Words in letters as large as one likes, for whoever sits at the back of the room. */
import figlet from 'figlet';
import font from 'figlet/fonts/ANSI Compact';
import { plain, type Screen } from './screen.ts';

/** Rows of dots. A dot is as wide as a column and half as high as a row, which makes it about a square. */
export type Dots = readonly (readonly boolean[])[];

const fontName = 'ANSI Compact';
figlet.parseFont(fontName, font);

/** Undefined where the font lacks a letter. */
export function dotsOf(text: string): Dots | undefined {
  const letters = [...text.normalize('NFC')];
  const isUnknown = (letter: string): boolean => letter !== ' ' && linesOf(letter).every(isBlank);
  return letters.some(isUnknown) ? undefined : asDots(linesOf(letters.join('')));
}

/** The time on a clock: all its digits are equally wide, so that nothing moves while it runs. */
export function dotsOfTime(text: string): Dots {
  const signs = [...text].map((sign) => {
    const lines = flushLeft(linesOf(sign));
    const width = /\d/.test(sign) ? digitColumns : widthOf(lines);
    const before = ' '.repeat(Math.floor((width - widthOf(lines)) / 2));
    return lines.map((line) => (before + line).padEnd(width + 1));
  });
  const rows = linesOf('').map((_, row) => signs.map((lines) => lines[row] ?? '').join(''));
  return asDots(rows, (rows[0]?.length ?? 1) - 1);
}

function linesOf(text: string): readonly string[] {
  return figlet.textSync(text, { font: fontName }).split('\n');
}

const digitColumns = Math.max(...[...'0123456789'].map((digit) => widthOf(linesOf(digit))));

function flushLeft(lines: readonly string[]): readonly string[] {
  const inset = Math.min(
    ...lines.filter((line) => !isBlank(line)).map((line) => line.search(/\S/)),
  );
  return lines.map((line) => line.slice(inset).trimEnd());
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.trimEnd().length));
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

/** Without the empty rows above and below. */
function asDots(lines: readonly string[], width = widthOf(lines)): Dots {
  const dots = lines.flatMap((line) => {
    const cells = Array.from({ length: width }, (_, column) => line[column] ?? ' ');
    return ['█▀', '█▄'].map((half) => cells.map((cell) => half.includes(cell)));
  });
  const hasInk = (row: readonly boolean[]): boolean => row.includes(true);
  return dots.slice(dots.findIndex(hasInk), dots.findLastIndex(hasInk) + 1);
}

/** @param scale  columns for each dot */
export function columnsOf(dots: Dots, scale: number): number {
  return (dots[0]?.length ?? 0) * scale;
}

/** Lines of text; undefined where the screen's signs cannot draw that size. @param scale  columns for each dot */
export function enlarged({ symbols }: Screen, dots: Dots, scale: number): string[] | undefined {
  // No plain sign fills the upper half of a row only.
  if (symbols === plain && scale % 2 === 1) return undefined;
  const enlarge = <T>(all: readonly T[]): T[] =>
    all.flatMap((each) => Array.from({ length: scale }, () => each));
  const rows = enlarge(dots.map(enlarge));
  const ink = symbols === plain ? '#' : '█';
  return Array.from({ length: Math.ceil(rows.length / 2) }, (_, index) => {
    const [upper = [], lower = []] = [rows[2 * index], rows[2 * index + 1]];
    return upper
      .map((dot, column) => (lower[column] === true ? (dot ? ink : '▄') : dot ? '▀' : ' '))
      .join('')
      .trimEnd();
  });
}
