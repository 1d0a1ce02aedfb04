import { label, type Catalogue } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { indent, type Screen } from './screen.ts';

export function allSolvedView({ style, symbols }: Screen): string {
  return indent(
    [
      `${style.good(symbols.holds)} Every exercise is solved.`,
      '',
      `${style.accent(symbols.next)} kata list shows them; kata goto NAME opens any of them again`,
    ].join('\n'),
  );
}

/** Said below the brief when `kata next` meets an exercise that is not solved yet. */
export function stillOpenView({ style }: Screen, catalogue: Catalogue, exercise: Exercise): string {
  const after = catalogue[catalogue.indexOf(exercise) + 1];
  const skip = after ? ` To go on without it: kata goto ${after.name}` : '';
  return indent(
    indent(
      style.dim(`${label(exercise)} is not solved yet; your work in it is as you left it.${skip}`),
    ),
  );
}
