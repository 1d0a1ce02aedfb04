/**
 * What a step touches. Two steps are dependent when both touch a resource and at least one writes it;
 * independent ones may change places without anybody noticing.
 */

/** Resources as numbers, doubled; the lowest bit says that the resource is written. */
export type Footprint = readonly number[];

/** Numbers for resources, the same in every execution of one exploration. */
export interface Resources {
  of(kind: ResourceKind, name: string): number;
  beginningWith(kind: ResourceKind, prefix: string): readonly number[];
  /** The name of a resource; undefined for one of another kind. */
  nameOf(kind: ResourceKind, resource: number): string | undefined;
}

export type ResourceKind = 'memory' | 'life' | 'document' | 'api' | 'time';

export function openResources(): Resources & { fresh(): number } {
  const known: Readonly<Record<ResourceKind, Map<string, number>>> = {
    memory: new Map(),
    life: new Map(),
    document: new Map(),
    api: new Map(),
    time: new Map(),
  };
  let last = 0;
  const fresh = (): number => (last += 1);
  return {
    fresh,
    of(kind, name) {
      const names = known[kind];
      let id = names.get(name);
      if (id === undefined) names.set(name, (id = fresh()));
      return id;
    },
    beginningWith: (kind, prefix) =>
      [...known[kind]].flatMap(([name, id]) => (name.startsWith(prefix) ? [id] : [])),
    nameOf: (kind, resource) => [...known[kind]].find(([, id]) => id === resource)?.[0],
  };
}

export const read = (resource: number): number => resource * 2;
export const write = (resource: number): number => resource * 2 + 1;

export function dependent(a: Footprint, b: Footprint): boolean {
  for (const x of a) {
    for (const y of b) {
      if (x >> 1 === y >> 1 && ((x | y) & 1) === 1) return true;
    }
  }
  return false;
}
