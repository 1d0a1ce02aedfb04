/** What became of a learner's schedule: how far it came, what else was possible, and stars for few steps. */
import type { Attack, PromiseVerdict, Story } from '../../lab/index.ts';
import type { Exercise } from '../domain/exercise.ts';
import { writeToken } from '../domain/replay-token.ts';
import { beside, padded, room, several, spread, widest } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';
import { drawingLines } from './story.ts';

/** Below its sentence. What is told at length elsewhere on the screen is not told here. */
export function attackFigures(
  screen: Screen,
  exercise: Exercise,
  { holds, story }: PromiseVerdict,
  attack: Attack,
  isTold: boolean,
): string[] {
  const { dim } = screen.style;
  const lines = [holds ? starsText(screen, attack) : dim(missedText(attack))];
  if (holds && story && !isTold) {
    if (story.so !== undefined) lines.push(dim(`so ${story.so}`));
    if (story.token !== undefined) {
      lines.push(dim(`kata replay ${writeToken(exercise, story.token)}`));
    }
  }
  return lines.flatMap((text) => beside(margin, text, room(screen)));
}

/** One for breaking it, one for doing so in the fewest steps. */
function starsText({ style, symbols }: Screen, { steps, fewest }: Attack): string {
  const isShortest = fewest?.isCertain === true && fewest.steps === steps;
  const stars = symbols.star + (isShortest ? symbols.star : symbols.noStar);
  return `${style.good(stars)} ${style.dim(`broken in ${several(steps, 'step')}; ${fewestText(steps, fewest)}`)}`;
}

function fewestText(steps: number, fewest: Attack['fewest']): string {
  if (!fewest) return 'the fewest are not known';
  if (fewest.steps < steps) return `${fewest.steps} are enough`;
  return fewest.isCertain ? 'fewer are not enough' : 'whether fewer are enough is not known';
}

function missedText({ steps, refused }: Attack): string {
  if (refused) return `step ${refused.number} of ${steps} is not possible`;
  if (steps === 0) return 'an empty schedule: all goes by itself, and nothing is broken';
  const possible = steps === 1 ? 'its one step is possible' : `all its ${steps} steps are possible`;
  return `${possible}, and nothing is broken`;
}

/** The story as far as it came, why it came no further, and what is possible at the end of the schedule. */
export function attackLines(screen: Screen, attack: Attack, story: Story | undefined): string[] {
  const drawing = story && story.steps.length > 0 ? drawingLines(screen, story) : [];
  return [...drawing, ...refusalLines(screen, attack), ...possibleLines(screen, attack), ''];
}

/** As wide as the longest head of a fact. */
const headWidth = 'possible'.length;
/** Columns to the left of what is said of it. */
const factIndent = headWidth + 2 * margin.length;

function fact({ style }: Screen, head: string, text: string, width: number): string[] {
  return beside(`${margin}${style.dim(padded(head, headWidth))}${margin}`, text, width);
}

function refusalLines(screen: Screen, { refused }: Attack): string[] {
  if (!refused) return [];
  const { number, step, why, at } = refused;
  const { bad, dim } = screen.style;
  const place = at ? dim(`${at.file}:${at.line}`) : '';
  const narrower = { ...screen, columns: screen.columns - factIndent };
  return [
    ...fact(screen, `step ${number}`, spread(narrower, bad(step), place), room(screen)),
    ...fact(screen, 'why not', why, room(screen)),
  ];
}

function possibleLines(screen: Screen, { steps, refused, possible }: Attack): string[] {
  const { dim } = screen.style;
  if (possible.length === 0)
    return refused ? [] : fact(screen, 'possible', 'nothing more', room(screen));
  const behind = steps === 0 ? 'first' : `after step ${steps}, instead of going on by itself`;
  const width = widest(possible.map(({ step }) => step));
  return [
    ...fact(screen, 'possible', dim(`${refused ? 'instead' : behind}:`), room(screen)),
    ...possible.flatMap(({ step, does }) =>
      beside(indent(`${padded(step, width)}  `, margin.repeat(2)), dim(does), room(screen)),
    ),
  ];
}
