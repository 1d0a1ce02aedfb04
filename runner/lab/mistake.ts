import { inspect } from 'node:util';
import type { Move } from './moves.ts';
import type { Mistake } from './verdict.ts';

/** Carries a mistake of the learner's out of the simulation; the judge turns it into a report. */
export class MistakeError extends Error {
  readonly mistake: Mistake;
  /** How it came about, where an execution had begun. */
  schedule: readonly Move[] | undefined;

  constructor(mistake: Mistake) {
    super(mistake.message);
    this.name = 'MistakeError';
    this.mistake = mistake;
  }
}

/** Also of what is no error: anything can be thrown. */
export function thrownText(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return typeof error === 'string' ? error : inspect(error, { depth: 1, breakLength: Infinity });
}

/** What was thrown first: libraries wrap it, and keep it as the cause. */
export function firstCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? firstCause(error.cause) : error;
}
