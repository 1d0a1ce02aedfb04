import { label } from '../../domain/catalogue.ts';
import type { Exercise } from '../../domain/exercise.ts';
import { branchOf, exerciseIdOn, lastTurn, withoutPassword } from '../../domain/mob-remote.ts';
import { copyReasons, memberNamed, mobOf, parsePeople, type CurrentMob } from '../../domain/mob.ts';
import type { Branch, Received } from '../../domain/ports.ts';
import { exit, KataError } from '../../errors.ts';
import { startedView } from '../../views/mob.ts';
import { beginningView, joiningMeans } from '../../views/mob-remote.ts';
import type { Kata, Run } from '../command.ts';
import { stateOf, withFacts } from './mob-at-hand.ts';
import { sharedState } from './news.ts';
import { patient, tellOthers } from './sharing.ts';
import { refuseSecond } from './start.ts';

/** `kata mob join URL`: what the others have shared in place of this machine's own work, which is sealed first. */
export const join: Run<{ url: string; exercise?: string; as?: string; yes?: boolean }> = async (
  kata,
  input,
) => {
  refuseSecond(kata);
  const person = input.as === undefined ? null : personNamed(input.as);
  const url = await kata.remote.locate(input.url);
  const exercise = await whichMob(kata, url, input.exercise);
  const place = { url, branch: branchOf(exercise) };
  if (input.yes !== true && !(await consents(kata))) {
    kata.terminal.print('  Nothing was changed.');
    return exit.done;
  }
  const received = await kata.remote.receive(place, null, patient(kata));
  if (!received) throw noneThere(url, exercise);
  if (received.log.exercise !== exercise.name) throw otherExercise(received, exercise);
  const current = await takePart(kata, place, exercise, received, person);
  const unshared = await tellOthers(kata);
  const at = withFacts(kata, kata.mob.current() ?? current);
  const state = { ...(await stateOf(kata, at)), shared: await sharedState(kata, at) };
  kata.terminal.print(
    startedView(kata.screen, state, {
      brief: kata.workshop.brief(exercise),
      holds: 'the work of the others',
    }),
  );
  const notes = beginningView(kata.screen, { unshared, staying: [] });
  if (notes !== undefined) kata.terminal.print(notes);
  return exit.done;
};

/** @throws KataError usage */
function personNamed(text: string): string {
  const [name = '', another] = parsePeople(text);
  if (another === undefined) return name;
  throw new KataError('usage', 'One machine has one name.', 'kata mob add NAME takes in others.');
}

async function whichMob(kata: Kata, url: string, named: string | undefined): Promise<Exercise> {
  const branches = await kata.remote.branches(url, patient(kata));
  const ids = branches.map(exerciseIdOn);
  const there = kata.catalogue.filter(({ id }) => ids.includes(id));
  if (named !== undefined) {
    const exercise = kata.exercise(named);
    if (there.includes(exercise)) return exercise;
    throw noneThere(url, exercise, there);
  }
  const [first, second] = there;
  if (!first) throw noneThere(url);
  if (!second) return first;
  if (kata.terminal.interactive) {
    return kata.terminal.choose(
      'Which mob?',
      there.map((exercise) => ({ name: label(exercise), value: exercise })),
    );
  }
  throw new KataError(
    'needs-confirmation',
    `There are several mobs: ${there.map(label).join(', ')}.`,
    `Name the exercise: kata mob join ${withoutPassword(url)} ${first.number}`,
  );
}

function noneThere(url: string, exercise?: Exercise, there: readonly Exercise[] = []): KataError {
  const others = there.length > 0 ? `There are mobs at ${there.map(label).join(', ')}. ` : '';
  return new KataError(
    'no-mob',
    `There is no mob${exercise ? ` at ${label(exercise)}` : ''} on ${withoutPassword(url)}.`,
    `${others}kata mob start --remote ${withoutPassword(url)} begins one.`,
  );
}

function otherExercise({ log }: Received, exercise: Exercise): KataError {
  return new KataError(
    'remote-refused',
    `The branch of ${label(exercise)} is about ${log.exercise}. Nothing was changed.`,
    'All machines of a mob need the same version of this kit.',
  );
}

/** @throws KataError needs-confirmation */
async function consents(kata: Kata): Promise<boolean> {
  if (!kata.terminal.interactive) {
    throw new KataError(
      'needs-confirmation',
      joiningMeans,
      'If you trust the others with that, give the same command with --yes.',
    );
  }
  return kata.terminal.confirm(`${joiningMeans} Join?`, false);
}

async function takePart(
  kata: Kata,
  place: Branch,
  exercise: Exercise,
  received: Received,
  person: string | null,
): Promise<CurrentMob> {
  const { id, facts } = received.log;
  const remote = {
    ...place,
    person,
    seen: received.commit,
    laid: received.tree,
    turn: lastTurn(facts)?.uid ?? null,
    pending: null,
  };
  const current = { id, exercise: exercise.name, remote };
  const own = await kata.remote.lay(received.files, (folder) =>
    kata.vault.replace(
      exercise.folders.workspace,
      { layers: [{ folder }] },
      { exercise: exercise.name, reason: copyReasons.own, keep: true },
      (before) => {
        // They come into force with the exchange.
        kata.mob.merge(id, facts);
        if (person !== null && memberNamed(mobOf(facts), person)?.present !== true) {
          kata.mob.record(id, { kind: 'added', name: person });
        }
        return kata.mob.noteOf({ ...current, own: before?.id ?? null });
      },
      () => refuseSecond(kata),
    ),
  );
  return { ...current, own: own?.id ?? null };
}
