import { keyOf, memberNamed, parsePeople } from '../../domain/mob.ts';
import { exit, KataError } from '../../errors.ts';
import { handedOverView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { memberOf, mobAtHand, stateOf, type MobAtHand } from './mob-at-hand.ts';
import { handOver } from './next.ts';
import { tellOthers } from './sharing.ts';

type Named = { readonly name: string };

/** `kata mob add NAME`: joins, or comes back; drives when the others have driven as often. */
export const add: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  for (const name of parsePeople(input.name)) {
    if (memberNamed(at.mob, name)?.present === true) {
      throw new KataError(
        'usage',
        `${name} is in this mob already.`,
        'Two people of one name: add a letter.',
      );
    }
    kata.mob.record(at.current.id, { kind: 'added', name });
  }
  await tellOthers(kata);
  return shown(kata, at);
};

/** `kata mob drop NAME`: has left; whoever drives hands over by that. */
export const drop: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  const { name } = memberOf(at.mob, input.name);
  const others = at.mob.people.filter((each) => each.present && !each.facilitates);
  if (others.length === 1 && keyOf(others[0]!.name) === keyOf(name)) {
    throw new KataError(
      'usage',
      `${name} is the last one who drives.`,
      'kata mob add NAME takes in somebody first; kata mob stop ends the mob.',
    );
  }
  kata.mob.record(at.current.id, { kind: 'dropped', name });
  return handedOn(kata, at, name);
};

/** `kata mob skip NAME`: passed over this once; whoever drives hands over by that. */
export const skip: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  const { name } = memberOf(at.mob, input.name);
  if (at.mob.driver !== name) kata.mob.record(at.current.id, { kind: 'skipped', name });
  return handedOn(kata, at, name);
};

async function handedOn(kata: Kata, at: MobAtHand, name: string) {
  if (at.mob.driver !== name) {
    await tellOthers(kata);
    return shown(kata, at);
  }
  await handOver(kata);
  return exit.done;
}

async function shown(kata: Kata, at: MobAtHand) {
  kata.terminal.print(handedOverView(kata.screen, await stateOf(kata, at)));
  return exit.done;
}
