import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { PoolRunnerInitializer } from 'vitest/node';

/** A subject that needs more is out of bounds; without a limit it would take the whole machine. */
const memoryMaxMb = 1024;

/** Vitest's own thread entry, which loads for longer than a small check takes. */
const entry = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'dist/workers/threads.js',
);

export interface SpareThread {
  /** A vitest pool that takes the spare thread for its run. */
  readonly pool: PoolRunnerInitializer;
  /** Loads a fresh thread ahead of the next run. @param forModels with what their engine needs */
  prepare(forModels: boolean): void;
}

/**
 * Each run gets a thread of its own, so that no subject sees an earlier one's traces, and the thread
 * is loaded while nothing else is to do, so that a save waits for the verdict only.
 */
export function spareThread(): SpareThread {
  let spare: Worker | undefined;
  return {
    prepare: (forModels) => {
      spare ??= load(forModels);
    },
    pool: {
      name: 'kata',
      createPoolWorker: () => {
        const thread = spare ?? load(false);
        spare = undefined;
        return {
          name: 'kata',
          on: (event, callback) => void thread.on(event, callback),
          off: (event, callback) => void thread.off(event, callback),
          send: (message) => thread.postMessage(message),
          deserialize: (data) => data,
          start: async () => {},
          stop: async () => void (await thread.terminate()),
        };
      },
    },
  };
}

/**
 * The environment is shared because vitest completes it while the thread loads already; the lab is
 * loaded ahead because every hidden test needs it.
 */
function load(forModels: boolean): Worker {
  const ahead = [
    import.meta.resolve('#lab'),
    ...(forModels ? [import.meta.resolve('../../../model/warm.js')] : []),
  ];
  const thread = new Worker(entry, {
    env: SHARE_ENV,
    execArgv: ahead.flatMap((module) => ['--import', module]),
    resourceLimits: { maxOldGenerationSizeMb: memoryMaxMb },
  });
  // A thread that fails exits too; vitest reports the failure, and would fall over the exit.
  thread.once('error', () => thread.removeAllListeners('exit'));
  return thread;
}
