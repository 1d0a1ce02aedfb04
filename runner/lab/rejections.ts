/**
 * Promises that are rejected while nobody handles it. Node tells of them at the end of each step; while
 * executions run they are the execution's affair, and nobody else's.
 */
import { tellRejected } from './shadows.ts';

export function hearingRejections<T>(work: () => T): T {
  const giveBack = takeRejections();
  try {
    return work();
  } finally {
    giveBack();
  }
}

/**
 * What does not belong to an execution goes to those who listened before. The answer gives them back
 * what they listened to.
 */
export function takeRejections(): () => void {
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error, promise) => {
    if (!tellRejected(error)) for (const listener of listeners) listener(error, promise);
  });
  return () => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  };
}
