import { differingFiles } from '../domain/sealed-copy.ts';
import { startOf } from '../domain/workspace.ts';
import { exit } from '../errors.ts';
import { resetView } from '../views/restore.ts';
import type { Run } from './command.ts';

/** `kata reset [NN]`: the starter and the brief again; what stood there is sealed, so nobody is asked. */
export const reset: Run<{ exercise?: string }> = async (kata, input) => {
  const exercise = kata.exercise(input.exercise);
  const { name, folders } = exercise;
  const before = await kata.vault.replace(folders.workspace, startOf(exercise), {
    exercise: name,
    reason: 'before reset',
    keep: true,
  });
  const changed = differingFiles(
    before?.entries ?? [],
    await kata.vault.contents(folders.workspace),
  );
  kata.terminal.print(resetView(kata.screen, { exercise, changed, before }));
  return exit.done;
};
