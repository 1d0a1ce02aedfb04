import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lectures } from '../domain/ports.ts';
import { fromSystem, KataError } from '../errors.ts';

/** The texts in the folder lectures/ of the repository at `root`. */
export function openLectures(root: string): Lectures {
  const folder = join(root, 'lectures');
  return {
    async names() {
      const files = await reading(folder, () => readdir(folder));
      // A talk begins with the number of its exercise; other texts for facilitators do not.
      return files.flatMap((file) => /^(\d\d-.+)\.md$/.exec(file)?.[1] ?? []).toSorted();
    },
    read: (name) => text(join(folder, `${name}.md`)),
    agenda: () => text(join(folder, 'agenda.json')),
  };
}

function text(path: string): Promise<string> {
  return reading(path, () => readFile(path, 'utf8'));
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw (
      fromSystem(error) ??
      new KataError(
        'unreadable-file',
        `${path} could not be read.`,
        'It is part of the kit: git checkout -- lectures brings it back.',
        error,
      )
    );
  }
}
