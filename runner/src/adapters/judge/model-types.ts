import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KataError } from '../../errors.ts';
import { messageAt } from './place.ts';

/**
 * Checks the names, types and effects of a model and of all that it imports, as typecheck.ts does for programs.
 * @param file relative to the subject
 * @throws KataError syntax-error, type-error, model-incomplete, workspace-missing
 */
export async function checkModel(subject: string, file: string): Promise<void> {
  const path = join(subject, file);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    throw new KataError(
      'workspace-missing',
      `There is no model ${file} to judge in ${subject}.`,
      'kata goto lays the exercise out; kata restore shows sealed copies of earlier work.',
    );
  }
  const { checkTypes, ModelError } = await import('../../../model/index.ts');
  try {
    await checkTypes({ path });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { code, message, remedy, at } = error;
    throw new KataError(code, at ? messageAt(subject, at, message) : message, remedy);
  }
}
