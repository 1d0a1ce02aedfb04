/**
 * A mob: the room solves one exercise together, at one keyboard. Like progress, it is a fold over immutable
 * facts. Each has an identity, so that the logs of two machines are merged by taking both.
 */
import { KataError } from '../errors.ts';
import type { Fact, NewFact } from './progress.ts';

export type MobFact = NewMobFact & {
  /** Nobody else's, on any machine. */
  readonly uid: string;
  /** Milliseconds since the epoch, by the clock of the machine that it happened on. */
  readonly at: number;
};

export type NewMobFact =
  | {
      readonly kind: 'began';
      /** In the order in which they drive. */
      readonly people: readonly string[];
      /** Who leads the room and does not drive. */
      readonly facilitators: readonly string[];
      readonly turnMs: number;
    }
  /** A turn begins: somebody else has the keyboard. */
  | { readonly kind: 'turn'; readonly driver: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'added'; readonly name: string }
  | { readonly kind: 'dropped'; readonly name: string }
  /** Passed over this once. */
  | { readonly kind: 'skipped'; readonly name: string }
  | { readonly kind: 'note'; readonly text: string }
  /** Two machines handed over at the same time: this one's work was kept beside the other's. */
  | { readonly kind: 'kept-beside'; readonly driver: string; readonly branch: string }
  /** What counts for the mob and not for a person: a check, a hint, … */
  | { readonly kind: 'progress'; readonly fact: NewFact }
  | { readonly kind: 'ended' };

export interface Mob {
  /** In the order in which they came. */
  readonly people: readonly Member[];
  readonly turnMs: number;
  /** Oldest first; the last one is the present one, unless the mob has ended. */
  readonly turns: readonly Turn[];
  readonly driver: string | undefined;
  readonly navigator: string | undefined;
  /** Who drives after the present turn, in that order. The first of them navigates now. */
  readonly upcoming: readonly string[];
  /** Since when the clock stands still; undefined while it runs. */
  readonly pausedSince: number | undefined;
  readonly ended: boolean;
}

export interface Member {
  readonly name: string;
  /** Not dropped. */
  readonly present: boolean;
  readonly facilitates: boolean;
  /** How often they drove. */
  readonly turns: number;
}

export interface Turn {
  readonly driver: string;
  /** When it began: whoever is next may change in it. */
  readonly navigator: string | undefined;
  readonly beganAt: number;
  /** Undefined while it lasts. */
  readonly endedAt: number | undefined;
  /** For so long the clock stood still in it, in ms. */
  readonly pausedMs: number;
}

/** What the fold keeps of a person. */
interface Standing {
  readonly name: string;
  present: boolean;
  facilitates: boolean;
  turns: number;
  /** Turns that count as theirs in the order: those they drove, were passed over in, or came too late for. */
  share: number;
  /** Their place among equals: the number of turns there were when they drove last, or came. */
  last: number;
  /** In the present turn they were passed over, as which one of all: whoever was so last comes last. */
  passedOver: number | undefined;
}

/** Oldest first, whatever machine they come from: equal times go by identity, the same everywhere. */
export function inOrder(facts: readonly MobFact[]): readonly MobFact[] {
  const once = new Map(facts.map((fact) => [fact.uid, fact]));
  return [...once.values()].toSorted((a, b) => a.at - b.at || (a.uid < b.uid ? -1 : 1));
}

/** @param facts of one mob, in order */
export function mobOf(facts: readonly MobFact[]): Mob {
  const people = new Map<string, Standing>();
  const turns: { -readonly [Key in keyof Turn]: Turn[Key] }[] = [];
  let turnMs = 0;
  let pausedSince: number | undefined;
  let ended = false;
  let passings = 0;

  const join = (name: string): Standing => {
    const present = [...people.values()].filter((each) => drives(each));
    const share = Math.min(...present.map((each) => each.share));
    const known = people.get(keyOf(name));
    // Whoever comes late does not drive until they have caught up with the others.
    const fair = present.length > 0 ? share : 0;
    if (known) {
      if (!known.present) known.share = Math.max(known.share, fair);
      known.present = true;
      return known;
    }
    const last = turns.length;
    const come: Standing = {
      name,
      present: true,
      facilitates: false,
      turns: 0,
      share: fair,
      last,
      passedOver: undefined,
    };
    people.set(keyOf(name), come);
    return come;
  };
  const endPause = (at: number): void => {
    const turn = turns.at(-1);
    if (turn && pausedSince !== undefined) turn.pausedMs += Math.max(0, at - pausedSince);
    pausedSince = undefined;
  };
  const endTurn = (at: number): void => {
    endPause(at);
    const turn = turns.at(-1);
    if (turn) turn.endedAt ??= at;
  };

  for (const fact of facts) {
    switch (fact.kind) {
      case 'began':
        turnMs = fact.turnMs;
        for (const name of fact.people) join(name);
        for (const name of fact.facilitators) join(name).facilitates = true;
        break;
      case 'turn': {
        endTurn(fact.at);
        const person = join(fact.driver);
        person.turns += 1;
        person.share += 1;
        person.last = turns.length + 1;
        for (const each of people.values()) each.passedOver = undefined;
        turns.push({
          driver: person.name,
          navigator: orderOf([...people.values()], person.name)[0],
          beganAt: fact.at,
          endedAt: undefined,
          pausedMs: 0,
        });
        break;
      }
      case 'paused':
        pausedSince ??= fact.at;
        break;
      case 'resumed':
        endPause(fact.at);
        break;
      case 'added':
        join(fact.name);
        break;
      case 'dropped': {
        const person = people.get(keyOf(fact.name));
        if (person) person.present = false;
        break;
      }
      case 'skipped': {
        const person = people.get(keyOf(fact.name));
        if (!person) break;
        // However often in one turn, it costs them one.
        if (person.passedOver === undefined) person.share += 1;
        person.passedOver = ++passings;
        break;
      }
      case 'ended':
        endTurn(fact.at);
        ended = true;
        break;
      case 'note':
      case 'kept-beside':
      case 'progress':
        break;
    }
  }
  const current = ended ? undefined : turns.at(-1);
  const upcoming = orderOf([...people.values()], current?.driver);
  return {
    people: [...people.values()].map(({ name, present, facilitates, turns: driven }) => ({
      name,
      present,
      facilitates,
      turns: driven,
    })),
    turnMs,
    turns,
    driver: current?.driver,
    navigator: current && upcoming[0],
    upcoming,
    pausedSince,
    ended,
  };
}

/**
 * Least driven first; among equals whoever waits longest; then in the order in which they came. Whoever was just
 * passed over comes last.
 */
function orderOf(people: readonly Standing[], driver: string | undefined): readonly string[] {
  const passed = ({ passedOver = 0 }: Standing): number => passedOver;
  return people
    .filter((each) => drives(each) && each.name !== driver)
    .toSorted((a, b) => passed(a) - passed(b) || a.share - b.share || a.last - b.last)
    .map(({ name }) => name);
}

function drives({ present, facilitates }: Standing): boolean {
  return present && !facilitates;
}

/** Names are compared without regard to case. */
export function keyOf(name: string): string {
  return name.normalize('NFC').toLocaleLowerCase('en');
}

/** Who drives next: the first of those who wait, or the same one again where there is nobody else. */
function nextDriver({ upcoming, driver }: Mob): string | undefined {
  return upcoming[0] ?? driver;
}

/** To whom the keyboard goes now; undefined where nobody drives. */
export function nextTurn(mob: Mob): NewMobFact | undefined {
  const driver = nextDriver(mob);
  return driver === undefined ? undefined : { kind: 'turn', driver };
}

/**
 * The facts with which a mob begins: who is there, and the first turn.
 * @throws KataError usage when nobody is left to drive
 */
export function beginning(
  room: Omit<Extract<NewMobFact, { kind: 'began' }>, 'kind'>,
): readonly NewMobFact[] {
  const began = { kind: 'began', ...room } as const;
  const turn = nextTurn(mobOf([{ ...began, uid: '', at: 0 }]));
  if (turn) return [began, turn];
  throw new KataError(
    'usage',
    'Nobody is left to drive: everybody named facilitates.',
    'Name at least one more person: --with ada,grace.',
  );
}

/** What is left of the present turn, in ms; below 0 once it is over. Undefined when there is none. */
export function timeLeft(mob: Mob, now: number): number | undefined {
  const turn = mob.turns.at(-1);
  if (!turn || mob.ended) return undefined;
  // The clock of another machine may go ahead of this one.
  return mob.turnMs - Math.max(0, now - turn.beganAt - pausedFor(mob, now));
}

/** For so long the clock of the present turn has stood still in all, in ms. */
export function pausedFor({ turns, pausedSince }: Mob, now: number): number {
  const still = pausedSince === undefined ? 0 : Math.max(0, now - pausedSince);
  return (turns.at(-1)?.pausedMs ?? 0) + still;
}

export function memberNamed(mob: Mob, name: string): Member | undefined {
  return mob.people.find((each) => keyOf(each.name) === keyOf(name));
}

const nameLongest = 30;

/** Letters and what stands between them: nothing that could break a screen, or a line of a log. */
export function isName(text: string): boolean {
  return text.length <= nameLongest && /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} .'’_-]*)$/u.test(text);
}

export const noteLongest = 2_000;

/** Without what moves a terminal's cursor, and what turns the order of letters around. */
export function harmless(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

/**
 * 'ada, grace' as a list; names keep their spelling.
 * @throws KataError usage
 */
export function parsePeople(text: string): readonly string[] {
  const names = text.split(',').flatMap((part) => part.trim().replace(/\s+/g, ' ') || []);
  const refuse = (message: string): never => {
    throw new KataError('usage', message, 'Separate names by commas: --with ada,grace,edsger.');
  };
  for (const [index, name] of names.entries()) {
    if (name.length > nameLongest) refuse(`“${name}” is longer than ${nameLongest} characters.`);
    if (!isName(name)) refuse(`“${harmless(name)}” is no name.`);
    if (names.findIndex((each) => keyOf(each) === keyOf(name)) !== index) {
      refuse(`${name} is named twice.`);
    }
  }
  return names.length > 0 ? names : refuse('There is no name in it.');
}

export const turnShortestMs = 10_000;
export const turnLongestMs = 60 * 60_000;

/** '4m', '90s', '1m30s' or '4', which means minutes; in ms. @throws KataError usage */
export function parseTurn(text: string): number {
  const [whole, minutes, seconds, plain] =
    /^(?=.)(?:(\d+)m(?:in)?)?(?:(\d+)s)?$|^(\d+)$/.exec(text.trim()) ?? [];
  const ms = (Number(minutes ?? plain ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
  if (whole !== undefined && ms >= turnShortestMs && ms <= turnLongestMs) return ms;
  throw new KataError(
    'usage',
    `A turn of “${text}” is not between ten seconds and an hour.`,
    'Say it like --turn 4m, --turn 90s or --turn 1m30s.',
  );
}

/** What is on in this repository. */
export interface CurrentMob {
  /** Names its facts. */
  readonly id: string;
  /** The exercise's name. */
  readonly exercise: string;
  /** The id of the sealed copy of this machine's own work; null when there was none. */
  readonly own: string | null;
  /** Where it is shared with other machines, if it is. */
  readonly remote?: SharedPlace;
}

/** A mob's branch elsewhere, and how far this machine is with it. */
export interface SharedPlace {
  readonly url: string;
  readonly branch: string;
  /** Who sits at this machine; null where that is whoever drives. */
  readonly person: string | null;
  /** The commit that was shared from here, or laid out here, last; null before the first. */
  readonly seen: string | null;
  /** git's name for the workspace as it was then. */
  readonly laid: string | null;
  /** The identity of the hand-over that was the last one then. */
  readonly turn: string | null;
  /** A commit with work of this machine that could not be shared yet. */
  readonly pending: string | null;
}

/** What a mob's sealed copies are called. */
export const copyReasons = { own: 'before mob', mob: 'mob' } as const;

/**
 * Facts of the person and of the mob as one record: the exercise of the mob is the mob's, all others are
 * the person's. Oldest first, numbered anew.
 */
export function progressOf(
  own: readonly Fact[],
  facts: readonly MobFact[],
  exercise: string,
): readonly Fact[] {
  const mobs = facts.flatMap((each) =>
    each.kind === 'progress' && each.fact.exercise === exercise
      ? [{ ...each.fact, at: each.at }]
      : [],
  );
  return [...own.filter((fact) => fact.exercise !== exercise), ...mobs]
    .toSorted((a, b) => a.at - b.at)
    .map((fact, index) => ({ ...fact, id: index + 1 }));
}
