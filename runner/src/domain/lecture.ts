import { lexer, type Token, type Tokens } from 'marked';
import type { Catalogue } from './catalogue.ts';

/** A talk as its Markdown file gives it: slides between `---` lines, then the sources. */
export interface Lecture {
  /** The first slide's title. */
  readonly title: string;
  readonly slides: readonly Slide[];
  /** Markdown of the last part, if it is headed "Sources". It is not a slide. */
  readonly sources: string | undefined;
}

export interface Slide {
  readonly title: string;
  /** Markdown without the title and the notes. */
  readonly body: string;
  readonly notes: Notes | undefined;
}

/** In the file a block quote that begins with **Speaker, 2 min.** */
interface Notes {
  readonly minutes: number;
  /** Markdown. */
  readonly text: string;
}

export function parseLecture(source: string): Lecture {
  const parts = split(lexer(source)).map(slide);
  const last = parts.at(-1);
  const sources = last?.title === 'Sources' ? last.body : undefined;
  const slides = sources === undefined ? parts : parts.slice(0, -1);
  return { title: slides[0]?.title ?? '', slides, sources };
}

/** The sum of the speaker's minutes. */
export function speakingMinutes(lecture: Lecture): number {
  return lecture.slides.reduce((sum, { notes }) => sum + (notes?.minutes ?? 0), 0);
}

/**
 * The talk meant by what was typed: its file stem with or without the number, or an exercise by number
 * or name. A number without an exercise finds the talk of that number. Undefined when there is none.
 */
export function findLecture(
  names: readonly string[],
  catalogue: Catalogue,
  wanted: string,
): string | undefined {
  const stem = names.find((name) => name === wanted || name.replace(/^\d+-/, '') === wanted);
  if (stem !== undefined) return stem;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : undefined;
  const exercise = catalogue.find(
    ({ id, name, number: own }) => name === wanted || id === wanted || own === number,
  );
  if (exercise?.lecture !== undefined) return names.find((name) => name === exercise.lecture);
  return names.find((name) => number !== undefined && Number.parseInt(name, 10) === number);
}

/** Cutting between tokens, not lines, leaves a `---` inside a drawing alone. */
function split(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.type === 'hr') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.some((token) => token.type !== 'space'));
}

function slide(tokens: readonly Token[]): Slide {
  const heading = tokens.find((token): token is Tokens.Heading => token.type === 'heading');
  const quote = tokens.find((token) => notesIn(token) !== undefined);
  const rest = tokens.filter((token) => token !== heading && token !== quote);
  return {
    title: heading?.text ?? '',
    body: rest
      .map((token) => token.raw)
      .join('')
      .trim(),
    notes: quote && notesIn(quote),
  };
}

function notesIn(token: Token): Notes | undefined {
  if (token.type !== 'blockquote') return undefined;
  const { text } = token as Tokens.Blockquote;
  const [, minutes, said] = /^\*\*Speaker, (\d+(?:\.\d+)?) min\.\*\*\s*([\s\S]*)$/.exec(text) ?? [];
  return minutes === undefined ? undefined : { minutes: Number(minutes), text: said ?? '' };
}
