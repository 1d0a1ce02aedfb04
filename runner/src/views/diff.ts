import { structuredPatch } from 'diff';
import { beside, folded, room } from './line.ts';
import { indent, type Screen } from './screen.ts';

export interface Compared {
  readonly name: string;
  /** Undefined: the file is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A unified diff of several files; undefined when nothing differs. */
export function diffView(screen: Screen, files: readonly Compared[]): string | undefined {
  const { style } = screen;
  const blocks = files.flatMap((file) => {
    if (file.before === file.after) return [];
    const { hunks } = structuredPatch(file.name, file.name, file.before ?? '', file.after ?? '');
    const lines = hunks.flatMap((hunk) => [
      style.dim(`line ${hunk.newStart}`),
      ...hunk.lines.flatMap((line) => painted(screen, line)),
    ]);
    return [[...beside('', style.bold(file.name), room(screen)), ...lines].join('\n')];
  });
  return blocks.length === 0 ? undefined : indent(blocks.join('\n\n'));
}

/** Added and removed are told by their sign, so the colours may stay with the verdicts. */
function painted(screen: Screen, line: string): string[] {
  const paint = line.startsWith('+') ? screen.style.bold : screen.style.dim;
  // What did not change has nothing to show at its end; an added or removed blank is a change.
  const shown = line.startsWith(' ') ? line.trimEnd() : line;
  return folded(shown, room(screen)).map((part) => (part === '' ? part : paint(part)));
}
