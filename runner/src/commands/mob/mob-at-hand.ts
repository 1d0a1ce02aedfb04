import { distance } from 'fastest-levenshtein';
import type { Exercise } from '../../domain/exercise.ts';
import {
  harmless,
  keyOf,
  memberNamed,
  mobOf,
  nextTurn,
  progressOf,
  type CurrentMob,
  type Member,
  type Mob,
  type MobFact,
  type NewMobFact,
} from '../../domain/mob.ts';
import { standing } from '../../domain/progress.ts';
import type { SealedCopy } from '../../domain/sealed-copy.ts';
import { KataError } from '../../errors.ts';
import type { MobState } from '../../views/mob.ts';
import type { Kata } from '../command.ts';

export interface MobAtHand {
  readonly current: CurrentMob;
  readonly exercise: Exercise;
  readonly facts: readonly MobFact[];
  readonly mob: Mob;
}

/** The mob that is on. @throws KataError no-mob */
export function mobAtHand(kata: Kata): MobAtHand {
  const current = kata.mob.current();
  if (current) return withFacts(kata, current);
  throw noMob();
}

export function noMob(): KataError {
  return new KataError(
    'no-mob',
    'No mob is on.',
    'kata mob start begins one; kata mob log tells of the last one.',
  );
}

export function withFacts(kata: Kata, current: CurrentMob): MobAtHand {
  const facts = kata.mob.facts(current.id);
  return { current, exercise: kata.exercise(current.exercise), facts, mob: mobOf(facts) };
}

/** As it is now, for the views; without what is known of other machines. */
export async function stateOf(kata: Kata, { current }: MobAtHand): Promise<MobState> {
  const own = (await kata.vault.copies()).find(({ id }) => id === current.own);
  return stateWith(kata, withFacts(kata, current), own);
}

/** @param own  looked up before, where it is needed again and again */
export function stateWith(
  kata: Kata,
  { exercise, facts, mob }: MobAtHand,
  own: SealedCopy | undefined,
): MobState {
  const now = kata.clock.now();
  const { name } = exercise;
  return { exercise, mob, standing: standing(progressOf([], facts, name), name, now), own, now };
}

/** The turn that comes next. @throws KataError usage where nobody is there to drive */
export function turnAfter(mob: Mob): NewMobFact {
  const turn = nextTurn(mob);
  if (turn) return turn;
  throw new KataError(
    'usage',
    'Nobody is there to drive.',
    'kata mob add NAME takes in somebody; then give the same command again.',
  );
}

/** @throws KataError usage, naming those who are there */
export function memberOf(mob: Mob, name: string): Member {
  const member = memberNamed(mob, name);
  if (member?.present === true) return member;
  const present = mob.people.filter((each) => each.present).map((each) => each.name);
  const near = present.find((each) => sounds(each, name));
  throw new KataError(
    'usage',
    `There is nobody named ${harmless(name)} in this mob.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}These are there: ${present.join(', ')}. kata mob add NAME takes in somebody new.`,
  );
}

/** By its beginning, or with a slip of the keyboard in it. */
function sounds(name: string, asked: string): boolean {
  const [one, other] = [keyOf(name), keyOf(asked)];
  return one.startsWith(other) || distance(one, other) <= Math.max(1, Math.floor(one.length / 3));
}
