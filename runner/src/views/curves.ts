/** What was counted over one execution, as a row of little bars for each count, all to one scale. */
import type { Coverage, Curve } from '../../lab/index.ts';
import { beside, count, padded, room, several, widest } from './line.ts';
import { margin, plain, type Screen } from './screen.ts';

const bars = '▁▂▃▄▅▆▇█';
const plainBars = '.:-=+*%#';
/** Fewer show nothing, and more show no more. */
const barsLeast = 16;
const barsMost = 48;
const headings = { most: 'most', end: 'end' } as const;
const inset = margin + margin;
const gap = '   ';

/** Of each scenario that counts something; what stayed at 0 is left out. */
export function curveLines(screen: Screen, coverage: readonly Coverage[]): string[] {
  return coverage.flatMap((each) => {
    const curves = each.unit === 'schedule' ? (each.curves ?? []) : [];
    const told = curves.filter(({ values }) => mostOf(values) > 0);
    return told.length === 0 ? [] : [...linesOf(screen, each.scenario, told), ''];
  });
}

function linesOf(screen: Screen, scenario: string, curves: readonly Curve[]): string[] {
  const { dim } = screen.style;
  const rows = curves.map(({ what, values }) => ({
    what,
    values,
    most: count(mostOf(values)),
    end: count(values.at(-1) ?? 0),
  }));
  const heading = beside(margin, dim(`${scenario}:`), room(screen));
  const name = widest(rows.map(({ what }) => what));
  const most = widest([headings.most, ...rows.map((row) => row.most)]);
  const end = widest([headings.end, ...rows.map((row) => row.end)]);
  const head = inset.length + name + gap.length;
  const width = Math.min(barsMost, room(screen) - head - most - end - 2 * gap.length);
  // Where there is no room for a picture, the figures say what they can.
  if (width < barsLeast) {
    const figures = rows.map((row) => `${row.what}: most ${row.most}, at the end ${row.end}`);
    return [...heading, ...figures.flatMap((text) => beside(inset, text, room(screen)))];
  }
  const scale = Math.max(...rows.map(({ values }) => mostOf(values)));
  const line = (what: string, picture: string, ...figures: readonly [string, string]): string => {
    const behind = `${figures[0].padStart(most)}${gap}${figures[1].padStart(end)}`;
    return `${inset}${padded(what, name)}${gap}${padded(picture, width)}${gap}${behind}`;
  };
  return [
    ...heading,
    '',
    dim(line('', '', headings.most, headings.end)),
    ...rows.map((row) =>
      line(row.what, barsOf(screen, row.values, width, scale), row.most, row.end),
    ),
    `${' '.repeat(head)}${dim(axisOf(curves, width))}`,
  ];
}

/** The highest value in each share of the steps: a peak that was there for one step is shown. */
function barsOf(
  { symbols }: Screen,
  values: readonly number[],
  width: number,
  scale: number,
): string {
  const levels = symbols === plain ? plainBars : bars;
  const columns = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / width));
    const level = Math.ceil((mostOf(values.slice(from, to)) * levels.length) / scale);
    return level === 0 ? ' ' : levels[level - 1];
  });
  return columns.join('');
}

/** '0                    933 steps' */
function axisOf(curves: readonly Curve[], width: number): string {
  const steps = Math.max(...curves.map(({ values }) => values.length)) - 1;
  return `0${several(steps, 'step').padStart(width - 1)}`;
}

function mostOf(values: readonly number[]): number {
  return values.reduce((most, each) => Math.max(most, each), 0);
}
