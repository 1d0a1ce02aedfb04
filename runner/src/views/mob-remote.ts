/** What is said of a mob whose people sit at several machines. */
import type { Exercise } from '../domain/exercise.ts';
import type { KeptBeside, Meeting, Waiting } from '../domain/mob-remote.ts';
import type { Mob } from '../domain/mob.ts';
import { shortHash, type SealedCopy } from '../domain/sealed-copy.ts';
import type { Staying } from '../domain/shared-files.ts';
import type { KataError } from '../errors.ts';
import { beside, nextStep, room, when } from './line.ts';
import { indent, type Screen } from './screen.ts';

/** How this machine stands with the others. */
export interface SharedState {
  readonly url: string;
  readonly branch: string;
  /** Who sits at this machine, if that was said. */
  readonly person: string | null;
  /** When the remote answered last; undefined: never yet. */
  readonly reachedAt: number | undefined;
  /** Why it did not answer just now. */
  readonly trouble: KataError | undefined;
  /** Work of this machine waits to be shared. */
  readonly pending: boolean;
  readonly waiting: Waiting | undefined;
  /** In this turn and the one before. */
  readonly beside: readonly KeptBeside[];
}

/** The parts of a mob's state that matter here. */
interface Room {
  readonly exercise: Pick<Exercise, 'number'>;
  readonly mob: Mob;
  readonly shared?: SharedState | undefined;
}

/** What came of a meeting. */
export interface Met {
  readonly meeting: Meeting;
  /** The work of others was laid out here. */
  readonly laidOut: boolean;
  /** What does not travel, and so is only here. */
  readonly staying: readonly Staying[];
  /** Why not all of it has reached the others yet. */
  readonly unshared: KataError | undefined;
  /** What stood here and is nowhere else on this machine any more. */
  readonly replaced: SealedCopy | undefined;
  /** Both had new work: this is the branch with what was done here. */
  readonly beside: string | undefined;
}

/** Said once, before anything is laid out. */
export const joiningMeans =
  'Whoever joins gets the code of the others laid out, now and at each kata mob next. kata check and kata watch run it on this machine, with your rights. What has a dangerous name or is too large is refused; what the code does, nobody looks at.';

/** What came of meeting the others; nothing where only the turn was handed over. */
export function metView(screen: Screen, state: Room, met: Met): string {
  const { branch } = state.shared ?? { branch: '' };
  const lines = [
    ...meetingLines(screen, state, met),
    ...unsharedLines(screen, met.unshared),
    ...stayingLines(screen, met.staying),
    ...besideLines(screen, state.shared, met.beside),
  ];
  const done = met.unshared
    ? []
    : beside('', screen.style.dim(`shared on ${branch}`), room(screen));
  return indent([...lines, ...done, ''].join('\n'));
}

function meetingLines(
  screen: Screen,
  { mob, shared }: Room,
  { meeting, laidOut, replaced, beside: branch }: Met,
): string[] {
  const width = room(screen);
  const { style } = screen;
  const copy = replaced && shortHash(replaced.hash);
  const since = mob.turns.at(-1)?.beganAt;
  const handedOver = `${keyboardText(mob.driver, shared)}${since === undefined ? '' : ` since ${when(since)}`}`;
  switch (meeting) {
    case 'keep both': {
      if (branch === undefined) {
        return beside(
          '',
          style.bold('Others have new work, and so have you. Nothing was replaced here.'),
          width,
        );
      }
      const yours = laidOut ? 'Theirs is laid out here; yours' : 'Yours';
      return [
        ...beside(
          '',
          style.bold('Two handed over at the same time, and both turns are kept.'),
          width,
        ),
        ...beside('', `${yours} is on the branch ${branch}, and sealed here as ${copy}.`, width),
        ...nextStep(
          screen,
          `look at both together; ${style.accent(`kata restore ${copy}`)} brings yours back here`,
        ),
      ];
    }
    case 'take':
      return [
        ...beside('', `The work of the others is laid out. ${handedOver}.`, width),
        ...savedMeanwhile(screen, copy),
      ];
    case 'share':
      return beside('', `The turn was handed over elsewhere already: ${handedOver}.`, width);
    case 'nothing':
      return beside('', `There is nothing new: ${handedOver}.`, width);
    case 'hand over':
      return laidOut
        ? [
            ...beside('', 'The work of the others is laid out, and handed over.', width),
            ...savedMeanwhile(screen, copy),
          ]
        : [];
  }
}

function savedMeanwhile(screen: Screen, copy: string | undefined): string[] {
  return copy === undefined
    ? []
    : beside('', `What was saved here at that moment is sealed as ${copy}.`, room(screen));
}

function unsharedLines(screen: Screen, error: KataError | undefined): string[] {
  if (!error) return [];
  return [
    ...beside('', `${screen.style.bold('Not shared yet:')} ${error.message}`, room(screen)),
    ...beside('', 'The next hand-over tries again; everything is kept here.', room(screen)),
  ];
}

const namedMost = 5;

function stayingLines(screen: Screen, staying: readonly Staying[]): string[] {
  if (staying.length === 0) return [];
  const named = staying.slice(0, namedMost).map(({ path, why }) => `${path} ${why}`);
  const more = staying.length - named.length;
  const text = `stays on this machine: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  return beside('', screen.style.dim(text), room(screen));
}

/** @param known  was just told of */
function besideLines(screen: Screen, shared: SharedState | undefined, known?: string): string[] {
  return (shared?.beside ?? [])
    .filter(({ branch }) => branch !== known)
    .flatMap(({ driver, branch }) =>
      beside(
        '',
        `${driver} handed over at the same time as somebody else: that work is kept on ${branch}.`,
        room(screen),
      ),
    );
}

/** For the status: where it is shared, how far, and what waits. */
export function sharedLines(screen: Screen, shared: SharedState | undefined): string[] {
  if (!shared) return [];
  const { url, branch, reachedAt, trouble, pending } = shared;
  const { style } = screen;
  const width = room(screen);
  const last = reachedAt === undefined ? 'never reached yet' : `last reached ${when(reachedAt)}`;
  const place = trouble ? `${branch}, ${last}: ${trouble.message}` : `${branch} at ${url}`;
  return [
    ...beside('shared      ', trouble ? place : style.dim(place), width),
    ...(pending ? beside('            ', 'your last hand-over is not shared yet', width) : []),
    ...besideLines(screen, shared),
  ];
}

/** What the others have done and this machine has not taken up. */
export function newsLines(screen: Screen, shared: SharedState | undefined): string[] {
  const text = newsText(shared);
  const next = screen.style.accent(screen.symbols.next);
  return [
    ...(text === undefined ? [] : beside(`${next} `, text, room(screen))),
    ...besideLines(screen, shared),
  ];
}

function keyboardText(driver: string | undefined, shared: SharedState | undefined): string {
  return driver === shared?.person ? 'You have the keyboard' : `${driver} has the keyboard`;
}

/** 'Grace has the keyboard: kata mob next takes up the work' */
export function newsText(shared: SharedState | undefined): string | undefined {
  if (!shared?.waiting) return undefined;
  const { driver, work } = shared.waiting;
  const who = driver === undefined ? 'Others have shared new work' : keyboardText(driver, shared);
  return `${who}: kata mob next ${work ? 'lays the work out here' : 'takes it up here'}`;
}

/** Beside the start of a mob: how others come to it. */
export function invitationLines(screen: Screen, { exercise, shared }: Room): string[] {
  if (!shared) return [];
  const { accent } = screen.style;
  return [
    ...beside(
      '',
      `Others join with ${accent(`kata mob join ${shared.url} ${exercise.number}`)}`,
      room(screen),
    ),
    '',
  ];
}

/** What else is to be said when a mob begins here. */
export function beginningView(
  screen: Screen,
  { unshared, staying }: Pick<Met, 'unshared' | 'staying'>,
): string | undefined {
  const lines = [...unsharedLines(screen, unshared), ...stayingLines(screen, staying)];
  return lines.length === 0 ? undefined : indent(['', ...lines].join('\n'));
}
