/** What is known of the other machines, for the screens. */
import { latelyKept, waitingAt, withoutPassword } from '../../domain/mob-remote.ts';
import type { Patience } from '../../domain/ports.ts';
import type { SharedState } from '../../views/mob-remote.ts';
import type { Kata } from '../command.ts';
import type { MobAtHand } from './mob-at-hand.ts';
import { hear, quiet, type Heard } from './sharing.ts';

/** @param heard  at the last contact, if there was one just now */
export async function sharedState(
  kata: Kata,
  at: MobAtHand,
  heard: Heard = {},
): Promise<SharedState | undefined> {
  if (!at.current.remote) return undefined;
  return sharedWith(at, heard, await kata.remote.reachedAt());
}

export function sharedWith(
  { current, facts }: MobAtHand,
  heard: Heard,
  reachedAt?: number,
): SharedState | undefined {
  const place = current.remote;
  if (!place) return undefined;
  // What was heard before this machine shared or took something itself is no news any more.
  const tree = heard.seen === place.seen ? heard.received?.tree : undefined;
  return {
    url: withoutPassword(place.url),
    branch: place.branch,
    person: place.person,
    reachedAt,
    trouble: heard.error,
    pending: place.pending !== null,
    waiting: waitingAt(place, facts, tree),
    beside: latelyKept(facts),
  };
}

const everyMs = 15_000;

/**
 * Asks the remote now and then while something else is on the screen; nothing is laid out by that.
 * @returns what ends it
 */
export function lookOut(kata: Kata, onHeard: (heard: Heard) => void): () => void {
  const closing = new AbortController();
  const asked = quiet(kata);
  const patience: Patience = { ...asked, signal: AbortSignal.any([asked.signal, closing.signal]) };
  let asking = false;
  const look = async (): Promise<void> => {
    if (asking || !kata.mob.current()?.remote) return;
    asking = true;
    const heard = await hear(kata, patience);
    asking = false;
    if (!closing.signal.aborted) onHeard(heard);
  };
  const failed = (): void => {
    // The mob was stopped meanwhile, or something that the next command will say more loudly.
    asking = false;
  };
  const timer = setInterval(() => void look().catch(failed), everyMs);
  void look().catch(failed);
  return () => {
    clearInterval(timer);
    closing.abort();
  };
}
