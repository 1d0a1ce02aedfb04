import { label, type Catalogue } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { beside, nextStep, room } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

export function allSolvedView(screen: Screen): string {
  const { style, symbols } = screen;
  return indent(
    [
      `${style.good(symbols.holds)} Every exercise is solved.`,
      '',
      ...nextStep(
        screen,
        `${style.accent('kata list')} shows them; kata goto NAME opens any of them again`,
      ),
    ].join('\n'),
  );
}

/** Said below the brief when `kata next` meets an exercise that is not solved yet. */
export function stillOpenView(screen: Screen, catalogue: Catalogue, exercise: Exercise): string {
  const after = catalogue[catalogue.indexOf(exercise) + 1];
  const skip = after ? ` To go on without it: kata goto ${after.name}` : '';
  const text = `${label(exercise)} is not solved yet; your work in it is as you left it.${skip}`;
  return indent(beside(margin, screen.style.dim(text), room(screen)).join('\n'));
}
