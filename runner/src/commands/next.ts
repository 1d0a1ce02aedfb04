import { next as nextOf } from '../domain/catalogue.ts';
import { current, standings } from '../domain/progress.ts';
import { exit } from '../errors.ts';
import { allSolvedView, stillOpenView } from '../views/next.ts';
import type { Run } from './command.ts';
import { open } from './goto.ts';

/** `kata next`: lays out the next unsolved exercise, prints its brief, starts its clock. */
export const next: Run<Record<never, never>> = async (kata) => {
  const facts = kata.progress.facts();
  const all = standings(facts, kata.catalogue, kata.clock.now());
  const exercise = nextOf(
    kata.catalogue,
    (name) => all.get(name)?.state === 'solved',
    current(facts),
  );
  if (!exercise) {
    kata.terminal.print(allSolvedView(kata.screen));
    return exit.done;
  }
  const again = exercise.name === current(facts) && kata.workshop.isLaidOut(exercise);
  await open(kata, exercise);
  if (again) kata.terminal.print(stillOpenView(kata.screen, kata.catalogue, exercise));
  return exit.done;
};
