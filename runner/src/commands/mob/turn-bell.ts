import { timeLeft, type Mob } from '../../domain/mob.ts';
import { turnOverText } from '../../views/mob.ts';
import type { Kata } from '../command.ts';

/** To be told of the mob again and again: rings once when a turn is over, and keeps nobody from typing. */
export function turnBell({ bell }: Kata): (mob: Mob, now: number) => void {
  let rungFor: number | undefined;
  return (mob, now) => {
    const left = timeLeft(mob, now);
    const began = mob.turns.at(-1)?.beganAt;
    if (left === undefined || left > 0 || rungFor === began) return;
    rungFor = began;
    bell.ring(turnOverText(mob));
  };
}
