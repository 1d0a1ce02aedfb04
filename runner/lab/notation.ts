/**
 * What a learner writes a schedule in: who does what next. The words are those of the stories. Each step
 * knows the line on which it stands, so that a step that is not possible can be shown where it was written.
 */
import type { SourceLine } from './verdict.ts';

/** One step of a schedule. */
export interface ScheduledStep {
  readonly word: Word;
  /** Whose step: a process, a person, or a message. */
  readonly of: string;
  /** Of a delivery: the process that gets the message. */
  readonly to?: string;
  readonly at?: SourceLine;
}

/** What the adversary does, step by step. Behind the last one all goes on by itself. */
export type Schedule = readonly ScheduledStep[];

export type Word =
  'deliver' | 'step' | 'crash' | 'crashInFlight' | 'arrive' | 'expire' | 'duplicate';

/** The broker gives the message to the process. Its handler runs up to its first call, which then waits. */
export function deliver(message: string, process: string): ScheduledStep {
  return { word: 'deliver', of: message, to: process };
}

/** The call that waits takes effect, and whoever made it goes on to the next one. */
export function step(who: string): ScheduledStep {
  return { word: 'step', of: who };
}

/** The process crashes before the call that waits. It boots again, and its message waits anew. */
export function crash(process: string): ScheduledStep {
  return { word: 'crash', of: process };
}

/** The same, but the call has left the process already. It takes effect later: see `arrive`. */
export function crashInFlight(process: string): ScheduledStep {
  return { word: 'crashInFlight', of: process };
}

/** A call that was on its way when its process crashed takes effect now. */
export function arrive(process: string): ScheduledStep {
  return { word: 'arrive', of: process };
}

/** The lock of the message that the process works on runs out: it waits anew, and the process goes on. */
export function expire(process: string): ScheduledStep {
  return { word: 'expire', of: process };
}

/** The message is completed, and the broker forgets that: it waits anew. In place of that last `step`. */
export function duplicate(message: string): ScheduledStep {
  return { word: 'duplicate', of: message };
}

export const words = { deliver, step, crash, crashInFlight, arrive, expire, duplicate } as const;

/** As one writes it: `deliver('m1', 'support #2')`. */
export function written({ word, of, to }: Pick<ScheduledStep, 'word' | 'of' | 'to'>): string {
  return `${word}(${[of, ...(to === undefined ? [] : [to])].map((each) => `'${each}'`).join(', ')})`;
}
