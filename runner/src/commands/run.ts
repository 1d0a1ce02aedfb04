import { allHold, seedOf } from '../domain/real-run.ts';
import { exit, KataError } from '../errors.ts';
import { beginView, lineView, readyView, reportView } from '../views/run.ts';
import type { Run } from './command.ts';

interface Input {
  exercise?: string;
  workspace?: boolean;
  solution?: boolean;
  starter?: boolean;
  scenario?: number;
  traffic?: number;
  chaos?: boolean;
  seed?: number;
  keep?: boolean;
}

/** `kata run [NN]`: the exercise's system on real parts, until Ctrl-C; with --traffic, until it is judged. */
export const run: Run<Input> = async (kata, input) => {
  const exercise = kata.exercise(input.exercise);
  const place = placeOf(input);
  if (place === 'workspace') kata.workshop.mustBeLaidOut(exercise);
  const { scenario, traffic, chaos = false, keep = false } = input;
  let names: readonly string[] = [];
  const options = {
    signal: kata.signal,
    scenario,
    seed: chaos ? (input.seed ?? seedOf(kata.clock.now())) : undefined,
    keep,
    onLine: (line: Parameters<typeof lineView>[1]) =>
      kata.terminal.print(lineView(kata.screen, line, names)),
  };
  const subject = exercise.folders[place];
  if (traffic === undefined) {
    await kata.real.open(exercise, subject, {
      ...options,
      onReady: (ready) => {
        ({ names } = ready.scenario);
        kata.terminal.print(readyView(kata.screen, exercise, place, ready));
      },
    });
    return exit.done;
  }
  const report = await kata.real.judge(exercise, subject, {
    ...options,
    runs: traffic,
    onBegin: (number, begun) => {
      ({ names } = begun);
      kata.terminal.print(beginView(kata.screen, number, traffic, begun));
    },
  });
  kata.terminal.print(reportView(kata.screen, exercise, place, report));
  return allHold(report) ? exit.done : exit.failed;
};

/** @throws KataError usage */
function placeOf(input: Input): 'workspace' | 'solution' | 'starter' {
  const places = (['workspace', 'solution', 'starter'] as const).filter((each) => input[each]);
  if (places.length <= 1) return places[0] ?? 'workspace';
  throw new KataError(
    'usage',
    `${places.map((each) => `--${each}`).join(' and ')} do not go together.`,
    'Name the files to run once: --workspace, --solution or --starter.',
  );
}
