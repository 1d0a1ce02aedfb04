import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Exercise } from '../../domain/exercise.ts';
import { KataError } from '../../errors.ts';

/** @throws KataError exercise-damaged */
export async function hiddenTests({ id, folders }: Exercise): Promise<readonly string[]> {
  const names = await readdir(folders.hidden, { recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return [];
    },
  );
  const tests = names.filter((name) => name.endsWith('.test.ts')).toSorted();
  if (tests.length > 0) {
    // Vitest knows files by paths with forward slashes, on Windows too.
    return tests.map((name) => join(folders.hidden, name).split(sep).join('/'));
  }
  throw new KataError(
    'exercise-damaged',
    `exercises/${id}/hidden holds no test, so nothing can be judged.`,
    `git checkout -- exercises/${id} brings it back.`,
  );
}
