import { label, type Catalogue } from '../domain/catalogue.ts';
import { modules } from '../domain/exercise.ts';
import type { Standing } from '../domain/progress.ts';
import { several, wholeMinutes } from './line.ts';
import { indent, type Screen } from './screen.ts';

/** Every exercise under its module: state, checks, time. */
export function listView(
  screen: Screen,
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
): string {
  const { style } = screen;
  const blocks = modules.flatMap((module) => {
    const rows = catalogue
      .filter((exercise) => exercise.module === module.name)
      .map((exercise) => {
        const standing = standings.get(exercise.name);
        return `${state(screen, standing)}${label(exercise).padEnd(28)}${style.dim(figures(standing))}`.trimEnd();
      });
    return rows.length === 0 ? [] : [[style.bold(module.title), ...rows].join('\n')];
  });
  return indent(blocks.join('\n\n'));
}

function state({ style, symbols }: Screen, standing: Standing | undefined): string {
  const width = Math.max(symbols.full.length, symbols.half.length, symbols.empty.length) + 1;
  switch (standing?.state) {
    case 'solved':
      return style.good(symbols.full.padEnd(width));
    case 'open':
      return symbols.half.padEnd(width);
    default:
      return style.dim(symbols.empty.padEnd(width));
  }
}

function figures(standing: Standing | undefined): string {
  if (!standing || standing.state === 'untouched') return '';
  const hints = standing.hints > 0 ? `, ${several(standing.hints, 'hint')}` : '';
  const revealed = standing.revealed ? ', after a look at the solution' : '';
  const verb = standing.state === 'solved' ? 'solved' : 'open';
  return `${verb.padEnd(8)}${several(standing.checks, 'check')}, ${wholeMinutes(standing.timeMs)} min${hints}${revealed}`;
}
