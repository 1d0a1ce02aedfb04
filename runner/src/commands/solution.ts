import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { standing } from '../domain/progress.ts';
import { solutionOf } from '../domain/workspace.ts';
import { exit, KataError } from '../errors.ts';
import { appliedView, solutionView } from '../views/solution.ts';
import type { Kata, Run } from './command.ts';

/** `kata solution`: read it; with --apply, seal the workspace and lay the solution out. */
export const solution: Run<{ exercise?: string; yes?: boolean; apply?: boolean }> = async (
  kata,
  input,
) => {
  const exercise = kata.exercise(input.exercise);
  if (!(await wanted(kata, exercise, input.yes === true))) return exit.done;
  kata.progress.record({ kind: 'revealed', exercise: exercise.name });
  if (input.apply === true) {
    const sealed = await kata.vault.replace(exercise.folders.workspace, solutionOf(exercise), {
      exercise: exercise.name,
      reason: 'before solution',
      keep: true,
    });
    kata.terminal.print(appliedView(kata.screen, exercise, sealed?.id));
    return exit.done;
  }
  const starter = kata.workshop.sources(exercise, 'starter');
  const sources = new Map(
    [...kata.workshop.sources(exercise, 'solution')].filter(
      ([name, text]) => text !== starter.get(name),
    ),
  );
  await kata.terminal.page(
    solutionView(kata.screen, exercise, kata.workshop.notes(exercise), sources),
  );
  return exit.done;
};

/** @throws KataError needs-confirmation when nobody is there to answer */
async function wanted(kata: Kata, exercise: Exercise, yes: boolean): Promise<boolean> {
  const { state, revealed } = standing(kata.progress.facts(), exercise.name, kata.clock.now());
  if (yes || state === 'solved' || revealed) return true;
  if (kata.terminal.interactive) {
    return kata.terminal.confirm(`${label(exercise)} is not solved yet. Show its solution?`, false);
  }
  throw new KataError(
    'needs-confirmation',
    `${label(exercise)} is not solved yet, so its solution is shown only on request.`,
    'Add --yes to see it all the same; kata hint helps without giving it away.',
  );
}
