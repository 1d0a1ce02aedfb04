import type { Recovered } from '../domain/ports.ts';
import { indent, type Screen } from './screen.ts';

export function recoveredView(
  { style }: Screen,
  { exercise, operation, rescued }: Recovered,
): string {
  return indent(
    style.dim(
      [
        `The last ${operation} of ${exercise} was cut off; it is finished now.`,
        ...(rescued ? [`What stood there is kept: kata restore ${rescued.id}`] : []),
        '',
      ].join('\n'),
    ),
  );
}
