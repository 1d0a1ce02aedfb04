import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { Lecture, Slide } from '../domain/lecture.ts';
import { markdown, showable } from './markdown.ts';
import { colourless, indent, margin, type Screen } from './screen.ts';

/** A whole talk as one long text; `before` is the exercise it leads to. */
export function lectureText(
  screen: Screen,
  lecture: Lecture,
  before: Exercise | undefined,
): string {
  const { style, symbols } = screen;
  const slides = lecture.slides.map((slide, index) =>
    slideText(screen, slide, {
      at: index + 1,
      of: lecture.slides.length,
    }),
  );
  const parts = [...slides, ...sources(screen, lecture)];
  const rule = margin + style.dim(symbols.rule.repeat(screen.columns - 2 * margin.length));
  const text = parts.join(`\n\n${rule}\n\n`);
  return before === undefined ? text : `${text}\n\n${nextStep(screen, before)}`;
}

function slideText(screen: Screen, slide: Slide, progress: { at: number; of: number }): string {
  const head = titleLine(
    screen,
    showable(screen, slide.title),
    `slide ${progress.at} of ${progress.of}`,
  );
  const parts = [head, markdown(screen, slide.body), ...speakerNotes(screen, slide)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The title on the left and where one is on the right, on one line where both fit. */
function titleLine(screen: Screen, title: string, progress: string): string {
  const { style, columns } = screen;
  const width = columns - 2 * margin.length;
  const room = width - stringWidth(title) - progress.length;
  const text =
    room >= 2
      ? style.bold(title) + ' '.repeat(room) + style.dim(progress)
      : `${style.bold(wrapAnsi(title, width))}\n${style.dim(progress.padStart(width))}`;
  return indent(text);
}

/** The notes are dim as a whole, so they are rendered without colours of their own first. */
function speakerNotes(screen: Screen, { notes }: Slide): string[] {
  if (notes === undefined) return [];
  const narrow = { ...screen, columns: screen.columns - margin.length, style: colourless };
  const said = indent(markdown(narrow, notes.text));
  const text = `${indent(`For the speaker, ${notes.minutes} min`)}\n${said}`;
  return [text.replace(/^.+$/gm, screen.style.dim)];
}

function sources(screen: Screen, lecture: Lecture): string[] {
  return lecture.sources === undefined
    ? []
    : [markdown(screen, `## Sources\n\n${lecture.sources}`)];
}

function nextStep({ style, symbols }: Screen, exercise: Exercise): string {
  const step = style.accent(
    `${symbols.next} kata goto ${String(exercise.number).padStart(2, '0')}`,
  );
  return indent(`${step}   the exercise after this talk: ${label(exercise)}`);
}
