import type { KataError } from '../errors.ts';
import { indent, type Screen } from './screen.ts';

/** What happened, where, and what to do now. */
export function errorView({ style, symbols }: Screen, error: KataError): string {
  return indent(
    [
      `${style.bad(symbols.broken)} ${error.message}`,
      indent(`${style.accent(symbols.next)} ${error.remedy}`),
    ].join('\n'),
  );
}

/** Something nobody foresaw: the stack is for the one who mends it. */
export function bugView({ style, symbols }: Screen, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return indent(
    [
      `${style.bad(symbols.broken)} This is a bug in kata, not in your code.`,
      indent(
        `${style.accent(symbols.next)} Your work in workspace/ is untouched. Please report the lines below, with the command you gave.`,
      ),
      '',
      style.dim(stack),
    ].join('\n'),
  );
}
