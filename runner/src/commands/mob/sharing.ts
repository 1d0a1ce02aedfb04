/** Meets the mob's remote: what is new here goes there, what is new there comes here, and nothing is lost. */
import { setTimeout } from 'node:timers/promises';
import { label } from '../../domain/catalogue.ts';
import {
  besideBranch,
  lastTurn,
  meetingOf,
  missingIn,
  turnNamed,
} from '../../domain/mob-remote.ts';
import { copyReasons, type MobFact, type SharedPlace } from '../../domain/mob.ts';
import type { CopyLabel, Patience, Received, SharedFile } from '../../domain/ports.ts';
import type { FileEntry, SealedCopy } from '../../domain/sealed-copy.ts';
import { notTravelling, travelling } from '../../domain/shared-files.ts';
import { sharedFacts } from '../../domain/shared-log.ts';
import { KataError } from '../../errors.ts';
import type { Met } from '../../views/mob-remote.ts';
import type { Kata } from '../command.ts';
import { mobAtHand, noMob, turnAfter, type MobAtHand } from './mob-at-hand.ts';

/**
 * To hand over what the person saw: the work of others is laid out, or somebody else drives. To leave: what is
 * new here is shared.
 */
type Aim = { readonly handOver: MobAtHand } | 'leave';

/** A mob that is shared. */
interface Shared extends MobAtHand {
  readonly place: SharedPlace;
}

/** How often a push that came too late is tried again: each time somebody else has got through. */
const tries = 40;
const pauseMostMs = 250;

const limitMs = { waitedFor: 60_000, inTerminal: 180_000, quiet: 8_000 } as const;

/** For what somebody waits for, and can be asked about. */
export function patient({ signal, terminal }: Kata): Patience {
  const mayAsk = terminal.interactive;
  return { signal, mayAsk, limitMs: mayAsk ? limitMs.inTerminal : limitMs.waitedFor };
}

/** For what goes on beside something else. */
export function quiet({ signal }: Kata): Patience {
  return { signal, mayAsk: false, limitMs: limitMs.quiet };
}

/** @throws KataError remote-refused, too-much-to-share; then nothing here has changed */
export function meet(kata: Kata, aim: Aim, patience: Patience): Promise<Met> {
  return kata.remote.alone(() => meetUntilDone(kata, aim, patience));
}

async function meetUntilDone(kata: Kata, aim: Aim, patience: Patience): Promise<Met> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const met = await meetOnce(kata, aim, patience);
    if (met !== 'again') return met;
    await setTimeout(Math.random() * pauseMostMs);
  }
  throw crowded();
}

/** 'again' when somebody else was faster. */
async function meetOnce(kata: Kata, aim: Aim, patience: Patience): Promise<Met | 'again'> {
  const contact = await contactWith(kata, patience);
  const { received, error: unshared } = contact;
  const shared = sharedMob(kata);
  const { current, exercise, facts, place } = shared;
  const sealed = await kata.vault.seal(exercise.folders.workspace, labelOf(shared));
  const { files, staying } = travelling(sealed.entries);
  const here = await kata.remote.write(await readAll(kata, files));
  const last = lastTurn(facts)?.uid;
  // When two hand over the same turn at once, it is one hand-over, be it at one machine or at two.
  const already = aim !== 'leave' && last !== lastTurn(aim.handOver.facts)?.uid;
  const elsewhere = already || last !== place.turn;
  const meeting = meetingOf(
    { base: place.laid, here, there: received?.tree },
    {
      handOver: aim !== 'leave',
      elsewhere,
      news: received !== undefined && missingIn(received.log.facts, sharedFacts(facts)).length > 0,
    },
  );
  const met = {
    meeting,
    laidOut: false,
    staying,
    unshared,
    replaced: undefined,
    beside: undefined,
  };
  const work: Work = { kata, shared, received, unshared, patience, here };

  switch (meeting) {
    case 'hand over':
    case 'share': {
      // It is recorded once it is clear that nobody else was faster.
      const turn =
        meeting === 'hand over' ? [kata.mob.stamp(current.id, turnAfter(shared.mob))] : [];
      const outcome = await share(work, turn);
      return outcome === 'again' ? 'again' : { ...met, unshared: outcome };
    }
    case 'nothing':
      if (received) kata.mob.keep({ ...current, remote: asReceived(shared, received) });
      return met;
    case 'take': {
      if (aim === 'leave' || !received) return { ...met, unshared: await tell(kata, patience) };
      const before = await layOut(work, received);
      const replaced = before?.hash === sealed.hash ? undefined : before;
      const then = elsewhere
        ? { unshared: await tell(kata, patience) }
        : await meetUntilDone(kata, aim, patience);
      return { ...met, ...then, staying, replaced, laidOut: true };
    }
    case 'keep both': {
      const beside = await keepBeside(work);
      if (beside instanceof KataError) return { ...met, unshared: beside };
      const laidOut = aim !== 'leave' && received !== undefined;
      const before = laidOut ? await layOut(work, received) : undefined;
      const replaced = before ?? sealed;
      return { ...met, unshared: await tell(kata, patience), laidOut, replaced, beside };
    }
  }
}

interface Work {
  readonly kata: Kata;
  readonly shared: Shared;
  readonly received: Received | undefined;
  /** Why the remote could not be asked. */
  readonly unshared: KataError | undefined;
  readonly patience: Patience;
  /** The workspace, by git's name. */
  readonly here: string;
}

/** What the branch holds, nothing when there is none yet, or why that is not known. */
export interface Heard {
  /** The commit that was the last one known here when it was asked. */
  readonly seen?: string | null;
  readonly received?: Received;
  readonly error?: KataError;
}

/** Takes up the facts of others. @throws KataError remote-refused when another mob has begun there */
async function contactWith(kata: Kata, patience: Patience): Promise<Heard> {
  const { current, place } = sharedMob(kata);
  try {
    const received = await kata.remote.receive(place, place.seen, patience);
    if (!received) return { seen: place.seen };
    const { log, commit } = received;
    if (log.id === current.id) {
      kata.mob.merge(current.id, log.facts);
      return { seen: place.seen, received };
    }
    // A mob that begins on top of an older one has nothing in common with it but the branch.
    if (commit !== place.seen) throw anotherMob(place);
    const nothing = { id: current.id, exercise: current.exercise, facts: [] };
    return { seen: place.seen, received: { ...received, log: nothing } };
  } catch (error) {
    if (error instanceof KataError && error.code === 'remote-unreachable') return { error };
    throw error;
  }
}

/** The same, for those who only want to know. */
export async function hear(kata: Kata, patience: Patience): Promise<Heard> {
  try {
    return await contactWith(kata, patience);
  } catch (error) {
    return { error: foreseen(error) };
  }
}

function anotherMob({ branch }: SharedPlace): KataError {
  return new KataError(
    'remote-refused',
    `Another mob has begun on ${branch} since. Nothing was changed.`,
    'kata mob stop brings your own work back and keeps the mob’s; then kata mob join takes part in the new one.',
  );
}

function crowded(): KataError {
  return new KataError(
    'remote-unreachable',
    'The branch goes on, or is locked, whenever something is to be shared. Nothing was changed.',
    'Give the same command again in a moment. If nobody else is sharing, a crash may have left a file that ends with .lock on the remote; its owner can remove it.',
  );
}

function sharedMob(kata: Kata): Shared {
  const at = mobAtHand(kata);
  const place = at.current.remote;
  if (place) return { ...at, place };
  throw new KataError(
    'no-mob',
    'The mob that is on is not shared with other machines.',
    'kata mob start --remote URL begins one that is.',
  );
}

function labelOf({ exercise }: Shared): CopyLabel {
  return { exercise: exercise.name, reason: copyReasons.mob, keep: true };
}

function readAll(kata: Kata, files: readonly FileEntry[]): Promise<readonly SharedFile[]> {
  return Promise.all(
    files.map(async (file) => ({
      path: file.path,
      executable: (file.mode & 0o100) !== 0,
      bytes: await kata.vault.read(file),
    })),
  );
}

/** @returns why it has not reached the others, if it has not */
async function share(
  { kata, shared, received, unshared, patience, here }: Work,
  turn: readonly MobFact[],
): Promise<KataError | undefined | 'again'> {
  const { current, exercise, place, mob } = shared;
  const facts = [...shared.facts, ...turn];
  const person = personAt(shared);
  const commit = await kata.remote.commit({
    tree: here,
    log: { id: current.id, exercise: exercise.name, facts },
    parents: parentsOf(place, received),
    person,
    message:
      turn.length > 0
        ? `${person}'s turn ${mob.turns.length} at ${label(exercise)}`
        : here === received?.tree
          ? `News from ${person} at ${label(exercise)}`
          : `${person}'s work at ${label(exercise)}`,
  });
  const outcome = unshared ?? (await pushed(kata, place, commit, patience));
  if (outcome === 'again') return 'again';
  kata.mob.merge(current.id, turn);
  kata.mob.keep({
    ...current,
    remote: {
      ...place,
      turn: lastTurn(facts)?.uid ?? null,
      ...(outcome === undefined
        ? { seen: commit, laid: here, pending: null }
        : {
            seen: received?.commit ?? place.seen,
            laid: received?.tree ?? place.laid,
            pending: commit,
          }),
    },
  });
  return outcome;
}

/** First what the branch holds; then what could not be shared at its time, so that it is part of the story. */
function parentsOf({ seen, pending }: SharedPlace, received: Received | undefined): string[] {
  return [received?.commit ?? seen, pending].filter((each) => each !== null);
}

async function pushed(
  kata: Kata,
  place: { readonly url: string; readonly branch: string },
  commit: string,
  patience: Patience,
): Promise<KataError | undefined | 'again'> {
  try {
    return (await kata.remote.push(place, commit, patience)) === 'moved' ? 'again' : undefined;
  } catch (error) {
    if (error instanceof KataError && error.code === 'remote-unreachable') return error;
    throw error;
  }
}

/** Whose work it is: who sits here, or else who drove when both last agreed. */
function personAt({ place, facts, mob }: Shared): string {
  return place.person ?? turnNamed(facts, place.turn)?.driver ?? mob.driver ?? 'somebody';
}

/** @returns the branch, or why it is not there; then nothing may be laid out over the work */
async function keepBeside({ kata, shared, patience, here }: Work): Promise<string | KataError> {
  const { current, exercise, facts, place } = shared;
  const person = personAt(shared);
  const commit = await kata.remote.commit({
    tree: here,
    log: { id: current.id, exercise: exercise.name, facts },
    parents: parentsOf(place, undefined),
    person,
    message: `${person}'s work at ${label(exercise)}, beside other work`,
  });
  const branch = besideBranch(place.branch, person, commit);
  const outcome = await pushed(kata, { url: place.url, branch }, commit, patience);
  if (outcome === 'again') return crowded();
  if (outcome) return outcome;
  kata.mob.record(current.id, { kind: 'kept-beside', driver: person, branch });
  return branch;
}

/** @returns what stood there, sealed */
async function layOut({ kata, shared }: Work, received: Received): Promise<SealedCopy | undefined> {
  const { current, exercise } = shared;
  const incoming = received.files.map(({ path }) => path);
  return kata.remote.lay(received.files, (folder) =>
    kata.vault.replace(
      exercise.folders.workspace,
      {
        layers: [{ folder }],
        keeping: (standing) => notTravelling(standing, incoming),
      },
      labelOf(shared),
      () => kata.mob.noteOf({ ...current, remote: asReceived(shared, received) }),
      () => {
        if (kata.mob.current()?.id !== current.id) throw noMob();
      },
    ),
  );
}

function asReceived({ place, facts }: Shared, { commit, tree }: Received): SharedPlace {
  const turn = lastTurn(facts)?.uid ?? null;
  return { ...place, seen: commit, laid: tree, turn, pending: null };
}

/**
 * Tells the others what is known here and not there, and leaves the work there as it is.
 * @returns why it could not be told
 */
async function tell(kata: Kata, patience: Patience): Promise<KataError | undefined> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const { received, error } = await hear(kata, patience);
    if (error) return error;
    const shared = sharedMob(kata);
    const { current, exercise, facts, place } = shared;
    if (!received || missingIn(received.log.facts, sharedFacts(facts)).length === 0)
      return undefined;
    const person = personAt(shared);
    const commit = await kata.remote.commit({
      tree: received.tree,
      log: { id: current.id, exercise: exercise.name, facts },
      parents: [received.commit],
      person,
      message: `News from ${person} at ${label(exercise)}`,
    });
    const outcome = await pushed(kata, place, commit, patience);
    if (outcome !== 'again') {
      const nothingUnseen = received.commit === place.seen;
      if (!outcome && nothingUnseen) {
        kata.mob.keep({ ...current, remote: { ...place, seen: commit } });
      }
      return outcome;
    }
    await setTimeout(Math.random() * pauseMostMs);
  }
  return crowded();
}

/**
 * After a change that is only a fact: a note, a pause, somebody who came. What cannot be told now goes with
 * the next hand-over.
 * @returns why it could not be told
 */
export async function tellOthers(kata: Kata): Promise<KataError | undefined> {
  if (!kata.mob.current()?.remote) return undefined;
  try {
    return await kata.remote.alone(() => tell(kata, quiet(kata)));
  } catch (error) {
    return foreseen(error);
  }
}

/** Shares what is here, where the person goes on in any case. */
export async function shareAnyway(kata: Kata): Promise<Pick<Met, 'staying' | 'unshared'>> {
  try {
    return await meet(kata, 'leave', patient(kata));
  } catch (error) {
    return { staying: [], unshared: foreseen(error) };
  }
}

/** Whoever pressed Ctrl-C wants nothing to go on. */
function foreseen(error: unknown): KataError {
  if (error instanceof KataError && error.code !== 'interrupted') return error;
  throw error;
}
