/** What the room did, for the review at the end: as text, as Markdown and as data. */
import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { MobEvent, TurnStory } from '../domain/mob-story.ts';
import { timeLeft, type Mob } from '../domain/mob.ts';
import { brokenText } from './coverage.ts';
import { beside, clockTime, room, several, spread, when } from './line.ts';
import type { SharedState } from './mob-remote.ts';
import type { MobState } from './mob.ts';
import { indent, type Screen } from './screen.ts';

export interface Told {
  readonly turns: readonly TurnStory[];
  /** It is not over yet. */
  readonly isOn: boolean;
}

export function logView(screen: Screen, exercise: Exercise, told: Told): string {
  const { turns } = told;
  const { style, symbols } = screen;
  const lines = turns.flatMap((turn, index) => [
    spread(
      screen,
      `${String(index + 1).padEnd(4)}${style.bold(turn.driver)}${withNavigator(turn)}`,
      style.dim(`${when(turn.beganAt)}, ${clockTime(turn.tookMs)}`),
    ),
    ...turn.events.flatMap((event) => {
      const { sign, text } = eventText(exercise, event);
      const head =
        sign === 'holds'
          ? style.good(symbols.holds)
          : sign === 'broken'
            ? style.bad(symbols.broken)
            : symbols.bullet;
      return beside(`    ${head} `, text, room(screen));
    }),
  ]);
  return indent([heading(screen, exercise, told), '', ...lines].join('\n'));
}

function heading(screen: Screen, exercise: Exercise, { turns, isOn }: Told): string {
  const all = turns.reduce((sum, { tookMs }) => sum + tookMs, 0);
  const figures = `${several(turns.length, 'turn')}, ${clockTime(all)}${isOn ? ', still on' : ''}`;
  return spread(screen, screen.style.bold(label(exercise)), screen.style.dim(figures));
}

function withNavigator({ navigator }: TurnStory): string {
  return navigator === undefined ? '' : `, with ${navigator}`;
}

function eventText(
  exercise: Exercise,
  event: MobEvent,
): { readonly sign?: 'holds' | 'broken'; readonly text: string } {
  switch (event.kind) {
    case 'check': {
      const { broken, brokenIn = 0, schedules: tried, unit = 'schedule', missed } = event.check;
      if (missed !== undefined) return { sign: 'broken', text: `“${missed}” never came about` };
      if (broken === undefined) return { sign: 'holds', text: 'every promise holds' };
      const promise = exercise.promises.find(({ id }) => id === broken)?.text ?? broken;
      return { sign: 'broken', text: `${promise}: ${brokenText({ brokenIn, tried, unit })}` };
    }
    case 'hint':
      return { text: `hint ${event.rung}` };
    case 'solution':
      return { text: 'looked at the solution' };
    case 'note':
      return { text: `“${event.text}”` };
    case 'came':
      return { text: `${event.name} came` };
    case 'left':
      return { text: `${event.name} left` };
    case 'passed over':
      return { text: `${event.name} was passed over` };
    case 'kept beside':
      return { text: `${event.driver} handed over elsewhere at the same time: ${event.branch}` };
  }
}

export function logMarkdown(exercise: Exercise, mob: Mob, turns: readonly TurnStory[]): string {
  const people = mob.people.map(({ name, turns: driven }) => `${name} (${driven})`).join(', ');
  return [
    `# ${label(exercise)}`,
    '',
    `${several(turns.length, 'turn')}: ${people}`,
    ...turns.flatMap((turn, index) => [
      '',
      `## ${index + 1}. ${turn.driver}${withNavigator(turn)}`,
      '',
      `${when(turn.beganAt)}, ${clockTime(turn.tookMs)} minutes`,
      '',
      ...turn.events.map((event) => {
        const { sign, text } = eventText(exercise, event);
        return `- ${sign === undefined ? '' : sign === 'holds' ? '✓ ' : '✗ '}${text}`;
      }),
    ]),
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd();
}

/** What `kata mob log --json` prints. Times are ISO 8601, durations are in ms. */
export function logDocument(exercise: Exercise, mob: Mob, turns: readonly TurnStory[]): unknown {
  return {
    exercise: exercise.name,
    ended: mob.ended,
    people: mob.people,
    turns: turns.map(({ beganAt, events, ...turn }) => ({
      ...turn,
      navigator: turn.navigator ?? null,
      beganAt: new Date(beganAt).toISOString(),
      events: events.map(({ at, ...event }) => ({ at: new Date(at).toISOString(), ...event })),
    })),
  };
}

/** What `kata mob status --json` prints. */
export function mobDocument({ exercise, mob, standing, own, now, shared }: MobState): unknown {
  return {
    exercise: exercise.name,
    driver: mob.driver ?? null,
    navigator: mob.navigator ?? null,
    upcoming: mob.upcoming,
    people: mob.people,
    turn: mob.turns.length,
    turnMs: mob.turnMs,
    leftMs: timeLeft(mob, now) ?? null,
    paused: mob.pausedSince !== undefined,
    checks: standing.checks,
    broken: standing.last?.broken ?? null,
    solved: standing.state === 'solved',
    ownCopy: own?.id ?? null,
    remote: shared ? sharedDocument(shared) : null,
  };
}

function sharedDocument(shared: SharedState): unknown {
  const { url, branch, reachedAt, trouble, pending, waiting, beside: kept } = shared;
  return {
    url,
    branch,
    reachedAt: reachedAt === undefined ? null : new Date(reachedAt).toISOString(),
    trouble: trouble?.message ?? null,
    pending,
    waiting: waiting ? { driver: waiting.driver ?? null, work: waiting.work } : null,
    keptBeside: kept.map(({ driver, branch: there }) => ({ driver, branch: there })),
  };
}
