import { label, type Catalogue } from '../domain/catalogue.ts';
import { modules, type Exercise } from '../domain/exercise.ts';
import type { Standing } from '../domain/progress.ts';
import { beside, padded, room, several, wholeMinutes, widest } from './line.ts';
import { showable } from './markdown.ts';
import { indent, type Screen } from './screen.ts';

/** The column of the figures does not move further right for a longer name. */
const nameColumnsMost = 30;

/** Every exercise under its module: state, checks, time. */
export function listView(
  screen: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
): string {
  const column = Math.min(nameColumnsMost, widest(catalogue.map(label))) + 3;
  const blocks = modules.flatMap(({ name, title }) => {
    const rows = catalogue
      .filter((exercise) => exercise.module === name)
      .flatMap((exercise) => row(screen, exercise, standings.get(exercise.name), column));
    const head = screen.style.bold(showable(screen, title));
    return rows.length === 0 ? [] : [[...beside('', head, room(screen)), ...rows].join('\n')];
  });
  return indent(blocks.join('\n\n'));
}

function row(
  screen: Screen,
  exercise: Exercise,
  standing: Standing | undefined,
  column: number,
): string[] {
  const head = `${sign(screen, standing)} `;
  const name = label(exercise);
  const figures = screen.style.dim(figuresOf(standing));
  if (figures === '') return beside(head, name, room(screen));
  const start = widest([head]) + column;
  if (widest([name]) < column) return beside(padded(head + name, start), figures, room(screen));
  return [...beside(head, name, room(screen)), ...beside(' '.repeat(start), figures, room(screen))];
}

function sign({ style, symbols }: Screen, standing: Standing | undefined): string {
  switch (standing?.state) {
    case 'solved':
      return style.good(symbols.full);
    case 'open':
      return symbols.half;
    default:
      return style.dim(symbols.empty);
  }
}

function figuresOf(standing: Standing | undefined): string {
  if (!standing || standing.state === 'untouched') return '';
  const hints = standing.hints > 0 ? `, ${several(standing.hints, 'hint')}` : '';
  const revealed = standing.revealed ? ', after a look at the solution' : '';
  return `${standing.state.padEnd(8)}${several(standing.checks, 'check')}, ${wholeMinutes(standing.timeMs)} min${hints}${revealed}`;
}
