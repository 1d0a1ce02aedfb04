/**
 * Values of a specification in the JSON of the Informal Trace Format, in one canonical order, so that equal
 * values have equal texts. https://apalache-mc.org/docs/adr/015adr-trace.html
 */
import type { QuintEx } from '@informalsystems/quint/dist/src/ir/quintIr.js';

export type Value =
  | boolean
  | string
  | { readonly '#bigint': string }
  | { readonly '#set': readonly Value[] }
  | { readonly '#tup': readonly Value[] }
  | { readonly '#map': readonly (readonly [Value, Value])[] }
  /** One of a sum type. */
  | { readonly tag: string; readonly value: Value }
  | readonly Value[]
  | { readonly [field: string]: Value };

/** The value of each state variable, by its name. */
export type State = Readonly<Record<string, Value>>;

/** The JSON of a value as the evaluator writes it. */
export function textOf(expression: QuintEx): string {
  switch (expression.kind) {
    case 'bool':
      return String(expression.value);
    case 'int':
      return `{"#bigint":"${expression.value}"}`;
    case 'str':
      return JSON.stringify(expression.value);
    case 'app':
      return textOfApplied(expression.opcode, expression.args);
    case 'name':
      // Of infinite sets; they are values, and have no elements to show.
      return `{"#set":[${JSON.stringify(expression.name)}]}`;
    case 'lambda':
    case 'let':
      throw new Error(`a value of the kind ${expression.kind} cannot be kept in a state`);
  }
}

function textOfApplied(operator: string, parts: readonly QuintEx[]): string {
  const texts = parts.map((part) => (operator === 'Map' ? entryOf(part) : textOf(part)));
  switch (operator) {
    case 'Set':
      return `{"#set":[${[...new Set(texts)].toSorted().join()}]}`;
    case 'Map':
      return `{"#map":[${texts.toSorted().join()}]}`;
    case 'Tup':
      return `{"#tup":[${texts.join()}]}`;
    case 'List':
      return `[${texts.join()}]`;
    case 'Rec': {
      const fields = texts.flatMap((text, index) =>
        index % 2 === 0 ? [`${text}:${texts[index + 1]}`] : [],
      );
      return `{${fields.toSorted().join()}}`;
    }
    case 'variant':
      return `{"tag":${texts[0]},"value":${texts[1]}}`;
    default:
      throw new Error(`${operator} makes no value that can be kept in a state`);
  }
}

function entryOf(pair: QuintEx): string {
  if (pair.kind !== 'app') throw new Error('an entry of a map is no pair');
  return `[${pair.args.map(textOf).join()}]`;
}

/** As one would write it in Quint, short: Set("a", "b"), Map("a" -> 1), { at: "book" }. */
export function inQuint(value: Value): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  const parts = partsOf(value);
  switch (parts.kind) {
    case 'int':
      return parts.text;
    case 'set':
      return `Set(${listed(parts.elements)})`;
    case 'list':
      return `[${listed(parts.elements)}]`;
    case 'tuple':
      return `(${listed(parts.elements)})`;
    case 'map':
      return `Map(${parts.entries.map(([key, each]) => `${inQuint(key)} -> ${inQuint(each)}`).join(', ')})`;
    case 'variant':
      return isUnit(parts.value) ? parts.tag : `${parts.tag}(${inQuint(parts.value)})`;
    case 'record':
      return `{ ${parts.fields.map(([name, each]) => `${name}: ${inQuint(each)}`).join(', ')} }`;
  }
}

function listed(values: readonly Value[]): string {
  return values.map(inQuint).join(', ');
}

function isUnit(value: Value): boolean {
  return typeof value === 'object' && '#tup' in value && inQuint(value) === '()';
}

/** A value by what it is made of. */
export type Parts =
  | { readonly kind: 'int'; readonly text: string }
  | { readonly kind: 'set' | 'list' | 'tuple'; readonly elements: readonly Value[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Value, Value])[] }
  | { readonly kind: 'variant'; readonly tag: string; readonly value: Value }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [string, Value])[] };

export function partsOf(value: Exclude<Value, boolean | string>): Parts {
  if (isList(value)) return { kind: 'list', elements: value };
  if (has<{ '#bigint': string }>(value, '#bigint')) return { kind: 'int', text: value['#bigint'] };
  if (has<{ '#set': readonly Value[] }>(value, '#set')) {
    return { kind: 'set', elements: value['#set'] };
  }
  if (has<{ '#tup': readonly Value[] }>(value, '#tup')) {
    return { kind: 'tuple', elements: value['#tup'] };
  }
  if (has<{ '#map': readonly (readonly [Value, Value])[] }>(value, '#map')) {
    return { kind: 'map', entries: value['#map'] };
  }
  const fields = Object.entries(value as Readonly<Record<string, Value>>);
  const { tag, value: held } = value as { readonly tag?: Value; readonly value?: Value };
  return fields.length === 2 && typeof tag === 'string' && held !== undefined
    ? { kind: 'variant', tag, value: held }
    : { kind: 'record', fields };
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function has<T extends object>(value: object, key: keyof T & string): value is T {
  return key in value;
}
