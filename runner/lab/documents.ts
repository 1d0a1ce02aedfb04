/** The store's documents during one execution. */
import { clone } from './clone.ts';
import { ConcurrencyError, type Document, type Write } from './services.ts';
import { untraced } from './source-line.ts';

interface Kept {
  /** Undefined while there is none. */
  document: Document<unknown> | undefined;
  /** Also counts on through a delete. */
  version: number;
  /** Every value so far; undefined where it was deleted. */
  readonly history: unknown[];
}

export interface Documents {
  get(key: string): Document<unknown> | undefined;
  /** The first write whose condition does not hold. */
  conflict(writes: readonly Write[]): ConcurrencyError | undefined;
  apply(write: Write): void;
  /** In the order of their keys. */
  all(): readonly Document<unknown>[];
  history(key: string): readonly unknown[];
}

/** @param given  the values at the start; nobody changes them */
export function openDocuments(
  given: Readonly<Record<string, unknown>>,
  givenVersion: number,
): Documents {
  const kept = new Map<string, Kept>();
  for (const key in given) {
    const value = given[key];
    kept.set(key, {
      document: { key, value, version: givenVersion },
      version: givenVersion,
      history: [value],
    });
  }
  const get = (key: string) => kept.get(key)?.document;
  return {
    get,
    conflict(writes) {
      for (const { key, ifVersion } of writes) {
        if (ifVersion === undefined) continue;
        const actual = get(key)?.version ?? 'absent';
        if (actual === ifVersion) continue;
        return untraced(() => new ConcurrencyError(key, ifVersion, actual));
      }
      return undefined;
    },
    apply(write) {
      const { key } = write;
      let entry = kept.get(key);
      if (!entry) kept.set(key, (entry = { document: undefined, version: 0, history: [] }));
      if ('delete' in write) {
        entry.document = undefined;
        entry.history.push(undefined);
        return;
      }
      entry.version += 1;
      entry.document = { key, value: write.value, version: entry.version };
      entry.history.push(write.value);
    },
    all: () =>
      [...kept.values()]
        .flatMap(({ document }) => document ?? [])
        .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    history: (key) => kept.get(key)?.history.map(clone) ?? [],
  };
}
