import wrapAnsi from 'wrap-ansi';
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { spread } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

/** @param rung counts from 1 */
export function hintView(screen: Screen, exercise: Exercise, rung: number): string {
  const { style, symbols } = screen;
  const text = exercise.hints[rung - 1];
  if (text === undefined) throw new Error(`${exercise.id} has no hint ${rung}`);
  const last = rung === exercise.hints.length;
  const next = last
    ? 'kata solution shows one that holds'
    : 'try it, then kata check; more: kata hint';
  return indent(
    [
      spread(
        screen,
        style.bold(label(exercise)),
        style.dim(`hint ${rung} of ${exercise.hints.length}`),
      ),
      '',
      wrapAnsi(text, Math.min(screen.columns, 80) - 2 * margin.length),
      '',
      `${style.accent(symbols.next)} ${next}`,
    ].join('\n'),
  );
}
