/**
 * A schedule as a short text that another machine can follow: a version, a hash of the scenario, and one
 * base-36 digit for each choice among the moves that were possible. Behind the last digit the first move
 * is taken each time.
 */
import { createHash } from 'node:crypto';
import type { Scenario } from './scenario.ts';
import type { Executed } from './schedule.ts';
import type { Move } from './moves.ts';
import type { Misfit } from './verdict.ts';

/** Counts up whenever the same choices would mean another schedule. */
const version = '1';
const hashLength = 4;
/** A choice beyond the digits: this many are added for each such letter before the digit. */
const more = 'z';
const digitsMost = 35;

/** '1k3f904f1c' */
export function tokenOf(scenario: Scenario, { schedule, enabled }: Executed): string {
  const digits = schedule.map((move, index) => {
    const choice = enabled[index]!.indexOf(move);
    return more.repeat(Math.floor(choice / digitsMost)) + (choice % digitsMost).toString(36);
  });
  return `${version}${hashOf(scenario)}${digits.join('').replace(/0+$/, '')}`;
}

/** Of what the author wrote; the same in every process and every folder. */
export function hashOf(scenario: Scenario): string {
  const text = JSON.stringify(scenario, (_, value: unknown) =>
    typeof value === 'function' ? value.toString().replace(/\s+/g, ' ') : value,
  );
  const hash = createHash('sha256').update(text).digest().readUIntBE(0, 6);
  return hash.toString(36).padStart(hashLength, '0').slice(-hashLength);
}

export interface Token {
  readonly hash: string;
  readonly choices: readonly number[];
}

export function parseToken(text: string): Token | Misfit {
  const pattern = new RegExp(`^(.)([0-9a-z]{${hashLength}})((?:z*[0-9a-y])*)$`);
  const [, itsVersion, hash, digits] = pattern.exec(text) ?? [];
  if (itsVersion === undefined || hash === undefined || digits === undefined) {
    return {
      code: 'token-malformed',
      message: `“${text}” is no replay token.`,
      remedy: 'Copy it whole from the line “replay” below a story.',
    };
  }
  if (itsVersion !== version) {
    return {
      code: 'token-outdated',
      message: 'This replay token was made by another version of the lab.',
      remedy: 'kata check makes a new one.',
    };
  }
  const choices = [...digits.matchAll(/(z*)([0-9a-y])/g)].map(
    ([, letters = '', digit = '0']) => letters.length * digitsMost + parseInt(digit, 36),
  );
  return { hash, choices };
}

/** Picks what the token says. @throws MisfitError where there is no such choice */
export function followingToken({ choices }: Token): (enabled: readonly Move[]) => Move {
  let step = 0;
  return (enabled) => {
    const move = enabled[choices[step] ?? 0];
    step += 1;
    if (move) return move;
    throw new MisfitError({
      code: 'token-misfit',
      message: `The schedule of this token cannot be followed beyond step ${step - 1}: your code has changed since.`,
      remedy: 'kata check finds out whether it breaks another way, and makes a new token.',
    });
  };
}

export class MisfitError extends Error {
  readonly misfit: Misfit;

  constructor(misfit: Misfit) {
    super(misfit.message);
    this.name = 'MisfitError';
    this.misfit = misfit;
  }
}
