/** A failing execution as a space-time diagram: lifelines on the left, what happened on the right. */
import stringWidth from 'fast-string-width';
import type { SourceLine, Step, Story } from '../../lab/index.ts';
import { beside, padded, widest } from './line.ts';
import { plain, type Screen } from './screen.ts';

/** A lifeline's column is at least so wide that an arrow to the next one has a shaft. */
const laneColumnsLeast = 7;
/** Below this, what happened would not fit beside the lifelines. */
const textColumnsLeast = 30;
/** Between the lifelines and the text. */
const gap = '  ';

/** The lines of the story, each at most `width` columns, without the sentence that sums it up. */
export function storyView(screen: Screen, story: Story, width: number): string[] {
  const lanes = lanesOf(story);
  const places = placesOf(story);
  const columns = width - lanes.width - gap.length;
  const least = Math.max(textColumnsLeast, widest([places.title, ...places.texts]));
  return screen.symbols === plain || columns < least
    ? told(screen, story, width)
    : drawn(screen, story, lanes, places, columns);
}

/** One sentence a step: for screen readers, logs, narrow terminals and those without line drawing. */
function told({ style }: Screen, { steps }: Story, width: number): string[] {
  return steps.flatMap((step, index) => {
    const who = 'from' in step ? `${step.from} to ${step.to}` : step.on;
    const where = step.at ? `  ${style.dim(fileAndLine(step.at))}` : '';
    return beside(`${String(index + 1).padStart(2)}. `, `${who}: ${textOf(step)}${where}`, width);
  });
}

function drawn(
  { style }: Screen,
  { steps }: Story,
  lanes: Lanes,
  places: Places,
  columns: number,
): string[] {
  const idle = [...' '.repeat(lanes.width)];
  for (const at of lanes.at.values()) idle[at] = '│';
  const head = `${lanes.names}${gap}${places.title.padStart(columns)}`.trimEnd();
  const lines = [style.bold(head), style.dim(idle.join('').trimEnd())];
  for (const step of steps) {
    const paint = step.kind === 'fault' ? style.bad : asItIs;
    const texts = textAndPlace(textOf(step), step.at ? places.of(step.at) : '', columns);
    for (const [index, text] of texts.entries()) {
      const row = index === 0 ? marked(idle, step, lanes) : idle;
      // Lifelines step back, arrows stand out.
      const drawing = row
        .join('')
        .replace(/│/g, (line) => style.dim(line))
        .replace(/✖/, (mark) => style.bad(mark));
      lines.push(`${drawing}${gap}${paint(text)}`);
    }
  }
  return lines;
}

/** The lifelines with a step's arrow or mark on them. */
function marked(idle: readonly string[], step: Step, lanes: Lanes): string[] {
  const row = [...idle];
  if (!('from' in step)) {
    row[laneAt(lanes, step.on)] = step.kind === 'fault' ? '✖' : '•';
    return row;
  }
  const from = laneAt(lanes, step.from);
  const to = laneAt(lanes, step.to);
  const right = from < to;
  for (let column = Math.min(from, to) + 1; column < Math.max(from, to); column += 1) {
    row[column] = row[column] === '│' ? '┼' : '─';
  }
  row[from] = right ? '├' : '┤';
  row[right ? to - 1 : to + 1] = right ? '►' : '◄';
  return row;
}

/** What stands to the right of a step; its line goes to the right end of the first row that has room. */
function textAndPlace(text: string, place: string, columns: number): string[] {
  const indented = beside('', text, columns - gap.length).map((row, index) =>
    index === 0 ? row : gap + row,
  );
  const rows = stringWidth(text) <= columns ? beside('', text, columns) : indented;
  if (place === '') return rows;
  const spare = rows.findIndex((row) => stringWidth(row) + gap.length + place.length <= columns);
  if (spare < 0) return [...rows, place.padStart(columns)];
  return rows.map((row, index) =>
    index === spare ? padded(row, columns - stringWidth(place)) + place : row,
  );
}

interface Lanes {
  /** Columns that all lifelines take. */
  readonly width: number;
  /** The column of each lifeline, by its name. */
  readonly at: ReadonlyMap<string, number>;
  /** The names, each above the middle of its column. */
  readonly names: string;
}

/** Who takes part in some step, from left to right. */
function lanesOf({ lanes, steps }: Story): Lanes {
  const at = new Map<string, number>();
  let names = '';
  for (const lane of lanes.filter((name) => steps.some((step) => touches(step, name)))) {
    const start = stringWidth(names);
    const width = Math.max(laneColumnsLeast, stringWidth(lane) + 2);
    const middle = Math.floor(width / 2);
    at.set(lane, start + middle);
    const before = ' '.repeat(middle - Math.floor(stringWidth(lane) / 2));
    names = padded(`${names}${before}${lane}`, start + width);
  }
  return { width: stringWidth(names), at, names };
}

function laneAt({ at }: Lanes, lane: string): number {
  const column = at.get(lane);
  if (column === undefined) throw new Error(`${lane} is no lane of its story`);
  return column;
}

interface Places {
  /** The name of the one file in which the whole story plays; empty when there are several or none. */
  readonly title: string;
  readonly of: (at: SourceLine) => string;
  /** All that stand beside a step. */
  readonly texts: readonly string[];
}

/** When the whole story plays in one file, its name stands once, in the first row. */
function placesOf({ steps }: Story): Places {
  const lines = steps.flatMap((step) => step.at ?? []);
  const [file = '', ...others] = new Set(lines.map((at) => at.file));
  const title = others.length === 0 ? file : '';
  const of = title === '' ? fileAndLine : lineOnly;
  return { title, of, texts: lines.map(of) };
}

const lineOnly = ({ line }: SourceLine): string => `:${line}`;
const fileAndLine = ({ file, line }: SourceLine): string => `${file}:${line}`;

function textOf(step: Step): string {
  if (!('from' in step) || step.effect === undefined) return step.text;
  return step.effect.startsWith('refused')
    ? `${step.text} ${step.effect}`
    : `${step.text}: ${step.effect}`;
}

function touches(step: Step, lane: string): boolean {
  return 'from' in step ? step.from === lane || step.to === lane : step.on === lane;
}

const asItIs = (text: string): string => text;
