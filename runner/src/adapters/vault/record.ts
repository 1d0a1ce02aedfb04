/** What the vault writes about itself, read back with suspicion: a path in it decides where bytes go. */
import type { Entry } from '../../domain/sealed-copy.ts';
import { KataError } from '../../errors.ts';

/** The object without its version. @throws KataError vault-damaged when this is not a JSON object of a version we know */
export function parseRecord(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return damagedRecord(path, error);
  }
  if (typeof value !== 'object' || value === null) return damagedRecord(path);
  const { version, ...record } = value as Record<string, unknown>;
  return version === 1 ? record : damagedRecord(path);
}

export function damagedRecord(path: string, cause?: unknown): never {
  throw new KataError(
    'vault-damaged',
    `${path} is damaged, or was written by a newer kata.`,
    'Move that one file to a safe place outside of .kata; all other copies are as they were.',
    cause,
  );
}

export function isEntries(value: unknown): value is readonly Entry[] {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, kind, mode, size, sha256, target } = value as Record<string, unknown>;
  if (typeof path !== 'string' || !staysBelow(path)) return false;
  switch (kind) {
    case 'file':
      return isMode(mode) && typeof size === 'number' && /^[0-9a-f]{64}$/.test(String(sha256));
    case 'folder':
      return isMode(mode);
    case 'link':
      return typeof target === 'string';
    default:
      return false;
  }
}

function isMode(mode: unknown): boolean {
  return typeof mode === 'number' && mode >= 0 && mode <= 0o777;
}

function staysBelow(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
