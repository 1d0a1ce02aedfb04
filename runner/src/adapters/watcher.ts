import type { WatchFolder } from '../domain/ports.ts';

/**
 * Editors write in several steps, milliseconds apart; together they are one save. Longer than the
 * 50 ms in which chokidar drops a second change of the same file, so that none is missed.
 */
const settleMs = 60;

/** Watches the folder, not the file: a file that an editor replaces is another file with its name. */
export const watchFolder: WatchFolder = async (folder, onChange) => {
  const { watch } = await import('chokidar');
  const watcher = watch(folder, { ignoreInitial: true, ignored: isScratch });
  let settled: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(settled);
    settled = setTimeout(onChange, settleMs);
  });
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    close: async () => {
      clearTimeout(settled);
      await watcher.close();
    },
  };
};

/** Vim's swap, backup and probe files, Emacs' locks, and the like: nothing of the learner's. */
function isScratch(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return /^\.#|^#.*#$|~$|\.sw[a-z]$|\.tmp$|^4913$/.test(name);
}
