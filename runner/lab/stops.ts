/** For a debugger: the learner's handlers stop where they begin. Lines stay the learner's. */
import { normalize } from 'node:path';
import { Script } from 'node:vm';
import type { Program } from './program.ts';
import { loadSubject, type Subject } from './subject.ts';

/** The same files, with a `debugger` statement before the first statement of every handler of the scenario. */
export function stopping({ subject: { folder, boot }, processes }: Program): Subject {
  const instance = boot();
  const handlers = new Map<string, Set<string>>();
  const targets = processes.flatMap(({ routes, queues }) => [
    ...routes.map(({ target }) => target),
    ...queues.values(),
  ]);
  for (const target of targets) {
    if (!('file' in target)) continue;
    const file = normalize(target.file);
    const sources = handlers.get(file) ?? new Set();
    handlers.set(file, sources.add(String(instance.handler(target.file, target.name))));
  }
  return loadSubject(folder, {
    weave: (file, code) =>
      [...(handlers.get(file) ?? [])].reduce(
        // The function, so that a `$` in the code stays what it is.
        (woven, source) => woven.replace(source, () => withStop(source)),
        code,
      ),
  });
}

/** A brace, and the blanks and comments up to the first statement behind it. */
const beginning = /\{(?:\s|\/\/.*|\/\*[^]*?\*\/)*/g;

/** The first brace behind which a statement may stand begins the body; those before belong to parameters. */
function withStop(source: string): string {
  for (const { index, 0: opening } of source.matchAll(beginning)) {
    const at = index + opening.length;
    const woven = `${source.slice(0, at)}debugger;${source.slice(at)}`;
    if (compiles(`(${woven})`) || compiles(`({${woven}})`)) return woven;
  }
  return source;
}

function compiles(expression: string): boolean {
  try {
    return Boolean(new Script(expression));
  } catch {
    return false;
  }
}
