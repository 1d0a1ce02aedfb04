/** A failing execution as a space-time diagram: lifelines on the left, what happened on the right. */
import stringWidth from 'string-width';
import type { SourceLine, Step, Story } from '../../lab/index.ts';
import { plain, type Screen } from './screen.ts';

/** Between two lifelines. Wide enough for 'click 1' and 'web #1'. */
const laneGapLeast = 7;
const laneGapMost = 12;
/** Below this, what happened would not fit beside the lifelines. */
const textColumnsLeast = 30;

/** The lines of the story, without the sentence that sums it up. */
export function storyView(screen: Screen, story: Story): string[] {
  const lanes = story.lanes.filter((lane) => story.steps.some((step) => touches(step, lane)));
  const gap = Math.min(laneGapMost, Math.max(laneGapLeast, longest(lanes) + 1));
  const room = screen.columns - 4 - gap * lanes.length;
  return screen.symbols === plain || room < textColumnsLeast
    ? told(screen, story)
    : drawn(screen, story, lanes, gap, room);
}

/** One sentence a step: for screen readers, logs and terminals without line drawing. */
function told(screen: Screen, story: Story): string[] {
  return story.steps.flatMap((step, index) => {
    const number = `${String(index + 1).padStart(2)}. `;
    const where = step.at ? `  ${fileAndLine(step.at)}` : '';
    const who = 'from' in step ? `${step.from} to ${step.to}` : step.on;
    const line = `${number}${who}: ${step.text}${effect(step)}`;
    return [`${line}${screen.style.dim(where)}`];
  });
}

function drawn(
  screen: Screen,
  story: Story,
  lanes: readonly string[],
  gap: number,
  room: number,
): string[] {
  const { style } = screen;
  const at = (lane: string): number => lanes.indexOf(lane) * gap + Math.floor(gap / 2);
  const width = lanes.length * gap;
  const idle = (): string[] => {
    const row = Array.from({ length: width }, () => ' ');
    for (const lane of lanes) row[at(lane)] = '│';
    return row;
  };
  const head = Array.from({ length: width }, () => ' ');
  for (const lane of lanes) {
    const start = Math.max(0, at(lane) - Math.floor(stringWidth(lane) / 2));
    for (const [offset, letter] of [...lane].entries()) head[start + offset] = letter;
  }
  const [file, ...others] = new Set(story.steps.flatMap((step) => step.at?.file ?? []));
  const place: Place = file !== undefined && others.length === 0 ? lineOnly : fileAndLine;
  const title =
    place === lineOnly ? `${head.join('')}  ${(file ?? '').padStart(room)}` : head.join('');
  const lines = [style.bold(title.trimEnd()), style.dim(idle().join('').trimEnd())];

  for (const step of story.steps) {
    const row = idle();
    if ('from' in step) drawArrow(row, at(step.from), at(step.to));
    else row[at(step.on)] = step.kind === 'fault' ? '✖' : '•';
    const [first = '', ...more] = beside(step, room, place);
    const paint = step.kind === 'fault' ? style.bad : same;
    lines.push(`${paintRow(screen, row)}  ${paint(first)}`.trimEnd());
    for (const text of more) lines.push(`${style.dim(idle().join(''))}  ${text}`.trimEnd());
  }
  return lines;
}

/** What stands to the right of a step; its line goes to the right end of the first row that has room. */
function beside(step: Step, room: number, place: Place): string[] {
  const rows = wrapAt(`${step.text}${effect(step)}`, room);
  if (!step.at) return rows;
  const where = place(step.at);
  const spare = rows.findIndex((row) => stringWidth(row) + 2 + where.length <= room);
  if (spare < 0) return [...rows, where.padStart(room)];
  return rows.map((row, index) =>
    index === spare ? row.padEnd(room - where.length) + where : row,
  );
}

function drawArrow(row: string[], from: number, to: number): void {
  const [left, right] = from < to ? [from, to] : [to, from];
  for (let column = left + 1; column < right; column += 1)
    row[column] = row[column] === '│' ? '┼' : '─';
  if (from < to) {
    row[from] = '├';
    row[to - 1] = '►';
  } else {
    row[from] = '┤';
    row[to + 1] = '◄';
  }
}

/** Lifelines step back, arrows stand out. */
function paintRow(screen: Screen, row: readonly string[]): string {
  return row
    .join('')
    .replaceAll(/│/g, (line) => screen.style.dim(line))
    .replace('✖', screen.style.bad('✖'));
}

function effect(step: Step): string {
  if (!('from' in step) || step.effect === undefined) return '';
  return step.effect.startsWith('refused') ? ` ${step.effect}` : `: ${step.effect}`;
}

type Place = (at: SourceLine) => string;

/** When the whole story plays in one file, its name stands once, in the first row. */
const lineOnly: Place = ({ line }) => `:${line}`;
const fileAndLine: Place = ({ file, line }) => `${file}:${line}`;

function touches(step: Step, lane: string): boolean {
  return 'from' in step ? step.from === lane || step.to === lane : step.on === lane;
}

function wrapAt(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (stringWidth((line + word).trimEnd()) > width && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = '  ';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => stringWidth(text)));
}

const same = (text: string): string => text;
