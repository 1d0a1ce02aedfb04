import type { Finding } from '../domain/soundness.ts';
import { beside, room, several } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

export interface Report {
  readonly exercise: string;
  readonly findings: readonly Finding[];
}

/** One line when all is sound, else a line for each problem. */
export function devCheckView(screen: Screen, { exercise, findings }: Report): string {
  const { style, symbols } = screen;
  const problems = findings.filter(({ problem }) => problem !== undefined);
  const figures = `${several(findings.length - problems.length, 'thing')} as they should be`;
  const broken = style.bad(symbols.broken);
  const sign = problems.length === 0 ? style.good(symbols.holds) : broken;
  const title = `${style.bold(exercise)}  ${style.dim(figures)}`;
  return indent(
    [
      ...beside(`${sign} `, title, room(screen)),
      ...problems.flatMap(({ what, problem }) =>
        beside(`${margin}${broken} `, `${what}: ${problem}`, room(screen)),
      ),
    ].join('\n'),
  );
}
