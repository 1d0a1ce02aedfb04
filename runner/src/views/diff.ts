import { structuredPatch } from 'diff';
import { indent, type Screen } from './screen.ts';

export interface Compared {
  readonly name: string;
  /** Undefined: the file is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A unified diff of several files; undefined when nothing differs. */
export function diffView(screen: Screen, files: readonly Compared[]): string | undefined {
  const blocks = files.flatMap((file) => {
    if (file.before === file.after) return [];
    const { hunks } = structuredPatch(file.name, file.name, file.before ?? '', file.after ?? '');
    const lines = hunks.flatMap((hunk) => [
      screen.style.dim(`line ${hunk.newStart}`),
      ...hunk.lines.map((line) => painted(screen, line)),
    ]);
    return [[screen.style.bold(file.name), ...lines].join('\n')];
  });
  return blocks.length === 0 ? undefined : indent(blocks.join('\n\n'));
}

/** Added and removed are told by their sign, so the colours may stay with the verdicts. */
function painted({ style }: Screen, line: string): string {
  if (line.startsWith('+')) return style.bold(line);
  return style.dim(line);
}
