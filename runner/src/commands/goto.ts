import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { startOf } from '../domain/workspace.ts';
import { exit, KataError } from '../errors.ts';
import { briefView } from '../views/brief.ts';
import type { Kata, Run } from './command.ts';

/** `kata goto NN|name`: any exercise, any time; work in the others stays where it is. */
export const goto: Run<{ exercise: string }> = async (kata, input) => {
  await open(kata, kata.exercise(input.exercise));
  return exit.done;
};

/** Lays the exercise out unless its workspace is there already, starts its clock, prints its brief. */
export async function open(kata: Kata, exercise: Exercise): Promise<void> {
  mustNotLeaveTheMob(kata, exercise);
  if (!kata.workshop.isLaidOut(exercise)) {
    await kata.vault.replace(exercise.folders.workspace, startOf(exercise), {
      exercise: exercise.name,
      reason: 'before goto',
    });
  }
  kata.progress.record({ kind: 'opened', exercise: exercise.name });
  kata.terminal.print(briefView(kata.screen, exercise, kata.workshop.brief(exercise)));
}

/** Whoever opens another exercise while a mob is on would think that the room had moved on. */
function mustNotLeaveTheMob(kata: Kata, exercise: Exercise): void {
  const mob = kata.mob.current();
  if (!mob || mob.exercise === exercise.name) return;
  throw new KataError(
    'mob-on',
    `A mob is on at ${label(kata.exercise(mob.exercise))}, so ${label(exercise)} is not opened.`,
    'kata mob stop ends it and brings your own work back; then give the same command again.',
  );
}
