import type { Finding } from '../domain/soundness.ts';
import { several } from './line.ts';
import { indent, type Screen } from './screen.ts';

export interface Report {
  readonly exercise: string;
  readonly findings: readonly Finding[];
}

/** One line when all is sound, else a line for each problem. */
export function devCheckView({ style, symbols }: Screen, { exercise, findings }: Report): string {
  const problems = findings.filter(({ problem }) => problem !== undefined);
  const figures = `${several(findings.length - problems.length, 'thing')} as they should be`;
  const sign = problems.length === 0 ? style.good(symbols.holds) : style.bad(symbols.broken);
  return indent(
    [
      `${sign} ${style.bold(exercise)}  ${style.dim(figures)}`,
      ...problems.map(({ what, problem }) =>
        indent(`${style.bad(symbols.broken)} ${what}: ${problem}`),
      ),
    ].join('\n'),
  );
}
