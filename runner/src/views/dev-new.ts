import type { NewExercise } from '../domain/new-exercise.ts';
import { indent, type Screen } from './screen.ts';

/** What was laid out, and how to make an exercise of it. */
export function devNewView({ style, symbols }: Screen, draft: NewExercise): string {
  const files = [
    ...Object.keys(draft.exercise).map((path) => `exercises/${draft.id}/${path}`),
    ...Object.keys(draft.solution).map((path) => `solutions/${draft.id}/${path}`),
  ];
  const lines = [
    style.bold(draft.id),
    '',
    ...files,
    '',
    'It works as it is: its starter loses an addition, its solution does not.',
    'Make it yours, from the brief on; what is still owed says “unfinished”.',
    '',
    style.accent(`${symbols.next} kata dev check ${draft.id}`),
  ];
  return `\n${indent(lines.join('\n'))}\n`;
}
