import { basename, resolve } from 'node:path';
import { isModel, type Exercise } from '../domain/exercise.ts';
import { exit, KataError, type ExitCode } from '../errors.ts';
import { modelView } from '../views/model.ts';
import type { Kata, Run } from './command.ts';

/**
 * `kata model [FILE]`: every state that a Quint model can reach, or some ways through it; with --tlc, the
 * same by TLC on the model's twin in TLA+.
 */
export const model: Run<{
  file?: string;
  sample?: string;
  seed?: string;
  invariant?: string;
  itf?: string;
  tlc?: boolean;
  json?: boolean;
}> = async (kata, input) => {
  const { signal } = kata;
  if (input.tlc === true) return runTwin(kata, input.file);
  const path = input.file === undefined ? ofExercise(kata) : resolve(input.file);
  const traces = numberIn('--sample', input.sample);
  if (input.seed !== undefined && traces === undefined) {
    throw new KataError(
      'usage',
      'A seed decides what is drawn by chance, and without --sample nothing is.',
      'Add --sample 500, or leave --seed out.',
    );
  }
  const run = await kata.models.run(path, {
    signal,
    trace: input.itf !== undefined || input.json === true,
    ...(input.invariant !== undefined && { invariant: input.invariant }),
    ...(traces !== undefined && { sample: { traces, seed: numberIn('--seed', input.seed) ?? 1 } }),
  });
  const trace = JSON.stringify(run.trace, null, 2);
  if (input.itf === '-') {
    kata.terminal.print(trace);
  } else {
    if (input.itf !== undefined) await kata.models.save(resolve(input.itf), trace);
    kata.terminal.print(
      input.json === true ? JSON.stringify(run, null, 2) : modelView(kata.screen, run, input.itf),
    );
  }
  const isKnown = run.reached.how === 'sampled' || run.reached.kind === 'exhaustive';
  return isKnown && run.invariants.every(({ holds }) => holds) ? exit.done : exit.failed;
};

/** The model of the exercise at hand, or else of the first exercise that is about one. */
function ofExercise(kata: Kata): string {
  const exercise = exerciseOf(kata);
  kata.workshop.mustBeLaidOut(exercise);
  return resolve(exercise.folders.workspace, exercise.entry);
}

function exerciseOf(kata: Kata): Exercise {
  const atHand = kata.exercise(undefined);
  const found = [atHand, ...kata.catalogue].find(isModel);
  if (found) return found;
  throw new KataError(
    'usage',
    'No exercise here is about a model, so there is none to run.',
    'Name a file: kata model FILE.qnt.',
  );
}

async function runTwin(kata: Kata, file: string | undefined): Promise<ExitCode> {
  if (file !== undefined && !file.endsWith('.tla')) {
    throw new KataError(
      'usage',
      `${basename(file)} is no TLA+ module, and TLC reads nothing else.`,
      'Name a .tla file with a .cfg of the same name beside it, or none: then the solution’s twin is run.',
    );
  }
  const path = file === undefined ? kata.workshop.twin(exerciseOf(kata)) : resolve(file);
  const isRight = await kata.models.runTlc(path, {
    signal: kata.signal,
    onOutput: (text) => kata.terminal.print(text.trimEnd()),
  });
  return isRight ? exit.done : exit.failed;
}

/** @throws KataError usage */
function numberIn(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new KataError(
    'usage',
    `${flag} takes a whole number from 1 on, and not ${text}.`,
    `For example: kata model ${flag === '--seed' ? '--sample 500 ' : ''}${flag} 500.`,
  );
}
