import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exercise } from '../../domain/exercise.ts';
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

export interface ReadAhead {
  readonly file: string;
  remove(): Promise<void>;
}

/**
 * Reads the hidden specification, with all that it imports, for the process that will run it. Undefined where something
 * is wrong with it: the judgement finds out by itself, and says what.
 */
export async function readAhead(
  { folders }: Exercise,
  subject: string,
): Promise<ReadAhead | undefined> {
  const names = await readdir(folders.hidden);
  const [specification, another] = names.filter((name) => name.endsWith('.qnt'));
  if (specification === undefined || another !== undefined) return undefined;
  const { hiddenSource, ModelError, pack, parse } = await import('../../../model/index.ts');
  let bytes: Uint8Array;
  try {
    bytes = pack(parse(hiddenSource(join(folders.hidden, specification), subject)));
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
  const folder = await mkdtemp(join(tmpdir(), 'kata-parsed-'));
  const file = join(folder, 'specification');
  await writeFile(file, bytes);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
