/** What a view needs to know of the screen; it never asks the process. */
export interface Screen {
  /** For text. */
  readonly columns: number;
  /** For drawings, which may be wider; without it, they are not. */
  readonly drawingColumns?: number;
  readonly style: Style;
  readonly symbols: Symbols;
}

/** Longer lines are hard to read; a drawing is not read along its whole width. */
const columnsMost = { text: 100, drawing: 140 } as const;

/** @param columns of the terminal */
export function widths(columns: number): Required<Pick<Screen, 'columns' | 'drawingColumns'>> {
  return {
    columns: Math.min(columns, columnsMost.text),
    drawingColumns: Math.min(columns, columnsMost.drawing),
  };
}

type Paint = (text: string) => string;

/** One accent for what to do next, green and red for verdicts only, dim for what can be skipped. */
export interface Style {
  readonly accent: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

export interface Symbols {
  readonly holds: string;
  readonly broken: string;
  readonly next: string;
  readonly full: string;
  readonly half: string;
  readonly empty: string;
  readonly star: string;
  readonly noStar: string;
  readonly bullet: string;
  readonly bar: string;
  readonly rule: string;
  readonly atMost: string;
}

export const unicode: Symbols = {
  holds: '✓',
  broken: '✗',
  next: '→',
  full: '●',
  half: '◐',
  empty: '○',
  star: '★',
  noStar: '☆',
  bullet: '•',
  bar: '│',
  rule: '─',
  atMost: '≤',
};
export const plain: Symbols = {
  holds: 'ok',
  broken: 'x',
  next: '->',
  full: '*',
  half: '~',
  empty: '.',
  star: '*',
  noStar: '.',
  bullet: '-',
  bar: '|',
  rule: '-',
  atMost: '<=',
};

const same: Paint = (text) => text;
export const colourless: Style = { accent: same, good: same, bad: same, dim: same, bold: same };

/** The left margin of every screen. */
export const margin = '  ';

/** Indents each line that has text. */
export function indent(text: string, by = margin): string {
  return text.replace(/^(?=.)/gm, by);
}
