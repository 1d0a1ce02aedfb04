/**
 * Lays out what `kata dev check` judges: each variant in a folder of its own, below .kata/tmp, beside the
 * solution's other files, so that it is wrong for its own reason alone.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Variant, Workbench } from '../domain/ports.ts';

/** @param folder may not exist yet; it is removed when a bench is closed */
export function openWorkbench(folder: string): Workbench {
  return {
    async open({ folders, entry, id }) {
      const parts = files(folders.starter);
      const solved = parts.filter((part) => existsSync(join(folders.solution, part)));
      const bench = join(folder, id);
      rmSync(bench, { recursive: true, force: true });
      mkdirSync(bench, { recursive: true });
      const variants = (kind: 'wrong' | 'right'): Variant[] =>
        files(join(folders.variants, kind)).map((file) => {
          const from = join(folders.variants, kind, file);
          const name = basename(file, extname(file));
          const place = join(bench, kind, name);
          mkdirSync(place, { recursive: true });
          for (const part of solved) copyFileSync(join(folders.solution, part), join(place, part));
          const replaced = parts.find((part) => file.endsWith(`.${part}`)) ?? entry;
          if (statSync(from).isDirectory()) cpSync(from, place, { recursive: true });
          else copyFileSync(from, join(place, replaced));
          // A variant of several files says in the entry what it is.
          return { name, source: readFileSync(join(place, replaced), 'utf8'), folder: place };
        });
      return {
        wrong: variants('wrong'),
        right: variants('right'),
        async copy(from) {
          const place = join(bench, 'copy');
          cpSync(from, place, { recursive: true });
          return place;
        },
        async close() {
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

function files(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}
