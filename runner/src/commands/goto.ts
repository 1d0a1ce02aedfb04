import type { Exercise } from '../domain/exercise.ts';
import { startOf } from '../domain/workspace.ts';
import { exit } from '../errors.ts';
import { briefView } from '../views/brief.ts';
import type { Kata, Run } from './command.ts';

/** `kata goto NN|name`: any exercise, any time; work in the others stays where it is. */
export const goto: Run<{ exercise: string }> = async (kata, input) => {
  await open(kata, kata.exercise(input.exercise));
  return exit.done;
};

/** Lays the exercise out unless its workspace is there already, starts its clock, prints its brief. */
export async function open(kata: Kata, exercise: Exercise): Promise<void> {
  if (!kata.workshop.isLaidOut(exercise)) {
    await kata.vault.replace(exercise.folders.workspace, startOf(exercise), {
      exercise: exercise.name,
      reason: 'before goto',
    });
  }
  kata.progress.record({ kind: 'opened', exercise: exercise.name });
  kata.terminal.print(briefView(kata.screen, exercise, kata.workshop.brief(exercise)));
}
