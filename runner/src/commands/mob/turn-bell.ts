import { timeLeft, type Mob } from '../../domain/mob.ts';
import { turnOverText } from '../../views/mob.ts';
import type { Kata } from '../command.ts';

/** To be told of the mob again and again: rings once when a turn is over, and keeps nobody from typing. */
export function turnBell({ bell }: Kata): (mob: Mob, now: number) => void {
  let rungFor: number | undefined;
  return (mob, now) => {
    const left = timeLeft(mob, now);
    if (left === undefined || left > 0 || rungFor === mob.turns.length) return;
    rungFor = mob.turns.length;
    bell.ring(turnOverText(mob));
  };
}
