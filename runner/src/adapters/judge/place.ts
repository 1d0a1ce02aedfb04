import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A place in the learner's files. Line and column count from 1. */
export interface Place {
  /** Relative to the subject's folder. */
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * A message that begins with the place as editors know it, and shows the line below:
 *
 *     checkout.ts:12:5  Type 'number' is not assignable to type 'string'.
 *       12 | const total: string = 3;
 *          |       ^
 */
export function messageAt(
  subject: string,
  { file, line, column }: Place,
  sentence: string,
): string {
  const place = [file, line, ...(column === undefined ? [] : [column])].join(':');
  const text = lineOf(resolve(subject, file), line);
  if (text === undefined) return `${place}  ${sentence}`;
  const number = `  ${line} | `;
  const shown = [`${place}  ${sentence}`, `${number}${text}`];
  if (column !== undefined) {
    // Tabs stay tabs, so that the caret stands below its column at any tab width.
    const before = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    shown.push(`${' '.repeat(number.length - 2)}| ${before}^`);
  }
  return shown.join('\n');
}

export function lineOf(file: string, line: number): string | undefined {
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
}
