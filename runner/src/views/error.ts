import type { KataError } from '../errors.ts';
import { beside, folded, room } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

/** What happened, where, and what to do now. */
export function errorView(screen: Screen, error: KataError): string {
  const { style, symbols } = screen;
  const [sentence = '', ...details] = error.message.split(/\r?\n/);
  const width = room(screen);
  return indent(
    [
      ...beside(`${style.bad(symbols.broken)} `, sentence, width),
      ...detailLines(details, width - margin.length).map((line) => indent(line)),
      ...beside(`${margin}${style.accent(symbols.next)} `, error.remedy, width),
    ].join('\n'),
  );
}

/** '  12 | ' before a line of code, '     | ' before the caret below it. */
const gutter = /^ *\d* *\| /;
const caretLine = /^ *\| .*\^$/;
/** Columns of code that stay in sight behind the caret. */
const behindCaret = 12;

/** Code keeps its columns, so that the caret stays below its place; reasons keep how far they are in. */
function detailLines(details: readonly string[], width: number): string[] {
  const lines = details.map((line) => line.replaceAll('\t', margin));
  const caret = lines.find((line) => caretLine.test(line))?.length ?? 0;
  const outOfSight = Math.max(0, caret + behindCaret - width);
  return lines.flatMap((line) => {
    const edge = gutter.exec(line)?.[0];
    if (edge === undefined) {
      const inset = /^ */.exec(line)?.[0] ?? '';
      return beside(inset, line.slice(inset.length), width);
    }
    const [part = ''] = folded(line.slice(edge.length + outOfSight), width - edge.length);
    return [(edge + part).trimEnd()];
  });
}

/** Something nobody foresaw: the stack is for the one who mends it. */
export function bugView(screen: Screen, error: unknown): string {
  const { style, symbols } = screen;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const width = room(screen);
  return indent(
    [
      ...beside(`${style.bad(symbols.broken)} `, 'This is a bug in kata, not in your code.', width),
      ...beside(
        `${margin}${style.accent(symbols.next)} `,
        'Your work in workspace/ is untouched. Please report the lines below, with the command you gave.',
        width,
      ),
      '',
      ...folded(stack, width).map((line) => (line === '' ? line : style.dim(line.trimEnd()))),
    ].join('\n'),
  );
}
