import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Says what is being swapped; while it is there, a swap is going on or was cut off. */
export function journalIn(vault: string): string {
  return join(vault, 'journal.json');
}

/** One look, so that a command with nothing to mend need not load the vault. @param kataFolder .kata */
export function leftOpen(kataFolder: string): boolean {
  return existsSync(journalIn(join(kataFolder, 'vault')));
}
