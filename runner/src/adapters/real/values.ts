/**
 * Values as text. The lab copies whatever the platform can clone; a database, a broker and HTTP know JSON. What
 * would come back as something else is refused where it is written, and not found out where it is read.
 */
import { inspect } from 'node:util';

/** JSON has no word for it; no JSON text is empty. */
const nothing = '';

/** @param what  'the value of cart-7', for the error. @throws TypeError for what JSON would change */
export function encode(value: unknown, what: string): string {
  mustBeJson(value, what, []);
  return value === undefined ? nothing : JSON.stringify(value);
}

export function decode(text: string): unknown {
  return text === nothing ? undefined : JSON.parse(text);
}

function mustBeJson(value: unknown, what: string, around: readonly unknown[]): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      break;
    case 'object': {
      if (value === null) return;
      if (around.includes(value)) throw new TypeError(`${what} refers to itself: JSON cannot`);
      const inside = [...around, value];
      if (Array.isArray(value)) {
        for (const each of value) {
          if (each === undefined)
            throw new TypeError(`${what} has undefined in a list: JSON cannot`);
          mustBeJson(each, what, inside);
        }
        return;
      }
      if (Object.getPrototypeOf(value) === Object.prototype) {
        for (const each of Object.values(value)) mustBeJson(each, what, inside);
        return;
      }
      break;
    }
    default:
  }
  const text = inspect(value, { depth: 0, breakLength: Infinity });
  throw new TypeError(
    `${what} has ${text} in it, which JSON cannot keep: write it as a text or a number`,
  );
}
