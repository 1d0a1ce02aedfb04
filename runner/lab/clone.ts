/** Values are cloned at every boundary, so that two actors never share an object. */

/** Deeper values, and those that refer to themselves, are left to the platform. */
const depthMost = 40;

/**
 * The platform's structured clone, with a fast way for what JSON can say: it is called several times in
 * each step. @throws DataCloneError for functions and symbols
 */
export function clone<T>(value: T): T {
  const copy = copyOf(value, 0);
  return copy === notPlain ? structuredClone(value) : (copy as T);
}

/** Instead of a copy of what JSON cannot say. */
const notPlain = Symbol('not plain');

function copyOf(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'object':
      break;
    case 'function':
    case 'symbol':
      return notPlain;
    default:
      return value;
  }
  if (value === null) return null;
  if (depth > depthMost) return notPlain;
  if (Array.isArray(value)) {
    const copies = value.map((each) => copyOf(each, depth + 1));
    return copies.includes(notPlain) ? notPlain : copies;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return notPlain;
  const copies: Record<string, unknown> = {};
  for (const key in value) {
    // As a key it would not be set in the copy, but change what the copy is.
    if (key === '__proto__') return notPlain;
    const copy = copyOf((value as Record<string, unknown>)[key], depth + 1);
    if (copy === notPlain) return notPlain;
    copies[key] = copy;
  }
  return copies;
}
