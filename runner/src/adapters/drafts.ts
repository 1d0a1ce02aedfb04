import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Drafts } from '../domain/ports.ts';
import { KataError } from '../errors.ts';

/** New folders in the repository at `root`. */
export function openDrafts(root: string): Drafts {
  return {
    async lay(folder, files) {
      const target = join(root, folder);
      if (existsSync(target)) {
        throw new KataError(
          'usage',
          `${folder} is there already.`,
          'Choose another name, or move that folder away.',
        );
      }
      // Written beside and renamed, so that the catalogue never meets half an exercise.
      const draft = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
      try {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(draft, path)), { recursive: true });
          await writeFile(join(draft, path), text);
        }
        await rename(draft, target);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
  };
}
