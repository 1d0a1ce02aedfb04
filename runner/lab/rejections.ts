/**
 * Promises that are rejected while nobody handles it. Node tells of them at the end of each step; while
 * executions run they are the execution's affair, and nobody else's.
 */
import { tellRejected } from './shadows.ts';

/** What does not belong to an execution goes to those who listened before. */
export function hearingRejections<T>(work: () => T): T {
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error, promise) => {
    if (!tellRejected(error)) for (const listener of listeners) listener(error, promise);
  });
  try {
    return work();
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}
