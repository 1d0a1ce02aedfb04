import type { Exercise } from '../domain/exercise.ts';
import { markdown } from './markdown.ts';
import { indent, type Screen } from './screen.ts';

/** The brief as the learner reads it in the terminal, and where to begin. */
export function briefView(screen: Screen, exercise: Exercise, text: string): string {
  const { style, symbols } = screen;
  const file = `workspace/${exercise.id}/${exercise.entry}`;
  return [
    markdown(screen, text).trimEnd(),
    '',
    indent(
      `${style.accent(symbols.next)} edit ${style.accent(file)}, then ${style.accent('kata check')}`,
    ),
    indent(indent(style.dim('or kata watch beside your editor: it judges each save'))),
  ].join('\n');
}
