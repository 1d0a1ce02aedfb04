import { copiesNamed, differingFiles, type SealedCopy } from '../domain/sealed-copy.ts';
import { exit, KataError } from '../errors.ts';
import { copiesDocument, copiesView, restoredView, type CopyRow } from '../views/restore.ts';
import type { Kata, Run } from './command.ts';

/** `kata restore`: the sealed copies of all exercises; with one named, that one comes back. */
export const restore: Run<{ copy?: string; json?: boolean }> = async (kata, input) => {
  await kata.vault.lookForLateSaves();
  if (input.copy !== undefined) {
    await bringBack(
      kata,
      input.copy === 'last' ? await lastThatDiffers(kata) : await named(kata, input.copy),
    );
  } else if (input.json === true) {
    kata.terminal.print(JSON.stringify(copiesDocument(await rows(kata)), null, 2));
  } else {
    await kata.terminal.page(copiesView(kata.screen, await rows(kata)));
  }
  return exit.done;
};

async function bringBack(kata: Kata, copy: SealedCopy): Promise<void> {
  const exercise = kata.exercise(copy.exercise);
  const { name, folders } = exercise;
  const before = await kata.vault.replace(
    folders.workspace,
    { copy: copy.id },
    {
      exercise: name,
      reason: 'before restore',
      keep: true,
    },
  );
  const changed = differingFiles(before?.entries ?? [], copy.entries);
  kata.terminal.print(restoredView(kata.screen, copy, { exercise, changed, before }));
}

/** @throws KataError nothing-to-restore, usage when the beginning of a name fits several */
async function named(kata: Kata, prefix: string): Promise<SealedCopy> {
  const [copy, ...others] = copiesNamed(await kata.vault.copies(), prefix);
  if (copy === undefined) {
    throw new KataError(
      'nothing-to-restore',
      `No sealed copy is named ${prefix}.`,
      'kata restore lists all.',
    );
  }
  if (others.length === 0) return copy;
  const some = [copy, ...others].slice(0, 3).map(({ id }) => id);
  throw new KataError(
    'usage',
    `${others.length + 1} sealed copies have a name that begins with ${prefix}.`,
    `Give more of it: ${some.join(', ')}${others.length >= some.length ? ', …' : ''}`,
  );
}

/** So that it undoes what was just done, also right after a check has sealed the present work. */
async function lastThatDiffers(kata: Kata): Promise<SealedCopy> {
  const last = (await rows(kata)).find(
    ({ differing }) => differing !== undefined && differing.length > 0,
  );
  if (last) return last.copy;
  throw new KataError(
    'nothing-to-restore',
    'No sealed copy differs from what stands in its workspace.',
    'kata restore lists all.',
  );
}

/** Newest first; each workspace is read once. */
async function rows(kata: Kata): Promise<readonly CopyRow[]> {
  const copies = await kata.vault.copies();
  const present = new Map(
    await Promise.all(
      kata.catalogue
        .filter(({ name }) => copies.some((copy) => copy.exercise === name))
        .map(
          async ({ name, folders }) =>
            [name, await kata.vault.contents(folders.workspace)] as const,
        ),
    ),
  );
  return copies.map((copy) => {
    const now = present.get(copy.exercise);
    return {
      copy,
      exercise: kata.catalogue.find(({ name }) => name === copy.exercise),
      differing: now && differingFiles(copy.entries, now),
    };
  });
}
