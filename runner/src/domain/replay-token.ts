/** What `kata replay` is given: the exercise, a dot, and the lab's token, as in 02.1k3f904f1c. */
import { KataError } from '../errors.ts';
import type { Exercise } from './exercise.ts';

export function writeToken({ number }: Pick<Exercise, 'number'>, token: string): string {
  return `${String(number).padStart(2, '0')}.${token}`;
}

/**
 * The exercise's number or name, and the lab's token, which only the lab can read.
 * @throws KataError token-malformed
 */
export function splitToken(text: string): { readonly exercise: string; readonly token: string } {
  const [, exercise, token] = /^([\w-]+)\.(\S+)$/.exec(text.trim()) ?? [];
  if (exercise !== undefined && token !== undefined) return { exercise, token };
  throw new KataError(
    'token-malformed',
    `“${text}” is no replay token.`,
    'Copy it whole from the line “replay” below a story, as in kata replay 02.1k3f9.',
  );
}
