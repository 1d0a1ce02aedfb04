/** The real file system, with something happening at one of its operations. */
import { fileSystem, type FileSystem } from '../../src/adapters/vault/file-system.ts';

type Operation = keyof FileSystem;

/** Calls `before` with the number of each operation, from 1, ahead of carrying it out. */
export function observed(
  before: (count: number, operation: Operation, args: readonly unknown[]) => void,
): FileSystem & { readonly count: () => number } {
  let count = 0;
  const wrap = (operation: Operation) => {
    const real = fileSystem[operation] as (...args: unknown[]) => unknown;
    return (...args: unknown[]): unknown => {
      count += 1;
      before(count, operation, args);
      // What survives a power failure is not tested here, and syncing thousands of times is slow.
      return operation === 'sync' || operation === 'syncFolder' ? undefined : real(...args);
    };
  };
  const operations = Object.keys(fileSystem) as Operation[];
  const wrapped = Object.fromEntries(operations.map((name) => [name, wrap(name)]));
  return { ...(wrapped as unknown as FileSystem), count: () => count };
}

/** Thrown by every operation of a process that has died: it does nothing any more, not even tidy up. */
export class Died extends Error {}

/** Dies at one operation. A write of which half got through is the worst way to go. */
export function dyingAt(last: number) {
  return observed((count, operation, args) => {
    if (count === last && operation === 'write') {
      const [file, bytes] = args as [number, Buffer];
      fileSystem.write(file, bytes.subarray(0, bytes.length / 2));
    }
    if (count >= last) throw new Died();
  });
}

/** The operations for which a system needs space on the disk. */
const growing: readonly Operation[] = [
  'create',
  'write',
  'rename',
  'link',
  'copy',
  'symlink',
  'makeFolder',
];

/** Refuses one operation, if it is one that could be refused so. */
export function refusingAt(refused: number, code: 'ENOSPC' | 'EROFS') {
  return observed((count, operation) => {
    if (count === refused && growing.includes(operation)) throw systemError(code, operation);
  });
}

export function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
