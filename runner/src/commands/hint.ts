import { standing } from '../domain/progress.ts';
import { exit } from '../errors.ts';
import { hintView } from '../views/hint.ts';
import type { Run } from './command.ts';

/** `kata hint`: the next rung of the ladder; after the last one, the last one again. */
export const hint: Run<{ exercise?: string }> = async (kata, input) => {
  const exercise = kata.exercise(input.exercise);
  const { hints } = standing(kata.progress.facts(), exercise.name, kata.clock.now());
  const rung = Math.min(hints + 1, exercise.hints.length);
  kata.progress.record({ kind: 'hinted', exercise: exercise.name, rung });
  kata.terminal.print(hintView(kata.screen, exercise, rung));
  return exit.done;
};
