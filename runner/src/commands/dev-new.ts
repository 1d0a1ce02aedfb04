import { parseId } from '../domain/catalogue.ts';
import { modules } from '../domain/exercise.ts';
import { newExercise } from '../domain/new-exercise.ts';
import { exit, KataError } from '../errors.ts';
import { devNewView } from '../views/dev-new.ts';
import type { Run } from './command.ts';

/** Lays out a small exercise that can be judged at once, under the next number, for its author to fill. */
export const devNew: Run<{ name: string }> = async (kata, { name }) => {
  const last = kata.catalogue.at(-1);
  const draft = newExercise((last?.number ?? 0) + 1, name, last?.module ?? modules[0].name);
  if (!parseId(draft.id)) {
    throw new KataError(
      'usage',
      `“${name}” cannot be the name of an exercise.`,
      'Use small letters, digits and single hyphens: kata dev new gift-wrap.',
    );
  }
  const namesake = kata.catalogue.find((exercise) => exercise.name === name);
  if (namesake) {
    throw new KataError(
      'usage',
      `There is an exercise ${name} already: ${namesake.id}.`,
      'Progress is kept by name, so each name is given once; choose another.',
    );
  }
  // The solution first: an exercise exists from the moment its own folder does.
  await kata.drafts.lay(`solutions/${draft.id}`, draft.solution);
  await kata.drafts.lay(`exercises/${draft.id}`, draft.exercise);
  kata.terminal.print(devNewView(kata.screen, draft));
  return exit.done;
};
