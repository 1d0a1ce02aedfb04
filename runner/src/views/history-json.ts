/** A whole history as one JSON document. CONTRIBUTING.md lists its fields; a test keeps the two equal. */
import type { Exercise } from '../domain/exercise.ts';
import type { Replayed } from '../domain/judgement.ts';
import { writeToken } from '../domain/replay-token.ts';

/** Counts up when a field is renamed, removed, or means something else; new fields may come at any time. */
const version = 1;

export function historyJson(exercise: Exercise, { story, given, broken }: Replayed): string {
  const { scenario, lanes, steps, token } = story;
  const promises = new Map(exercise.promises.map(({ id, text }) => [id, text]));
  const history = {
    version,
    exercise: exercise.name,
    token: writeToken(exercise, token),
    scenario,
    lanes,
    given,
    steps,
    broken: broken.map(({ promise, so }) => ({ promise, text: promises.get(promise), so })),
  };
  return JSON.stringify(history, null, 2);
}
