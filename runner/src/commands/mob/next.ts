import { nextTurn } from '../../domain/mob.ts';
import { exit, KataError } from '../../errors.ts';
import { handedOverView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, withFacts, type MobAtHand } from './mob-at-hand.ts';

/** `kata mob next`: somebody else drives, and the clock begins anew. */
export const next: Run<Record<never, never>> = async (kata) => {
  const state = await stateOf(kata, handOver(kata, mobAtHand(kata)));
  kata.terminal.print(handedOverView(kata.screen, state));
  return exit.done;
};

/**
 * To whoever is first in the order; to the same person again where there is nobody else.
 * @param seen  what the person saw who hands over: when two hand over the same turn at once, it is one hand-over
 * @throws KataError usage
 */
export function handOver(kata: Kata, { current, mob: seen }: MobAtHand): MobAtHand {
  return kata.mob.alone(() => {
    const { mob } = withFacts(kata, current);
    const turn = nextTurn(mob);
    if (!turn) {
      throw new KataError(
        'usage',
        'Nobody is there to drive.',
        'kata mob add NAME takes in somebody; then give the same command again.',
      );
    }
    if (mob.turns.length === seen.turns.length) kata.mob.record(current.id, turn);
    return withFacts(kata, current);
  });
}
