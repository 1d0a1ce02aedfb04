/** One schedule that was run again: its whole history, and what it leads to. */
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { Replayed } from '../domain/judgement.ts';
import { writeToken } from '../domain/replay-token.ts';
import { printedLines, sign, textOf } from './check.ts';
import { beside, nextStep, room, spread } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';
import { drawingLines } from './story.ts';

export function replayView(screen: Screen, exercise: Exercise, replayed: Replayed): string {
  const { style } = screen;
  const { story, broken, isAttack = false } = replayed;
  const title = `${sign(screen, broken.length > 0 === isAttack)} ${style.bold(label(exercise))}`;
  const token = style.dim(`replay ${writeToken(exercise, story.token)}`);
  return indent(
    [
      spread(screen, title, token),
      '',
      ...drawingLines(screen, story),
      ...verdictLines(screen, exercise, broken, isAttack),
      '',
      ...printedLines(screen, replayed, 'in this schedule'),
      ...(isAttack ? nextOfAttack(screen) : next(screen, exercise, broken)),
    ].join('\n'),
  );
}

function verdictLines(
  screen: Screen,
  exercise: Exercise,
  broken: Replayed['broken'],
  isAttack: boolean,
): string[] {
  if (broken.length === 0) {
    const text = isAttack
      ? 'This schedule breaks nothing'
      : 'This schedule no longer breaks anything';
    return beside(`${sign(screen, !isAttack)} `, text, room(screen));
  }
  return broken.flatMap(({ promise, so }) => [
    ...beside(`${sign(screen, isAttack)} `, textOf(exercise, promise).text, room(screen)),
    ...beside(`${margin}${screen.style.dim('so')}  `, so, room(screen)),
  ]);
}

function nextOfAttack(screen: Screen): string[] {
  return nextStep(
    screen,
    `${screen.style.accent('kata check')} plays your schedules as they are now`,
  );
}

function next(screen: Screen, exercise: Exercise, [broken]: Replayed['broken']): string[] {
  if (broken) return nextStep(screen, textOf(exercise, broken.promise).ask, 'stuck? kata hint');
  return nextStep(screen, `${screen.style.accent('kata check')} runs all the others as well`);
}
