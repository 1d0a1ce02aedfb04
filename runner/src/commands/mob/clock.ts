import { exit, KataError } from '../../errors.ts';
import { statusView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, type MobAtHand } from './mob-at-hand.ts';
import { tellOthers } from './sharing.ts';

/** `kata mob pause`: the clock stands still; nobody is kept from typing. */
export const pause: Run<Record<never, never>> = async (kata) => {
  const at = mobAtHand(kata);
  if (at.mob.pausedSince !== undefined) throw already('paused', 'kata mob resume lets it run.');
  kata.mob.record(at.current.id, { kind: 'paused' });
  await tellOthers(kata);
  return shown(kata, at);
};

/** `kata mob resume` */
export const resume: Run<Record<never, never>> = async (kata) => {
  const at = mobAtHand(kata);
  if (at.mob.pausedSince === undefined) throw already('running', 'kata mob pause stops it.');
  kata.mob.record(at.current.id, { kind: 'resumed' });
  await tellOthers(kata);
  return shown(kata, at);
};

function already(state: string, remedy: string): KataError {
  return new KataError('usage', `The clock is ${state} already.`, remedy);
}

async function shown(kata: Kata, at: MobAtHand) {
  kata.terminal.print(statusView(kata.screen, await stateOf(kata, at)));
  return exit.done;
}
