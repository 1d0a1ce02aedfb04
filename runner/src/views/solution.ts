import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { beside, folded, nextStep, room } from './line.ts';
import { markdown } from './markdown.ts';
import { indent, margin, type Screen } from './screen.ts';

/** The files that the solution changes, then why it holds and what it costs. */
export function solutionView(
  screen: Screen,
  exercise: Exercise,
  notes: string,
  sources: ReadonlyMap<string, string | undefined>,
): string {
  const files = [...sources].map(([name, text = '']) =>
    [
      ...beside('', screen.style.bold(`${label(exercise)}: ${name}`), room(screen)),
      '',
      ...folded(text.trimEnd(), room(screen) - margin.length).map((line) => indent(line)),
    ].join('\n'),
  );
  return [indent(files.join('\n\n')), '', markdown(screen, notes).trimEnd()].join('\n');
}

/** @param copy id of the sealed copy of what stood there before; undefined when nothing did */
export function appliedView(screen: Screen, exercise: Exercise, copy: string | undefined): string {
  const said = [
    `The solution of ${label(exercise)} lies in workspace/${exercise.id}.`,
    ...(copy === undefined ? [] : [`Your own work is kept: kata restore ${copy} brings it back.`]),
  ];
  return indent(
    [
      ...said.flatMap((sentence) => beside('', sentence, room(screen))),
      '',
      ...nextStep(screen, screen.style.accent('kata check')),
    ].join('\n'),
  );
}
