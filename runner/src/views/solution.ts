import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { markdown } from './markdown.ts';
import { indent, type Screen } from './screen.ts';

/** The solution's files, then why it holds and what it costs. */
export function solutionView(
  screen: Screen,
  exercise: Exercise,
  notes: string,
  sources: ReadonlyMap<string, string | undefined>,
): string {
  const files = [...sources].map(([name, text = '']) =>
    [screen.style.bold(`${label(exercise)}: ${name}`), '', indent(text.trimEnd())].join('\n'),
  );
  return [indent(files.join('\n\n')), '', markdown(screen, notes).trimEnd()].join('\n');
}

/** @param copy id of the sealed copy of what stood there before; undefined when nothing did */
export function appliedView(
  { style, symbols }: Screen,
  exercise: Exercise,
  copy: string | undefined,
): string {
  return indent(
    [
      `The solution of ${label(exercise)} lies in workspace/${exercise.id}.`,
      ...(copy === undefined
        ? []
        : [`Your own work is kept: kata restore ${copy} brings it back.`]),
      '',
      `${style.accent(symbols.next)} kata check`,
    ].join('\n'),
  );
}
