import { randomUUID } from 'node:crypto';
import { label } from '../../domain/catalogue.ts';
import type { Exercise } from '../../domain/exercise.ts';
import {
  beginning,
  copyReasons,
  mobOf,
  parsePeople,
  parseTurn,
  type NewMobFact,
} from '../../domain/mob.ts';
import type { Wanted } from '../../domain/ports.ts';
import { startOf } from '../../domain/workspace.ts';
import { exit, KataError } from '../../errors.ts';
import { startedView } from '../../views/mob.ts';
import type { Kata, Run } from '../command.ts';
import { stateOf, withFacts } from './mob-at-hand.ts';

const turnByDefault = '4m';

/** `kata mob start [NN]`: the room's workspace in place of this machine's own, which is sealed first. */
export const start: Run<{
  exercise?: string;
  with?: string;
  facilitator?: string;
  turn?: string;
  fresh?: boolean;
}> = async (kata, input) => {
  refuseSecond(kata);
  const exercise = kata.exercise(input.exercise);
  const turnMs = parseTurn(input.turn ?? turnByDefault);
  const facilitators = input.facilitator === undefined ? [] : parsePeople(input.facilitator);
  const people = parsePeople(input.with ?? (await askWho(kata)));
  const facts: readonly NewMobFact[] = [
    ...beginning({ people, facilitators, turnMs }),
    { kind: 'progress', fact: { kind: 'opened', exercise: exercise.name } },
  ];
  const id = randomUUID();
  const wanted = input.fresh === true ? startOf(exercise) : await whereItStopped(kata, exercise);
  const own = await kata.vault.replace(
    exercise.folders.workspace,
    wanted,
    { exercise: exercise.name, reason: copyReasons.own, keep: true },
    (before) => {
      // They come into force with the exchange; a mob that is refused leaves none.
      for (const fact of facts) kata.mob.record(id, fact);
      return kata.mob.noteOf({ id, exercise: exercise.name, own: before?.id ?? null });
    },
    // Of two who start one at once, the second would seal the mob's work as this person's own.
    () => refuseSecond(kata),
  );
  const current = { id, exercise: exercise.name, own: own?.id ?? null };
  kata.terminal.print(
    startedView(kata.screen, await stateOf(kata, withFacts(kata, current)), {
      brief: kata.workshop.brief(exercise),
      goesOn: 'copy' in wanted,
    }),
  );
  return exit.done;
};

export function refuseSecond(kata: Kata): void {
  const current = kata.mob.current();
  if (!current) return;
  throw new KataError(
    'mob-on',
    `A mob is on already, at ${label(kata.exercise(current.exercise))}.`,
    'kata mob status shows it; kata mob stop ends it and brings your own work back.',
  );
}

/** What the last mob at this exercise left here, or else the starter. */
async function whereItStopped(kata: Kata, exercise: Exercise): Promise<Wanted> {
  const last = (await kata.vault.copies()).find(
    (copy) => copy.exercise === exercise.name && copy.reason === copyReasons.mob,
  );
  return last ? { copy: last.id } : startOf(exercise);
}

async function askWho(kata: Kata): Promise<string> {
  const last = kata.mob.last();
  const people = last === undefined ? [] : mobOf(kata.mob.facts(last)).people;
  const names = people.filter(({ facilitates }) => !facilitates).map(({ name }) => name);
  if (kata.terminal.interactive) {
    return kata.terminal.ask('Who is in the room? Names, separated by commas', names.join(', '));
  }
  throw new KataError(
    'usage',
    'It is not said who is in the room.',
    `Name them in the order in which they drive: kata mob start --with ${names.join(',') || 'ada,grace,edsger'}.`,
  );
}
