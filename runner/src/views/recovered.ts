import type { Recovered } from '../domain/ports.ts';
import { beside, room } from './line.ts';
import { indent, type Screen } from './screen.ts';

export function recoveredView(screen: Screen, { exercise, operation, rescued }: Recovered): string {
  const sentences = [
    `The last ${operation} of ${exercise} was cut off; it is finished now.`,
    ...(rescued ? [`What stood there is kept: kata restore ${rescued.id}`] : []),
  ];
  const lines = sentences.flatMap((text) => beside('', screen.style.dim(text), room(screen)));
  return indent([...lines, ''].join('\n'));
}
