import type { Patience } from '../../domain/ports.ts';
import { exit } from '../../errors.ts';
import { handedOverView } from '../../views/mob.ts';
import { metView, type Met } from '../../views/mob-remote.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, turnAfter, withFacts, type MobAtHand } from './mob-at-hand.ts';
import { sharedState } from './news.ts';
import { meet, patient } from './sharing.ts';

/** `kata mob next`: somebody else drives, and the clock begins anew. */
export const next: Run<Record<never, never>> = async (kata) => {
  await handOver(kata);
  return exit.done;
};

/** Hands over, and says who drives now and what came of it. */
export async function handOver(kata: Kata): Promise<void> {
  const met = await handOverQuietly(kata, patient(kata));
  const at = mobAtHand(kata);
  const state = { ...(await stateOf(kata, at)), shared: await sharedState(kata, at) };
  if (met) kata.terminal.print(metView(kata.screen, state, met));
  kata.terminal.print(handedOverView(kata.screen, state));
}

/**
 * To whoever is first in the order; to the same person again where there is nobody else. With other machines,
 * only what they agree to.
 */
export async function handOverQuietly(kata: Kata, patience: Patience): Promise<Met | undefined> {
  const seen = mobAtHand(kata);
  if (seen.current.remote) return meet(kata, { handOver: seen }, patience);
  handOverHere(kata, seen);
  return undefined;
}

/**
 * Where no other machine takes part.
 * @param seen  what the person saw who hands over: when two hand over the same turn at once, it is one hand-over
 * @throws KataError usage
 */
export function handOverHere(kata: Kata, { current, mob: seen }: MobAtHand): void {
  kata.mob.alone(() => {
    const { mob } = withFacts(kata, current);
    const turn = turnAfter(mob);
    if (mob.turns.length === seen.turns.length) kata.mob.record(current.id, turn);
  });
}
