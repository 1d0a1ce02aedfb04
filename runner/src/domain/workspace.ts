import { join } from 'node:path';
import type { Exercise } from './exercise.ts';
import type { Wanted } from './ports.ts';

/** What a workspace starts as: the starter's files and the brief, nothing else. */
export function startOf({ folders }: Exercise): Wanted {
  return { layers: [{ folder: folders.starter }, { file: join(folders.exercise, 'README.md') }] };
}

/** What `kata solution --apply` lays out: the solution's files over the start, without its notes. */
export function solutionOf({ folders }: Exercise): Wanted {
  return {
    layers: [
      { folder: folders.starter },
      { folder: folders.solution, without: ['NOTES.md', 'README.md'] },
      { file: join(folders.exercise, 'README.md') },
    ],
  };
}
