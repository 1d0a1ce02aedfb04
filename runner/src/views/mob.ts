/** What a mob's commands say. */
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { pausedFor, timeLeft, type Mob } from '../domain/mob.ts';
import type { Standing } from '../domain/progress.ts';
import { shortHash, type SealedCopy } from '../domain/sealed-copy.ts';
import type { KataError } from '../errors.ts';
import { briefView } from './brief.ts';
import { beside, clockTime, nextStep, room, several, spread, when } from './line.ts';
import { invitationLines, newsText, sharedLines, type SharedState } from './mob-remote.ts';
import { indent, type Screen } from './screen.ts';

export interface MobState {
  readonly exercise: Exercise;
  readonly mob: Mob;
  /** The mob's own. */
  readonly standing: Standing;
  /** What this machine's owner had in the workspace; undefined when nothing. */
  readonly own: SealedCopy | undefined;
  readonly now: number;
  /** With other machines, if it is. */
  readonly shared?: SharedState | undefined;
}

export function noMobView(screen: Screen): string {
  return indent(
    [
      'No mob is on.',
      '',
      ...nextStep(
        screen,
        `${screen.style.accent('kata mob start --with ada,grace,edsger')} begins one at the exercise at hand`,
      ),
    ].join('\n'),
  );
}

export interface Started {
  readonly brief: string;
  /** What the workspace holds: also what an earlier mob at this exercise, or the others, have left. */
  readonly holds: 'the starter' | 'where it stopped' | 'the work of the others';
}

const begins: Readonly<Record<Started['holds'], string>> = {
  'the starter': 'The workspace holds the starter.',
  'where it stopped':
    'It goes on where the last mob at this exercise stopped; --fresh would begin with the starter.',
  'the work of the others': 'The workspace holds what the others have shared.',
};

export function startedView(screen: Screen, state: MobState, { brief, holds }: Started): string {
  const { exercise, mob, own } = state;
  const { style } = screen;
  return [
    briefView(screen, exercise, brief),
    '',
    indent(
      [
        ...beside('', `${style.bold('A mob is on.')} ${begins[holds]}`, room(screen)),
        ...beside('', style.dim(ownSentence(own)), room(screen)),
        '',
        ...peopleLines(screen, mob),
        '',
        ...invitationLines(screen, state),
        ...nextStep(
          screen,
          `${style.accent('kata mob next')} after ${minutes(mob.turnMs)}`,
          'the clock: kata mob status --follow',
          'the end: kata mob stop',
        ),
      ].join('\n'),
    ),
  ].join('\n');
}

function ownSentence(own: SealedCopy | undefined): string {
  return own
    ? `Your own work is sealed as ${shortHash(own.hash)} and comes back with kata mob stop. Until then checks count for the mob.`
    : 'You had no work in it; kata mob stop takes the folder away again. Until then checks count for the mob.';
}

export function statusView(screen: Screen, state: MobState): string {
  const { exercise, mob, own, now } = state;
  const { style } = screen;
  return indent(
    [
      spread(screen, style.bold(label(exercise)), style.dim(`mob, turn ${mob.turns.length}`)),
      '',
      ...peopleLines(screen, mob),
      ...beside('left        ', leftText(mob, now), room(screen)),
      ...sharedLines(screen, state.shared),
      '',
      ...verdictLines(screen, state),
      ...(own
        ? beside(
            '',
            style.dim(
              `your own work of this exercise: sealed ${when(own.at)}, ${shortHash(own.hash)}`,
            ),
            room(screen),
          )
        : []),
      '',
      ...nextStep(
        screen,
        newsText(state.shared) ?? `${style.accent('kata mob next')} hands over`,
        'your own work back: kata mob stop',
      ),
    ].join('\n'),
  );
}

/** What the people of a mob do, in the order in which it is said. */
const roles = ['driver', 'navigator', 'then', 'leads', 'has left'] as const;
export type Role = (typeof roles)[number];

/** 'driver Grace', 'navigator Edsger', 'then Ada, Barbara', one below the other. */
export function peopleLines(screen: Screen, mob: Mob, shown: readonly Role[] = roles): string[] {
  const [navigator, ...then] = mob.upcoming;
  const away = mob.people.filter(({ present }) => !present).map(({ name }) => name);
  const leads = mob.people.filter(({ facilitates, present }) => facilitates && present);
  const names = new Map<Role, string | undefined>([
    ['driver', mob.driver && screen.style.bold(mob.driver)],
    ['navigator', navigator],
    ['then', then.join(', ')],
    ['leads', leads.map(({ name }) => name).join(', ')],
    ['has left', away.join(', ')],
  ]);
  return shown.flatMap((role) => {
    const text = names.get(role) ?? '';
    return text === '' ? [] : beside(role.padEnd(12), text, room(screen));
  });
}

function leftText(mob: Mob, now: number): string {
  const left = timeLeft(mob, now);
  if (left === undefined) return 'nobody drives';
  const paused = pausedFor(mob, now);
  const clock =
    left > 0
      ? `${clockTime(left)} of ${clockTime(mob.turnMs)}`
      : `none, the turn ended ${clockTime(-left)} ago`;
  if (mob.pausedSince !== undefined) return `${clock}, the clock stands still`;
  return paused >= 1000 ? `${clock}, paused for ${clockTime(paused)}` : clock;
}

/** How the exercise stands for the mob. */
export function verdictLines(screen: Screen, { exercise, standing, now }: MobState): string[] {
  const { style, symbols } = screen;
  const { last, checks, state } = standing;
  if (!last) return [style.dim('not checked yet')];
  const ago = `check ${checks}, ${clockTime(Math.max(0, now - last.at))} ago`;
  const promise = exercise.promises.find(({ id }) => id === last.broken)?.text;
  const text =
    last.missed !== undefined
      ? `${style.bad(symbols.broken)} “${last.missed}” never came about`
      : last.broken === undefined
        ? `${style.good(symbols.holds)} every promise holds`
        : `${style.bad(symbols.broken)} ${promise ?? last.broken}`;
  return spread(screen, text, style.dim(state === 'solved' ? `solved, ${ago}` : ago)).split('\n');
}

export function handedOverView(screen: Screen, state: MobState): string {
  return indent(
    [
      ...peopleLines(screen, state.mob),
      ...beside('left        ', leftText(state.mob, state.now), room(screen)),
    ].join('\n'),
  );
}

export interface Stopped {
  /** Others go on with it elsewhere. */
  readonly shared: boolean;
  /** Why they did not get the last of it. */
  readonly unshared: KataError | undefined;
  readonly own: SealedCopy | undefined;
  /** The mob's work as it was when it stopped. */
  readonly mobs: SealedCopy | undefined;
}

export function stoppedView(
  screen: Screen,
  { exercise, mob }: Pick<MobState, 'exercise' | 'mob'>,
  { own, mobs, shared, unshared }: Stopped,
): string {
  const { style } = screen;
  const yours = own
    ? `workspace/${exercise.id} is yours again, as it was on ${when(own.at)}, ${shortHash(own.hash)}.`
    : `workspace/${exercise.id} is gone again: you had no work in it.`;
  const goesOn = shared ? 'kata mob join' : `kata mob start ${exercise.number}`;
  const theirs = mobs
    ? `The mob’s work is sealed as ${shortHash(mobs.hash)}; ${goesOn} goes on with it.`
    : 'The mob left nothing behind.';
  const turns = several(mob.turns.length, 'turn');
  return indent(
    [
      ...beside(
        '',
        style.bold(
          shared
            ? `This machine has left the mob at ${label(exercise)} after ${turns}.`
            : `The mob at ${label(exercise)} has ended after ${turns}.`,
        ),
        room(screen),
      ),
      '',
      ...beside('', yours, room(screen)),
      ...beside('', theirs, room(screen)),
      ...(unshared
        ? beside('', `The others did not get it: ${unshared.message}`, room(screen))
        : []),
      '',
      ...nextStep(screen, `${style.accent('kata mob log')} tells what the room did`),
    ].join('\n'),
  );
}

export function notedView(screen: Screen, exercise: Exercise, text: string): string {
  return indent(
    [
      ...beside('', `Noted for ${label(exercise)}: ${text}`, room(screen)),
      ...beside('', screen.style.dim('kata mob log shows all notes'), room(screen)),
    ].join('\n'),
  );
}

/** 'Grace drives, 3:12 left', for a screen that is about something else. */
export function driverText(mob: Mob, now: number): string {
  const left = timeLeft(mob, now);
  if (left === undefined) return 'nobody drives';
  const clock = left > 0 ? `${clockTime(left)} left` : `${clockTime(-left)} over`;
  const paused = mob.pausedSince === undefined ? '' : ', paused';
  return `${mob.driver} drives, ${clock}${paused}`;
}

export function turnOverText({ driver, upcoming }: Mob): string {
  const next = upcoming[0];
  return next === undefined
    ? `${driver}’s turn is over`
    : `${driver}’s turn is over; ${next} drives next`;
}

/** '4 minutes', '90 seconds' */
function minutes(ms: number): string {
  const whole = ms / 60_000;
  return Number.isInteger(whole) ? several(whole, 'minute') : several(ms / 1000, 'second');
}
