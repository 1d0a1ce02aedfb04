import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { beside, nextStep, room, spread } from './line.ts';
import { indent, type Screen } from './screen.ts';

/** @param rung counts from 1 */
export function hintView(screen: Screen, exercise: Exercise, rung: number): string {
  const { style } = screen;
  const text = exercise.hints[rung - 1];
  if (text === undefined) throw new Error(`${exercise.id} has no hint ${rung}`);
  const last = rung === exercise.hints.length;
  const next = last
    ? `${style.accent('kata solution')} shows one that holds`
    : `try it, then ${style.accent('kata check')}; more: kata hint`;
  const figures = `hint ${rung} of ${exercise.hints.length}`;
  return indent(
    [
      spread(screen, style.bold(label(exercise)), style.dim(figures)),
      '',
      ...beside('', text, room(screen)),
      '',
      ...nextStep(screen, next),
    ].join('\n'),
  );
}
