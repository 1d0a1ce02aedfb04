import { keyOf, memberNamed, parsePeople } from '../../domain/mob.ts';
import { exit, KataError } from '../../errors.ts';
import { handedOverView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { memberOf, mobAtHand, stateOf, withFacts, type MobAtHand } from './mob-at-hand.ts';
import { handOver, handOverHere } from './next.ts';
import { tellOthers } from './sharing.ts';

type Named = { readonly name: string };

/** `kata mob add NAME`: joins, or comes back; drives when the others have driven as often. */
export const add: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  const names = parsePeople(input.name);
  const there = names.find((name) => memberNamed(at.mob, name)?.present === true);
  if (there !== undefined) {
    throw new KataError(
      'usage',
      `${there} is in this mob already.`,
      'Two people of one name: add a letter.',
    );
  }
  for (const name of names) kata.mob.record(at.current.id, { kind: 'added', name });
  await tellOthers(kata);
  return shown(kata, at);
};

/** `kata mob drop NAME`: has left; whoever drives hands over by that. */
export const drop: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  const drove = kata.mob.alone(() => leave(kata, withFacts(kata, at.current), input.name));
  if (drove && at.current.remote) {
    await handOver(kata);
    return exit.done;
  }
  await tellOthers(kata);
  return shown(kata, at);
};

/** @returns whether they had the keyboard; with other machines, that is still to be handed over */
function leave(kata: Kata, at: MobAtHand, named: string): boolean {
  const { name } = memberOf(at.mob, named);
  const others = at.mob.people.filter((each) => each.present && !each.facilitates);
  if (others.length === 1 && keyOf(others[0]!.name) === keyOf(name)) {
    throw new KataError(
      'usage',
      `${name} is the last one who drives.`,
      'kata mob add NAME takes in somebody first; kata mob stop ends the mob.',
    );
  }
  kata.mob.record(at.current.id, { kind: 'dropped', name });
  const drove = at.mob.driver === name;
  if (drove && !at.current.remote) handOverHere(kata, at);
  return drove;
}

/** `kata mob skip NAME`: passed over this once; whoever drives hands over by that. */
export const skip: Run<Named> = async (kata, input) => {
  const at = mobAtHand(kata);
  const { name, facilitates } = memberOf(at.mob, input.name);
  if (facilitates) {
    throw new KataError(
      'usage',
      `${name} leads and does not drive, so there is nothing to pass over.`,
      'kata mob status shows who is there, and in which order they drive.',
    );
  }
  if (at.mob.driver === name) {
    await handOver(kata);
    return exit.done;
  }
  kata.mob.record(at.current.id, { kind: 'skipped', name });
  await tellOthers(kata);
  return shown(kata, at);
};

async function shown(kata: Kata, at: MobAtHand) {
  kata.terminal.print(handedOverView(kata.screen, await stateOf(kata, at)));
  return exit.done;
}
