import type { Mistake } from './verdict.ts';

/** Carries a mistake of the learner's out of the simulation; the judge turns it into a report. */
export class MistakeError extends Error {
  readonly mistake: Mistake;

  constructor(mistake: Mistake) {
    super(mistake.message);
    this.name = 'MistakeError';
    this.mistake = mistake;
  }
}
