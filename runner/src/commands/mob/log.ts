import { exit, KataError } from '../../errors.ts';
import { storyOf } from '../../domain/mob-story.ts';
import { logDocument, logMarkdown, logView } from '../../views/mob-log.ts';
import type { Run } from '../command.ts';
import { withFacts } from './mob-at-hand.ts';

/** `kata mob log`: what the room did, turn by turn: the review at the end. Of the last mob where none is on. */
export const log: Run<{ json?: boolean; format?: 'markdown' }> = async (kata, input) => {
  const current = kata.mob.current();
  const id = current?.id ?? kata.mob.last();
  const facts = id === undefined ? [] : kata.mob.facts(id);
  const opened = facts.find((fact) => fact.kind === 'progress');
  if (id === undefined || !opened) {
    throw new KataError('no-mob', 'There was no mob here yet.', 'kata mob start begins one.');
  }
  const at = withFacts(kata, { id, exercise: opened.fact.exercise, own: null });
  // A mob that is on here no more was over, for all that is known, when the last thing happened in it.
  const until = current ? kata.clock.now() : (at.facts.at(-1)?.at ?? 0);
  const story = storyOf(at.facts, until);
  const { exercise } = at;
  if (input.json === true) {
    kata.terminal.print(JSON.stringify(logDocument(exercise, at.mob, story), null, 2));
  } else if (input.format === 'markdown') {
    kata.terminal.print(logMarkdown(exercise, at.mob, story));
  } else {
    await kata.terminal.page(
      logView(kata.screen, exercise, { isOn: current !== undefined, turns: story }),
    );
  }
  return exit.done;
};
