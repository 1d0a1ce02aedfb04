/** What `--json` prints of progress: one shape for `kata list` and `kata status`. */
import type { Catalogue } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { Standing } from '../domain/progress.ts';
import type { Place } from './home.ts';

export function listDocument(
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
): readonly unknown[] {
  return catalogue.map((exercise) => row(exercise, standings.get(exercise.name)));
}

export function statusDocument(
  catalogue: Catalogue,
  standings: ReadonlyMap<string, Standing>,
  place: Place,
): unknown {
  const solved = [...standings.values()].filter(({ state }) => state === 'solved').length;
  return {
    solved,
    exercises: catalogue.length,
    current:
      place.kind === 'at'
        ? {
            ...row(place.exercise, place.standing),
            file: `workspace/${place.exercise.id}/${place.exercise.entry}`,
          }
        : null,
    next: place.kind === 'next' ? place.exercise.name : null,
  };
}

function row(exercise: Exercise, standing: Standing | undefined) {
  return {
    number: exercise.number,
    name: exercise.name,
    title: exercise.title,
    module: exercise.module,
    minutes: exercise.minutes,
    state: standing?.state ?? 'untouched',
    checks: standing?.checks ?? 0,
    hints: standing?.hints ?? 0,
    timeMs: standing?.timeMs ?? 0,
    broken: standing?.last?.broken ?? null,
  };
}
