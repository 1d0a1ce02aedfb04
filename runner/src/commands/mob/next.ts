import { nextDriver } from '../../domain/mob.ts';
import { exit } from '../../errors.ts';
import { handedOverView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, withFacts, type MobAtHand } from './mob-at-hand.ts';

/** `kata mob next`: somebody else drives, and the clock begins anew. */
export const next: Run<Record<never, never>> = async (kata) => {
  const state = await stateOf(kata, handOver(kata, mobAtHand(kata)));
  kata.terminal.print(handedOverView(kata.screen, state));
  return exit.done;
};

/** To whoever is first in the order; to the same person again where there is nobody else. */
export function handOver(kata: Kata, { current, mob }: MobAtHand): MobAtHand {
  const driver = nextDriver(mob);
  if (driver !== undefined) {
    kata.mob.record(current.id, { kind: 'turn', driver, navigator: mob.upcoming[1] });
  }
  return withFacts(kata, current);
}
