import { exit, KataError } from '../errors.ts';
import { completionScript, shells, type CompletionRow, type Shell } from '../views/completion.ts';
import type { Run } from './command.ts';

/** Takes the table's rows as an argument: the table holds this command too, and imports it. */
export function completion(rows: () => readonly CompletionRow[]): Run<{ shell: string }> {
  return async (kata, { shell }) => {
    if (!isShell(shell)) {
      throw new KataError(
        'usage',
        `There is no completion for ${shell}.`,
        `kata completion knows ${shells.join(', ')}.`,
      );
    }
    kata.terminal.print(completionScript(shell, rows()));
    return exit.done;
  };
}

function isShell(name: string): name is Shell {
  return shells.some((shell) => shell === name);
}
