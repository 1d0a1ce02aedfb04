/** How a line is filled: every view breaks its texts by these, so that none is wider than the screen. */
import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { margin, type Screen } from './screen.ts';

/** Columns beside the left margin. The last one stays free: some terminals begin a new line at it. */
export function room(screen: Screen): number {
  return screen.columns - margin.length - 1;
}

/** The same for a drawing. */
export function drawingRoom({ columns, drawingColumns = columns }: Screen): number {
  return Math.max(columns, drawingColumns) - margin.length - 1;
}

/** Something at the left end and something at the right, which goes to a line of its own if it must. */
export function spread(screen: Screen, left: string, right: string): string {
  const width = room(screen);
  const lines = beside('', left, width);
  const last = lines.at(-1) ?? '';
  const gap = width - stringWidth(last) - stringWidth(right);
  if (right === '') return lines.join('\n');
  if (gap >= 2) return [...lines.slice(0, -1), last + ' '.repeat(gap) + right].join('\n');
  const below = beside('', right, width).map(
    (line) => ' '.repeat(width - stringWidth(line)) + line,
  );
  return [...lines, ...below].join('\n');
}

/** A short head and a text beside it; what goes on stands below the text, not below the head. */
export function beside(head: string, text: string, width: number): string[] {
  const hang = stringWidth(head);
  const [first = '', ...more] = wrapAnsi(text, width - hang, { hard: true }).split('\n');
  const below = more.map((line) => (line === '' ? '' : ' '.repeat(hang) + line));
  return [first === '' ? head.trimEnd() : head + first, ...below];
}

const betweenAsides = ' '.repeat(6);

/** The one thing to do next, and what can be done as well: beside it, or below it where that is too wide. */
export function nextStep(screen: Screen, what: string, ...asides: readonly string[]): string[] {
  const { style, symbols } = screen;
  const width = room(screen);
  const lines = beside(`${style.accent(symbols.next)} `, what, width);
  // Nothing follows on the last line of a text that was broken.
  let open = lines.length === 1;
  for (const aside of asides.map((text) => style.dim(text))) {
    const wider = `${lines.at(-1)}${betweenAsides}${aside}`;
    if (open && stringWidth(wider) <= width) {
      lines.splice(-1, 1, wider);
    } else {
      const below = beside(' '.repeat(symbols.next.length + 1), aside, width);
      lines.push(...below);
      open = below.length === 1;
    }
  }
  return lines;
}

/** Lines of code: what is too wide goes on below, one step further in; only blanks at the break are lost. */
export function folded(code: string, width: number): string[] {
  return code
    .replaceAll('\t', margin)
    .split(/\r?\n/)
    .flatMap((line) => {
      if (stringWidth(line) <= width) return [line];
      const options = { hard: true, trim: false };
      const parts = wrapAnsi(line, width - margin.length, options).split('\n');
      const [first = '', ...more] = parts.map((part, index) =>
        index < parts.length - 1 ? part.trimEnd() : part,
      );
      // The break may fall into so many blanks that they fill a line, or before a last one.
      return [first, ...more.filter((part) => part.trim() !== '').map((part) => margin + part)];
    });
}

/** Filled up to a width with blanks at its right; colours take no room. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** Columns of the widest one; 0 when there is none. */
export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => stringWidth(text)));
}

/** '1,204'. By hand, because loading a locale for one comma takes as long as all the rest of a screen. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** '1 check', '3 checks'. */
export function several(number: number, thing: string, things = `${thing}s`): string {
  return `${count(number)} ${number === 1 ? thing : things}`;
}

/** '0.9 s'. @param ms milliseconds */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Whole minutes, begun ones not counted. @param ms milliseconds */
export function wholeMinutes(ms: number): number {
  return Math.floor(ms / 60_000);
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** '2 Jan 10:42', by the clock on the wall. @param at milliseconds since the epoch */
export function when(at: number): string {
  const date = new Date(at);
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${date.getDate()} ${months[date.getMonth()]} ${hours}:${minutes}`;
}

/** '4:12'. @param ms milliseconds */
export function clockTime(ms: number): string {
  const all = Math.floor(ms / 1000);
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`;
}
