/**
 * What a process keeps in the variables of the learner's modules, in words. It is legal, and it dies with
 * its process; a story in which it matters must say what was in there, and who knew it.
 */
import { inspect } from 'node:util';
import type { Instance, Variable } from './subject.ts';
import type { SourceLine } from './verdict.ts';

/** By variable: what it holds, one text an item. */
export type Memory = ReadonlyMap<string, Kept>;

interface Kept {
  readonly name: string;
  readonly at: SourceLine;
  readonly items: readonly string[];
}

export function memoryOf(instance: Instance): Memory {
  return new Map(
    instance
      .variables()
      .map((variable) => [`${variable.at.file}#${variable.name}`, keptIn(variable)]),
  );
}

function keptIn({ name, at, value }: Variable): Kept {
  return { name, at, items: itemsOf(value) };
}

/** What was remembered since then, and what was forgotten. A variable that was not there yet is no news. */
export function changesOf(before: Memory, after: Memory): { text: string; at: SourceLine }[] {
  return [...after].flatMap(([key, { name, at, items }]) => {
    const known = before.get(key)?.items ?? items;
    const added = items.filter((item) => !known.includes(item));
    const gone = known.filter((item) => !items.includes(item));
    if (added.length > 0) {
      return [{ text: `remembers ${listOf(added)} in its memory: ${name}`, at }];
    }
    return gone.length > 0 ? [{ text: `forgets ${listOf(gone)}: ${name}`, at }] : [];
  });
}

/** 'm1 in seen', for all that was remembered since the boot; undefined when nothing was. */
export function lostOf(atBoot: Memory, atCrash: Memory): string | undefined {
  const lost = [...atCrash].flatMap(([key, { name, items }]) => {
    const known = atBoot.get(key)?.items ?? items;
    const added = items.filter((item) => !known.includes(item));
    return added.length > 0 ? [`${listOf(added)} in ${name}`] : [];
  });
  return lost.length > 0 ? lost.join(', ') : undefined;
}

/** So many items, and so many letters of each, say what it is about. */
const itemsShown = 3;
const lettersShown = 24;

function listOf(items: readonly string[]): string {
  const shown = items.slice(0, itemsShown).join(', ');
  const more = items.length - itemsShown;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function itemsOf(value: unknown): readonly string[] {
  if (value instanceof Set) return [...value].map(textOf);
  if (value instanceof Map) return [...value].map(([key, held]) => entryText(textOf(key), held));
  if (Array.isArray(value)) return value.map(textOf);
  if (typeof value === 'function' || typeof value === 'symbol' || value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [textOf(value)];
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(
    ([key, { value: held }]) => (typeof held === 'function' ? [] : [entryText(key, held)]),
  );
}

/** Where what is kept says nothing by itself, that it is there says it all. */
function entryText(key: string, held: unknown): string {
  const isMute = held === true || held === undefined || held instanceof Promise;
  return isMute || typeof held === 'function' ? key : `${key}: ${textOf(held)}`;
}

function textOf(value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, { depth: 2, breakLength: Infinity, customInspect: false });
  return text.length > lettersShown ? `${text.slice(0, lettersShown - 1)}…` : text;
}
