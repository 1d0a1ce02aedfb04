/** An execution as a space-time diagram: lifelines on the left, what happened on the right. */
import stringWidth from 'fast-string-width';
import type { SourceLine, Step, Story } from '../../lab/index.ts';
import { beside, drawingRoom, padded, room, widest } from './line.ts';
import { indent, margin, plain, type Screen, type Style } from './screen.ts';

/**
 * How the names stand above their lifelines: in one row, or in several, one lower than the other, which
 * lets the lifelines come closer together. An arrow between the closest ones still has a shaft.
 */
const layouts: readonly Layout[] = [
  { rows: 1, apartLeast: 7 },
  { rows: 2, apartLeast: 5 },
  { rows: 3, apartLeast: 4 },
];

interface Layout {
  readonly rows: number;
  /** Columns from one lifeline to the next. */
  readonly apartLeast: number;
}

/** Below this, what happened would not fit beside the lifelines. */
const textColumnsLeast = 30;
/** Above this, the eye would not find from a step to its line. */
const textColumnsMost = 64;
/** Between the lifelines and the text. */
const gap = '  ';

/** A story below the name of its situation, with an empty line behind it. */
export function drawingLines(screen: Screen, story: Story): string[] {
  const inset = indent(margin);
  const width = room(screen) - inset.length;
  const drawing = storyView(screen, story, width, drawingRoom(screen) - inset.length);
  return [
    ...beside(margin, screen.style.dim(`${story.scenario}:`), room(screen)),
    '',
    ...drawing.map((line) => indent(line, inset)),
    '',
  ];
}

/**
 * The lines of the story, without the sentence that sums it up.
 * @param width columns for sentences; a drawing may have more
 */
export function storyView(
  screen: Screen,
  story: Story,
  width: number,
  drawingWidth = width,
): string[] {
  const places = placesOf(story);
  const least = Math.max(textColumnsLeast, widest([places.title, ...places.texts]));
  const drawings = layouts.flatMap((layout) => {
    const lanes = lanesOf(story, layout);
    const columns = drawingWidth - lanes.width - gap.length;
    const text = Math.max(least, Math.min(columns, textColumnsMost));
    return columns < least ? [] : [drawn(screen.style, story, lanes, places, text)];
  });
  const [first, ...others] = drawings;
  if (screen.symbols === plain || !first) return told(screen, story, width);
  // Several rows of names are worth it where they save more lines of text than they take.
  return others.reduce((best, each) => (each.length < best.length ? each : best), first);
}

/** One sentence a step: for screen readers, logs, narrow terminals and those without line drawing. */
function told({ style }: Screen, story: Story, width: number): string[] {
  const { steps } = story;
  return steps.flatMap((step, index) => {
    const alone = byItselfBefore(story, index) ? beside('    ', style.dim(byItself), width) : [];
    const who = 'from' in step ? `${step.from} to ${step.to}` : step.on;
    const where = step.at ? `  ${style.dim(fileAndLine(step.at))}` : '';
    const text = textOf(step, style);
    return [
      ...alone,
      ...beside(`${String(index + 1).padStart(2)}. `, `${who}: ${text}${where}`, width),
    ];
  });
}

function drawn(
  style: Style,
  story: Story,
  lanes: Lanes,
  places: Places,
  columns: number,
): string[] {
  const idle = [...' '.repeat(lanes.width)];
  for (const at of lanes.at.values()) idle[at] = lifeline;
  const lines = [...headLines(style, lanes, places, columns), style.dim(idle.join('').trimEnd())];
  for (const [index, step] of story.steps.entries()) {
    if (byItselfBefore(story, index)) lines.push(style.dim(`${idle.join('')}${gap}${byItself}`));
    const place = step.at ? places.of(step.at) : '';
    const texts = textAndPlace(style, textOf(step, style), place, columns);
    for (const [line, text] of texts.entries()) {
      const row = line === 0 ? marked(idle, step, lanes) : idle;
      // Lifelines step back, arrows stand out.
      const drawing = row
        .join('')
        .replaceAll(lifeline, (line) => style.dim(line))
        .replace(/[✖!]/, (mark) => style.bad(mark));
      lines.push(`${drawing}${gap}${text}`);
    }
  }
  return lines;
}

/** Between what somebody chose and what came of it. */
const byItself = 'by itself from here on:';

function byItselfBefore({ steps, byItself: from }: Story, index: number): boolean {
  if (from === undefined || steps[index]!.event < from) return false;
  return index === 0 || steps[index - 1]!.event < from;
}

const lifeline = '│';
const signs = { crash: '✖', fault: '!', restart: '⟳', note: '•' } as const;

/** A crash ends something; after any other fault all goes on. */
function signOf(step: Exclude<Step, { from: string }>): string {
  return step.kind === 'fault' && step.fault === 'crash' ? signs.crash : signs[step.kind];
}

/** The names, and at the right end of their first row the file in which the story plays. */
function headLines(
  style: Style,
  { names, width }: Lanes,
  { title }: Places,
  columns: number,
): string[] {
  return names.map((row, index) => {
    const file = index === 0 && title !== '' ? gap + title.padStart(columns) : '';
    return `${padded(row, width)}${file}`
      .trimEnd()
      .split(lifeline)
      .map((part) => (part === '' ? part : style.bold(part)))
      .join(style.dim(lifeline));
  });
}

/** The lifelines with a step's arrow or mark on them. */
function marked(idle: readonly string[], step: Step, lanes: Lanes): string[] {
  const row = [...idle];
  if (!('from' in step)) {
    row[laneAt(lanes, step.on)] = signOf(step);
    return row;
  }
  const from = laneAt(lanes, step.from);
  const to = laneAt(lanes, step.to);
  const right = from < to;
  for (let column = Math.min(from, to) + 1; column < Math.max(from, to); column += 1) {
    row[column] = row[column] === lifeline ? '┼' : '─';
  }
  row[from] = right ? '├' : '┤';
  row[right ? to - 1 : to + 1] = right ? '►' : '◄';
  return row;
}

/** What stands to the right of a step; its line goes to the right end of the first row that has room. */
function textAndPlace(style: Style, text: string, place: string, columns: number): string[] {
  const indented = beside('', text, columns - gap.length).map((row, index) =>
    index === 0 ? row : gap + row,
  );
  const rows = stringWidth(text) <= columns ? beside('', text, columns) : indented;
  if (place === '') return rows;
  const spare = rows.findIndex((row) => stringWidth(row) + gap.length + place.length <= columns);
  if (spare < 0) return [...rows, style.dim(place.padStart(columns))];
  return rows.map((row, index) =>
    index === spare ? padded(row, columns - stringWidth(place)) + style.dim(place) : row,
  );
}

interface Lanes {
  /** Columns that all lifelines take. */
  readonly width: number;
  /** The column of each lifeline, by its name. */
  readonly at: ReadonlyMap<string, number>;
  /** The rows of names; the lifelines of those above go through the lower ones. */
  readonly names: readonly string[];
}

interface Placed {
  readonly name: string;
  readonly row: number;
  readonly at: number;
  /** The first column of the name, and the one behind its last. */
  readonly start: number;
  readonly end: number;
}

/** Who takes part in some step, from left to right, each as far to the left as the names allow. */
function lanesOf({ lanes, steps }: Story, { rows, apartLeast }: Layout): Lanes {
  const placed: Placed[] = [];
  for (const name of lanes.filter((each) => steps.some((step) => touches(step, each)))) {
    const row = placed.length % rows;
    const width = stringWidth(name);
    const half = Math.floor(width / 2);
    const last = placed.at(-1);
    const at = Math.max(
      half + 1,
      (last?.at ?? -apartLeast) + apartLeast,
      ...placed.map((each) => leftMost(each, row, half)),
    );
    placed.push({ name, row, at, start: at - half, end: at - half + width });
  }
  return {
    width: Math.max(0, ...placed.map(({ at, end }) => Math.max(at + 1, end))) + 1,
    at: new Map(placed.map(({ name, at }) => [name, at])),
    names: Array.from({ length: Math.min(rows, placed.length) }, (_, row) =>
      placed.reduce((line, each) => {
        if (each.row === row) return padded(line, each.start) + each.name;
        return each.row < row ? padded(line, each.at) + lifeline : line;
      }, ''),
    ),
  };
}

/** How far to the left a lifeline may stand, for the sake of one name or lifeline that is there already. */
function leftMost({ row, at, end }: Placed, ownRow: number, half: number): number {
  if (row === ownRow) return end + gap.length + half;
  // The lower name must not touch the lifeline of the upper one.
  return row < ownRow ? at + 2 + half : end + 1;
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

/** A fault is red; of all else, only what changed stands out. */
function textOf(step: Step, { bad, bold }: Style): string {
  if (!('from' in step)) return step.kind === 'fault' ? bad(step.text) : step.text;
  const { text, effect, changes } = step;
  if (effect === undefined) return text;
  if (effect.startsWith('refused')) return `${text} ${effect}`;
  return `${text}: ${changes ? bold(effect) : effect}`;
}

function touches(step: Step, lane: string): boolean {
  return 'from' in step ? step.from === lane || step.to === lane : step.on === lane;
}
