import { wrapAnsi } from 'fast-wrap-ansi';
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { shortHash, type SealedCopy } from '../domain/sealed-copy.ts';
import { several, when } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

export interface CopyRow {
  readonly copy: SealedCopy;
  /** Undefined when the workshop no longer has it. */
  readonly exercise: Exercise | undefined;
  /** Files that are otherwise in the workspace now; undefined without an exercise. */
  readonly differing: readonly string[] | undefined;
}

/** Every sealed copy, newest first, with what would change. */
export function copiesView(screen: Screen, newestFirst: readonly CopyRow[]): string {
  const { style, symbols } = screen;
  if (newestFirst.length === 0) {
    return indent('No sealed copies yet. Each kata check keeps one; so does all that overwrites.');
  }
  const names = Math.max(...newestFirst.map((row) => exerciseOf(row).length));
  const reasons = Math.max(...newestFirst.map(({ copy }) => copy.reason.length));
  const line = (cells: readonly [string, string, string, string]): string =>
    `${cells[0].padEnd(8)}${cells[1].padEnd(14)}${cells[2].padEnd(names + 2)}${cells[3].padEnd(reasons + 2)}`;
  const rows = newestFirst.map((row) => {
    const { copy } = row;
    const left = line([shortHash(copy.hash), when(copy.at), exerciseOf(row), copy.reason]);
    return `${left}${style.dim(difference(row, screen.columns - 2 * margin.length - left.length))}`;
  });
  const head = style.dim(`${line(['copy', 'sealed', 'exercise', 'why'])}not as now`);
  const next = `${style.accent(symbols.next)} ${style.accent('kata restore COPY')} brings one back; what stands there now is sealed first`;
  return indent([head, ...rows.map((row) => row.trimEnd()), '', next].join('\n'));
}

/** The same for `kata restore --json`. */
export function copiesDocument(newestFirst: readonly CopyRow[]): unknown {
  return newestFirst.map(({ copy, differing }) => ({
    id: copy.id,
    hash: copy.hash,
    at: new Date(copy.at).toISOString(),
    exercise: copy.exercise,
    reason: copy.reason,
    kept: copy.keep,
    files: copy.entries.filter((entry) => entry.kind === 'file').length,
    differing: differing ?? null,
  }));
}

/** What an operation did to a workspace, and how to undo it. */
export interface Exchange {
  readonly exercise: Exercise;
  /** Files that are no longer as they were. */
  readonly changed: readonly string[];
  /** What stood there before; undefined when nothing did. */
  readonly before: SealedCopy | undefined;
}

export function restoredView(screen: Screen, copy: SealedCopy, exchange: Exchange): string {
  return exchangeView(screen, exchange, `is as it was on ${when(copy.at)} (${copy.reason})`);
}

export function resetView(screen: Screen, exchange: Exchange): string {
  return exchangeView(screen, exchange, 'is as it was at the start');
}

function exchangeView(
  screen: Screen,
  { exercise, changed, before }: Exchange,
  now: string,
): string {
  const { style, symbols, columns } = screen;
  const wrap = (text: string): string => wrapAnsi(text, columns - 2 * margin.length);
  const lines = [`${style.bold(label(exercise))} ${now}.`];
  if (changed.length === 0) {
    lines.push('It was so before; nothing had to change.');
  } else {
    lines.push(
      wrap(style.dim(`${several(changed.length, 'file')} changed: ${changed.join(', ')}`)),
    );
    if (before) {
      const undo = style.accent(`kata restore ${shortHash(before.hash)}`);
      lines.push('', `${style.accent(symbols.next)} ${undo} brings back what stood there`);
    }
  }
  return indent(lines.join('\n'));
}

function exerciseOf({ copy, exercise }: CopyRow): string {
  return exercise ? label(exercise) : copy.exercise;
}

function difference({ differing }: CopyRow, room: number): string {
  if (differing === undefined) return '';
  if (differing.length === 0) return 'the same';
  const names = differing.join(', ');
  return names.length <= room ? names : several(differing.length, 'file');
}
