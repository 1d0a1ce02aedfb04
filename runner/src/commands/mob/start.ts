import { randomUUID } from 'node:crypto';
import { label } from '../../domain/catalogue.ts';
import type { Exercise } from '../../domain/exercise.ts';
import { branchOf, lastTurn, withoutPassword } from '../../domain/mob-remote.ts';
import {
  beginning,
  copyReasons,
  mobOf,
  parsePeople,
  parseTurn,
  type NewMobFact,
  type SharedPlace,
} from '../../domain/mob.ts';
import type { Wanted } from '../../domain/ports.ts';
import { startOf } from '../../domain/workspace.ts';
import { exit, KataError } from '../../errors.ts';
import { startedView } from '../../views/mob.ts';
import { beginningView } from '../../views/mob-remote.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf } from './mob-at-hand.ts';
import { sharedState } from './news.ts';
import { patient, shareAnyway } from './sharing.ts';

const turnByDefault = '4m';

/** `kata mob start [NN]`: the room's workspace in place of this machine's own, which is sealed first. */
export const start: Run<{
  exercise?: string;
  with?: string;
  facilitator?: string;
  turn?: string;
  fresh?: boolean;
  remote?: string;
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
  const place =
    input.remote === undefined
      ? undefined
      : await emptyPlace(kata, input.remote, exercise, input.fresh === true);
  const id = randomUUID();
  const wanted = input.fresh === true ? startOf(exercise) : await whereItStopped(kata, exercise);
  await kata.vault.replace(
    exercise.folders.workspace,
    wanted,
    { exercise: exercise.name, reason: copyReasons.own, keep: true },
    (before) => {
      // They come into force with the exchange; a mob that is refused leaves none.
      const recorded = facts.map((fact) => kata.mob.record(id, fact));
      const remote = place && { ...place, turn: lastTurn(recorded)?.uid ?? null };
      const own = before?.id ?? null;
      return kata.mob.noteOf({ id, exercise: exercise.name, own, ...(remote && { remote }) });
    },
    // Of two who start one at once, the second would seal the mob's work as this person's own.
    () => refuseSecond(kata),
  );
  const shared = place && (await shareAnyway(kata));
  const at = mobAtHand(kata);
  const state = { ...(await stateOf(kata, at)), shared: await sharedState(kata, at) };
  kata.terminal.print(
    startedView(kata.screen, state, {
      brief: kata.workshop.brief(exercise),
      holds: 'copy' in wanted ? 'where it stopped' : 'the starter',
    }),
  );
  const notes = shared && beginningView(kata.screen, shared);
  if (notes !== undefined) kata.terminal.print(notes);
  return exit.done;
};

/**
 * Where the mob is to be shared. Looked at before anything changes, so that a mistake in the address shows.
 * @throws KataError usage when a mob is there already
 */
async function emptyPlace(
  kata: Kata,
  address: string,
  exercise: Exercise,
  fresh: boolean,
): Promise<SharedPlace> {
  const url = await kata.remote.locate(address);
  const branch = branchOf(exercise);
  const empty = { url, branch, person: null, seen: null, laid: null, turn: null, pending: null };
  if (!(await kata.remote.branches(url, patient(kata))).includes(branch)) return empty;
  if (!fresh) {
    throw new KataError(
      'usage',
      `There is a mob at ${label(exercise)} on ${withoutPassword(url)} already.`,
      `kata mob join ${withoutPassword(url)} ${exercise.number} takes part in it; --fresh begins a new one on top of it.`,
    );
  }
  const received = await kata.remote.receive(empty, null, patient(kata));
  return received ? { ...empty, seen: received.commit, laid: received.tree } : empty;
}

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
