import { harmless, noteLongest } from '../../domain/mob.ts';
import { exit, KataError } from '../../errors.ts';
import { notedView } from '../../views/mob.ts';
import type { Run } from '../command.ts';
import { mobAtHand } from './mob-at-hand.ts';
import { tellOthers } from './sharing.ts';

/** `kata mob note "…"`: kept with the exercise, for the review at the end. */
export const note: Run<{ text: string }> = async (kata, input) => {
  const { current, exercise } = mobAtHand(kata);
  const text = harmless(input.text).trim();
  if (text === '' || text.length > noteLongest) {
    throw new KataError(
      'usage',
      text === '' ? 'The note is empty.' : `The note is longer than ${noteLongest} characters.`,
      'kata mob note "what we want to remember"',
    );
  }
  kata.mob.record(current.id, { kind: 'note', text });
  await tellOthers(kata);
  kata.terminal.print(notedView(kata.screen, exercise, text));
  return exit.done;
};
