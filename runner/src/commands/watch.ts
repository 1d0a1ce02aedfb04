import type { Exercise } from '../domain/exercise.ts';
import type { LiveScreen, Terminal } from '../domain/ports.ts';
import { standing } from '../domain/progress.ts';
import { exit, KataError, type ExitCode } from '../errors.ts';
import { errorView } from '../views/error.ts';
import { newsText } from '../views/mob-remote.ts';
import { widths, type Screen } from '../views/screen.ts';
import { outcomeView, watchView, type Outcome, type WatchState } from '../views/watch.ts';
import { attempt } from './check.ts';
import type { Kata, Run } from './command.ts';
import { diff } from './diff.ts';
import { hint } from './hint.ts';
import { list } from './list.ts';
import { withFacts } from './mob/mob-at-hand.ts';
import { lookOut, sharedWith } from './mob/news.ts';
import type { Heard } from './mob/sharing.ts';
import { turnBell } from './mob/turn-bell.ts';
import { next } from './next.ts';
import { reset } from './reset.ts';

/** `kata watch [NN]`: judges on every save, on a live screen; without a terminal, in plain blocks. */
export const watch: Run<{ exercise?: string }> = async (kata, input) => {
  kata.judge.warm();
  const exercise = kata.exercise(input.exercise);
  kata.workshop.mustBeLaidOut(exercise);
  return kata.terminal.interactive ? watchLive(kata, exercise) : watchPlain(kata, exercise);
};

interface Listener {
  onSave(): void;
  onBegin(): void;
  onProgress(schedules: number): void;
  onEnd(outcome: Outcome): void;
  /** Something nobody foresaw. */
  onBug(error: unknown): void;
}

interface Following {
  /** Resolves when nothing is being judged. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Judges now and after each save. A save during a run leads to one more run, never to none. */
async function follow(kata: Kata, exercise: Exercise, listener: Listener): Promise<Following> {
  const closing = new AbortController();
  const signal = AbortSignal.any([kata.signal, closing.signal]);
  let wanted = false;
  let running: Promise<void> | undefined;

  function judgeSoon() {
    wanted = true;
    running ??= judgeWhileWanted().catch(listener.onBug);
  }
  async function judgeWhileWanted() {
    while (wanted && !signal.aborted) {
      wanted = false;
      listener.onBegin();
      const outcome = await outcomeOf(kata, exercise, signal, listener.onProgress);
      if (!signal.aborted) listener.onEnd(outcome);
    }
    running = undefined;
  }

  const folder = await kata.watchFolder(exercise.folders.workspace, () => {
    try {
      // Nobody has saved in a folder that has gone: a mob was stopped for which it was made.
      if (kata.workshop.isLaidOut(exercise)) {
        kata.progress.record({ kind: 'saved', exercise: exercise.name });
      }
      listener.onSave();
      judgeSoon();
    } catch (error) {
      listener.onBug(error);
    }
  });
  judgeSoon();
  return {
    idle: async () => running,
    close: async () => {
      closing.abort();
      await folder.close();
      await running;
    },
  };
}

async function outcomeOf(
  kata: Kata,
  exercise: Exercise,
  signal: AbortSignal,
  onProgress: (schedules: number) => void,
): Promise<Outcome> {
  try {
    return { kind: 'judged', ...(await attempt(kata, exercise, { signal, onProgress })) };
  } catch (error) {
    if (error instanceof KataError) return { kind: 'mistake', error };
    throw error;
  }
}

/** One block of text per verdict, until stdin ends or the command is interrupted. */
function watchPlain(kata: Kata, exercise: Exercise): Promise<ExitCode> {
  return until(kata, async (finish, fail) => {
    const following = await follow(kata, exercise, {
      onSave() {},
      onBegin() {},
      onProgress() {},
      onEnd: (outcome) => kata.terminal.print(`${outcomeView(kata.screen, exercise, outcome)}\n`),
      onBug: fail,
    });
    void kata.live
      .inputEnd()
      .then(following.idle)
      .then(() => finish(exit.done), fail);
    return following.close;
  });
}

function watchLive(kata: Kata, first: Exercise): Promise<ExitCode> {
  return until(kata, async (finish, fail) => {
    let state = stateOf(kata, first);
    let following: Following | undefined;
    let turn: Promise<void> = Promise.resolve();
    let closed = false;
    /** Files are being laid out by a key, whose page stays although they change. */
    let ownChange = false;
    const ringWhenOver = turnBell(kata);
    let heard: Heard = {};

    const live = kata.live.open({ onKey, onResize: redraw });
    const ticking = setInterval(redraw, 1000);

    function redraw() {
      if (closed) return;
      const { exercise } = state;
      const now = standing(kata.progress.facts(), exercise.name, kata.clock.now());
      const mob = mobAt(kata, exercise, heard);
      if (mob) ringWhenOver(mob.mob, mob.now);
      live.draw(watchView(screenOf(kata, live), live.rows, { ...state, standing: now, mob }));
    }
    function show(change: Partial<WatchState>) {
      state = { ...state, ...change };
      redraw();
    }

    async function begin(exercise: Exercise) {
      await following?.close();
      following = await follow(kata, exercise, {
        onSave: () => {
          if (!ownChange) show({ page: undefined });
        },
        onBegin: () => show({ judging: 0 }),
        onProgress: (judging) => show({ judging }),
        onEnd: (last) => {
          ownChange = false;
          show({ judging: undefined, last });
        },
        onBug: fail,
      });
    }

    function onKey(key: string) {
      if (key === 'q') return finish(exit.done);
      if (key === 'ctrl-c') return finish(exit.interrupted);
      // One after the other: each may lay files out or record a fact.
      turn = turn.then(() => pressed(key)).catch(fail);
    }
    async function pressed(key: string) {
      const named = { exercise: state.exercise.name };
      ownChange = key === 'r';
      switch (key) {
        case 'h':
          return showPage('kata hint', (inner) => hint(inner, named));
        case 'd':
          return showPage('kata diff', (inner) => diff(inner, named));
        case 'l':
          return showPage('kata list', (inner) => list(inner, {}));
        case 'r':
          await following?.idle();
          return showPage('kata restore', (inner) => reset(inner, named));
        case 'n':
          await following?.idle();
          await showPage('kata next', (inner) => next(inner, {}));
          return moveOn();
        default:
          return show({ page: undefined });
      }
    }
    async function showPage(command: string, run: (inner: Kata) => Promise<unknown>) {
      show({ page: { command, text: await printedBy(kata, screenOf(kata, live), run) } });
    }
    async function moveOn() {
      const exercise = kata.exercise(undefined);
      if (exercise.name === state.exercise.name) return;
      show({ ...stateOf(kata, exercise), page: state.page });
      await begin(exercise);
    }

    const stopLooking = lookOut(kata, (news) => {
      heard = news;
      redraw();
    });
    redraw();
    turn = begin(first).catch(fail);
    return async () => {
      closed = true;
      stopLooking();
      clearInterval(ticking);
      live.close();
      await turn;
      await following?.close();
      // The last verdict stays readable after the live screen is gone.
      if (state.last) kata.terminal.print(outcomeView(kata.screen, state.exercise, state.last));
    };
  });
}

/** Runs until finished, failed or interrupted, and then cleans up in every case. */
async function until(
  kata: Kata,
  start: (
    finish: (code: ExitCode) => void,
    fail: (error: unknown) => void,
  ) => Promise<() => Promise<void>>,
): Promise<ExitCode> {
  let started: Promise<() => Promise<void>> | undefined;
  try {
    return await new Promise<ExitCode>((finish, fail) => {
      kata.signal.addEventListener('abort', () => finish(exit.interrupted));
      started = start(finish, fail);
      started.catch(fail);
    });
  } finally {
    const cleanUp = await started?.catch(() => undefined);
    await cleanUp?.();
  }
}

function stateOf(kata: Kata, exercise: Exercise): WatchState {
  return {
    exercise,
    standing: standing(kata.progress.facts(), exercise.name, kata.clock.now()),
    mob: undefined,
    judging: undefined,
    last: undefined,
    page: undefined,
  };
}

/** The mob that is on, if it is on at this exercise. */
function mobAt(kata: Kata, { name }: Exercise, heard: Heard): WatchState['mob'] {
  const current = kata.mob.current();
  if (current?.exercise !== name) return undefined;
  const at = withFacts(kata, current);
  return { mob: at.mob, now: kata.clock.now(), news: newsText(sharedWith(at, heard)) };
}

function screenOf({ screen }: Kata, { columns }: LiveScreen): Screen {
  return { ...screen, ...widths(columns) };
}

/** What a command prints, instead of printing it. Nothing is asked: the live screen has the keys. */
async function printedBy(
  kata: Kata,
  screen: Screen,
  run: (inner: Kata) => Promise<unknown>,
): Promise<string> {
  const printed: string[] = [];
  const keep = (text: string) => void printed.push(text);
  const refuse = () => {
    throw new KataError(
      'needs-confirmation',
      'This needs an answer, which the live screen cannot take.',
      'Leave it with q and give the command itself.',
    );
  };
  const terminal: Terminal = {
    columns: screen.columns,
    rows: kata.terminal.rows,
    interactive: false,
    print: keep,
    complain: keep,
    confirm: async () => refuse(),
    choose: async () => refuse(),
    ask: async () => refuse(),
    page: async (text) => keep(text),
  };
  // Inherits, because copying would open every costly part at once.
  const inner = Object.create(kata, {
    terminal: { value: terminal },
    screen: { value: screen },
  }) as Kata;
  try {
    await run(inner);
  } catch (error) {
    if (!(error instanceof KataError)) throw error;
    keep(errorView(screen, error));
  }
  return printed.join('\n');
}
