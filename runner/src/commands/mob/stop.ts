import { copyReasons } from '../../domain/mob.ts';
import { exit } from '../../errors.ts';
import { stoppedView } from '../../views/mob.ts';
import type { Run } from '../command.ts';
import { mobAtHand, noMob, withFacts } from './mob-at-hand.ts';

/** `kata mob stop`: this machine's own work comes back as it was; the mob's is sealed, for next time. */
export const stop: Run<Record<never, never>> = async (kata) => {
  const { current, exercise } = mobAtHand(kata);
  const mobs = await kata.vault.replace(
    exercise.folders.workspace,
    current.own === null ? { nothing: true } : { copy: current.own },
    { exercise: exercise.name, reason: copyReasons.mob, keep: true },
    () => kata.mob.noteOf(undefined),
    // Of two who stop it at once, the second would seal this person's own work as the mob's.
    () => {
      if (kata.mob.current()?.id !== current.id) throw noMob();
    },
  );
  kata.mob.record(current.id, { kind: 'ended' });
  const own = (await kata.vault.copies()).find(({ id }) => id === current.own);
  kata.terminal.print(stoppedView(kata.screen, withFacts(kata, current), { own, mobs }));
  return exit.done;
};
