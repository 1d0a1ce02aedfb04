import type { Exercise } from '../domain/exercise.ts';
import { nextStep } from './line.ts';
import { markdown } from './markdown.ts';
import { indent, type Screen } from './screen.ts';

/** The brief as the learner reads it in the terminal, and where to begin. */
export function briefView(screen: Screen, exercise: Exercise, text: string): string {
  const { accent } = screen.style;
  const file = `workspace/${exercise.id}/${exercise.entry}`;
  const begin = nextStep(
    screen,
    `edit ${accent(file)}, then ${accent('kata check')}`,
    'or kata watch beside your editor: it judges each save',
  );
  return [markdown(screen, text).trimEnd(), '', ...begin.map((line) => indent(line))].join('\n');
}
