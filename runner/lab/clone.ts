/** Values are cloned at every boundary, so that two actors never share an object. */

/** Deeper values, and those that refer to themselves, are left to the platform. */
const depthMost = 40;

/**
 * The platform's structured clone, with a fast way for what JSON can say: it is called several times in
 * each step. @throws DataCloneError for functions and symbols
 */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol'
      ? structuredClone(value)
      : value;
  }
  return isPlain(value, 0) ? (copyOf(value) as T) : structuredClone(value);
}

function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'object':
      break;
    case 'function':
    case 'symbol':
      return false;
    default:
      return true;
  }
  if (value === null) return true;
  if (depth > depthMost) return false;
  if (Array.isArray(value)) return value.every((each) => isPlain(each, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    // As a key it would not be set in the copy, but change what the copy is.
    if (key === '__proto__') return false;
    if (!isPlain((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = copyOf((value as Record<string, unknown>)[key]);
  return copy;
}
