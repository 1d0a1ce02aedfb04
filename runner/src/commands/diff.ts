import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { standing } from '../domain/progress.ts';
import { exit, KataError } from '../errors.ts';
import { diffView, type Compared } from '../views/diff.ts';
import { indent } from '../views/screen.ts';
import type { Kata, Run } from './command.ts';

/** `kata diff`: your work against the starter, or against the solution once solved or asked for. */
export const diff: Run<{ exercise?: string; solution?: boolean }> = async (kata, input) => {
  const exercise = kata.exercise(input.exercise);
  kata.workshop.mustBeLaidOut(exercise);
  const against = input.solution === true ? 'solution' : 'starter';
  if (against === 'solution') mustNotSpoil(kata, exercise);
  const mine = kata.workshop.sources(exercise, 'workspace');
  const other = kata.workshop.sources(exercise, against);
  const files: Compared[] = [...other].map(([name, text]) =>
    against === 'starter'
      ? { name, before: text, after: mine.get(name) }
      : { name, before: mine.get(name), after: text },
  );
  const text = diffView(kata.screen, files);
  const same = indent(`Your work in ${label(exercise)} equals the ${against}.`);
  kata.terminal.print(text ?? same);
  return exit.done;
};

function mustNotSpoil(kata: Kata, exercise: Exercise): void {
  const { state, revealed } = standing(kata.progress.facts(), exercise.name, kata.clock.now());
  if (state === 'solved' || revealed) return;
  throw new KataError(
    'needs-confirmation',
    `${label(exercise)} is not solved yet, and the comparison would show its solution.`,
    'Solve it first, or look on purpose: kata solution --yes, then this command again.',
  );
}
