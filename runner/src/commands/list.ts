import { standings } from '../domain/progress.ts';
import { exit } from '../errors.ts';
import { listView } from '../views/list.ts';
import { listDocument } from '../views/status-document.ts';
import type { Run } from './command.ts';

/** `kata list`: every exercise with its module, state, checks and time. */
export const list: Run<{ json?: boolean }> = async (kata, { json }) => {
  const all = standings(kata.progress.facts(), kata.catalogue, kata.clock.now());
  kata.terminal.print(
    json === true
      ? JSON.stringify(listDocument(kata.catalogue, all), null, 2)
      : listView(kata.screen, kata.catalogue, all),
  );
  return exit.done;
};
