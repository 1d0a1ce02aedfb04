/**
 * What the language gives, such as Array.prototype, is shared by everything that runs in a thread. What a
 * handler leaves there outlives its process, and would reach the executions after it.
 */

const shared: readonly (readonly [name: string, object: object])[] =
  `Object Function Array String Number Boolean Symbol BigInt Promise Error TypeError RangeError Map Set
  WeakMap WeakSet Date RegExp JSON Math Reflect Intl URL console`
    .split(/\s+/)
    .flatMap((name) => {
      const found = Reflect.get(globalThis, name) as { prototype?: object };
      return found.prototype
        ? [[name, found] as const, [`${name}.prototype`, found.prototype] as const]
        : [[name, found] as const];
    });

export interface Leftover {
  /** 'Array.prototype'. */
  readonly of: string;
  readonly name: string;
  /** Runs some work in which each further attempt to leave it there is told. */
  during<T>(onWrite: () => void, work: () => T): T;
}

/**
 * Notes what is there now. The answer finds, and takes away, the first thing that was not. It goes through it
 * by counting, because what arrays and iterators do by themselves may be what was changed.
 */
export function watchLanguage(): () => Leftover | undefined {
  const before = shared.map(([, object]) => Object.getOwnPropertyDescriptors(object));
  const { ownKeys, getOwnPropertyDescriptor } = Reflect;
  return () => {
    let first: Leftover | undefined;
    for (let index = 0; index < shared.length; index += 1) {
      const { 0: of, 1: object } = shared[index]!;
      const known = before[index] as Record<PropertyKey, PropertyDescriptor>;
      const keys = ownKeys(object);
      for (let each = 0; each < keys.length; each += 1) {
        const key = keys[each]!;
        const was = getOwnPropertyDescriptor(known, key)?.value as PropertyDescriptor | undefined;
        if (isSame(was, getOwnPropertyDescriptor(object, key))) continue;
        restore(object, key, was);
        first ??= leftover(of, object, key, was);
      }
    }
    return first;
  };
}

function leftover(
  of: string,
  object: object,
  key: PropertyKey,
  was: PropertyDescriptor | undefined,
): Leftover {
  return {
    of,
    name: String(key),
    during(onWrite, work) {
      // How traces look is also written by whoever looks for a line here, and without end.
      if (object === Error) return work();
      Object.defineProperty(object, key, {
        configurable: true,
        get: () => was?.value as unknown,
        set: onWrite,
      });
      try {
        return work();
      } finally {
        restore(object, key, was);
      }
    },
  };
}

function isSame(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  return Object.is(a?.value, b?.value) && a?.get === b?.get && a?.set === b?.set;
}

function restore(object: object, key: PropertyKey, was: PropertyDescriptor | undefined): void {
  Reflect.deleteProperty(object, key);
  if (was) Object.defineProperty(object, key, was);
}
