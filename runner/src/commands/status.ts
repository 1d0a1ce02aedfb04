import { next } from '../domain/catalogue.ts';
import { mobOf, type CurrentMob } from '../domain/mob.ts';
import { current, standings } from '../domain/progress.ts';
import { exit } from '../errors.ts';
import { homeView, type Place } from '../views/home.ts';
import { statusDocument } from '../views/status-document.ts';
import { driverText } from '../views/mob.ts';
import type { Kata, Run } from './command.ts';

/** `kata` and `kata status`: where you are, and the one thing to do next. */
export const status: Run<{ json?: boolean }> = async (kata, { json }) => {
  const { catalogue, screen } = kata;
  const facts = kata.progress.facts();
  const all = standings(facts, catalogue, kata.clock.now());
  const following = next(catalogue, (name) => all.get(name)?.state === 'solved', current(facts));
  const standing = following && all.get(following.name);
  const mob = kata.mob.current();
  const place: Place =
    mob && all.get(mob.exercise)?.state === 'solved'
      ? { kind: 'mob done', exercise: kata.exercise(mob.exercise) }
      : following === undefined
        ? { kind: 'done' }
        : standing === undefined || standing.state === 'untouched'
          ? { kind: 'next', exercise: following }
          : { kind: 'at', exercise: following, standing };
  kata.terminal.print(
    json === true
      ? JSON.stringify(statusDocument(catalogue, all, place), null, 2)
      : homeView(screen, catalogue, all, place, mob && mobText(kata, mob)),
  );
  return exit.done;
};

function mobText(kata: Kata, { id }: CurrentMob): string {
  return driverText(mobOf(kata.mob.facts(id)), kata.clock.now());
}
