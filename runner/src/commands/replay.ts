import { label } from '../domain/catalogue.ts';
import { isModel, type Exercise } from '../domain/exercise.ts';
import type { Replayed } from '../domain/judgement.ts';
import { lastBroken } from '../domain/progress.ts';
import { splitToken } from '../domain/replay-token.ts';
import { exit, KataError } from '../errors.ts';
import { historyItf } from '../views/history-itf.ts';
import { historyJson } from '../views/history-json.ts';
import { historyMermaid } from '../views/history-mermaid.ts';
import { inspectView } from '../views/inspect.ts';
import { replayView } from '../views/replay.ts';
import type { Kata, Run } from './command.ts';

/** `kata replay [TOKEN]`: runs one schedule on the workspace as it is now, and prints its whole history. */
export const replay: Run<{
  token?: string;
  format?: keyof typeof formats;
  inspect?: boolean;
}> = async (kata, input) => {
  const { exercise, token } = wanted(kata, input.token);
  kata.workshop.mustBeLaidOut(exercise);
  const replayed = await kata.judge.replay(exercise, exercise.folders.workspace, token, {
    signal: kata.signal,
    // On stderr, so that stdout holds the history and nothing else.
    ...(input.inspect === true && {
      inspect: (address) => kata.terminal.complain(inspectView(kata.screen, exercise, address)),
    }),
  });
  kata.terminal.print(
    input.format === undefined
      ? replayView(kata.screen, exercise, replayed)
      : formats[input.format](exercise, replayed),
  );
  const { broken, isAttack = false } = replayed;
  return broken.length > 0 === isAttack ? exit.done : exit.failed;
};

const formats = {
  json: historyJson,
  mermaid: (_: Exercise, replayed: Replayed) => historyMermaid(replayed),
  itf: historyItf,
} as const;

interface Wanted {
  readonly exercise: Exercise;
  /** As the lab made it. */
  readonly token: string;
}

/** @throws KataError nothing-to-replay */
function withSchedules(exercise: Exercise): Exercise {
  if (!isModel(exercise)) return exercise;
  throw new KataError(
    'nothing-to-replay',
    `${label(exercise)} is about a model, which is judged by its states: it has no schedules to replay.`,
    'kata model shows the way to a state in which an invariant is false.',
  );
}

/** What was named, or else what the last failed check of the exercise at hand has shown. */
function wanted(kata: Kata, named: string | undefined): Wanted {
  if (named !== undefined) {
    const { exercise, token } = splitToken(named);
    return { exercise: withSchedules(kata.exercise(exercise)), token };
  }
  const exercise = withSchedules(kata.exercise(undefined));
  const last = lastBroken(kata.progress.facts(), exercise.name);
  if (last?.token !== undefined) return { exercise, token: last.token };
  if (last?.unit === 'mutant' || last?.unit === 'program') {
    throw new KataError(
      'nothing-to-replay',
      `The check of ${label(exercise)} runs a test of your own, which draws its schedules itself.`,
      'fast-check names the run that failed: fc.assert(property, { seed, path }) runs it alone, and kata check prints what it prints.',
    );
  }
  throw new KataError(
    'nothing-to-replay',
    last
      ? `The last failed check of ${label(exercise)} left no replay token: it was recorded by an older kata.`
      : `No check of ${label(exercise)} has failed yet, so there is no schedule to replay.`,
    'kata check shows a token below each story; kata replay TOKEN runs that schedule again.',
  );
}
