import { copyReasons } from '../../domain/mob.ts';
import type { SealedCopy } from '../../domain/sealed-copy.ts';
import { exit } from '../../errors.ts';
import { stoppedView } from '../../views/mob.ts';
import type { Run } from '../command.ts';
import { mobAtHand, noMob, withFacts } from './mob-at-hand.ts';
import { shareAnyway } from './sharing.ts';

/** `kata mob stop`: this machine's own work comes back as it was; the mob's is sealed, for next time. */
export const stop: Run<Record<never, never>> = async (kata) => {
  const isShared = mobAtHand(kata).current.remote !== undefined;
  // Whatever the remote says, nobody is kept from their own work.
  const unshared = isShared ? (await shareAnyway(kata)).unshared : undefined;
  const { current, exercise } = mobAtHand(kata);
  const exchange = (): Promise<SealedCopy | undefined> =>
    kata.vault.replace(
      exercise.folders.workspace,
      current.own === null ? { nothing: true } : { copy: current.own },
      { exercise: exercise.name, reason: copyReasons.mob, keep: true },
      () => kata.mob.noteOf(undefined),
      // Of two who stop it at once, the second would seal this person's own work as the mob's.
      () => {
        if (kata.mob.current()?.id !== current.id) throw noMob();
      },
    );
  // What meets the remote notes down how far it is, which must not bring the mob back.
  const mobs = await (isShared ? kata.remote.alone(exchange) : exchange());
  // Where others go on, it has not ended; this machine has left it.
  if (!isShared) kata.mob.record(current.id, { kind: 'ended' });
  const own = (await kata.vault.copies()).find(({ id }) => id === current.own);
  kata.terminal.print(
    stoppedView(kata.screen, withFacts(kata, current), { own, mobs, shared: isShared, unshared }),
  );
  return exit.done;
};
