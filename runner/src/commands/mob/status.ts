import { exit, type ExitCode } from '../../errors.ts';
import { followView } from '../../views/mob-clock.ts';
import { noMobView, statusView, type MobState } from '../../views/mob.ts';
import { mobDocument } from '../../views/mob-log.ts';
import { widths } from '../../views/screen.ts';
import { metView } from '../../views/mob-remote.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, stateWith, withFacts } from './mob-at-hand.ts';
import { lookOut, sharedState, sharedWith } from './news.ts';
import { handOverQuietly } from './next.ts';
import { hear, patient, quiet, tellOthers, type Heard } from './sharing.ts';
import { turnBell } from './turn-bell.ts';

/** `kata mob status`: who drives, how long still, and how the exercise stands. */
export const status: Run<{ json?: boolean; follow?: boolean }> = async (kata, input) => {
  const current = kata.mob.current();
  if (!current) {
    kata.terminal.print(input.json === true ? 'null' : noMobView(kata.screen));
    return exit.done;
  }
  if (input.follow === true && kata.terminal.interactive && input.json !== true) {
    return follow(kata, await stateOf(kata, withFacts(kata, current)));
  }
  const heard = current.remote ? await hear(kata, quiet(kata)) : {};
  const at = withFacts(kata, current);
  const state = { ...(await stateOf(kata, at)), shared: await sharedState(kata, at, heard) };
  kata.terminal.print(
    input.json === true
      ? JSON.stringify(mobDocument(state), null, 2)
      : statusView(kata.screen, state),
  );
  return exit.done;
};

/** The clock for the back of the room, until the mob ends or q is pressed. */
function follow(kata: Kata, first: MobState): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const ringWhenOver = turnBell(kata);
    let heard: Heard = {};
    /** What the last key led to. */
    let note: string | undefined;
    let handingOver = false;
    const close = (): void => {
      clearInterval(ticking);
      stopLooking();
      live.close();
    };
    const finish = (code: ExitCode): void => {
      close();
      resolve(code);
    };
    const fail = (error: unknown): void => {
      close();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const attempt = (action: () => void): void => {
      try {
        action();
      } catch (error) {
        fail(error);
      }
    };
    const redraw = (): void =>
      attempt(() => {
        const current = kata.mob.current();
        if (!current) return finish(exit.done);
        const at = withFacts(kata, current);
        const state = { ...stateWith(kata, at, first.own), shared: sharedWith(at, heard) };
        const screen = { ...kata.screen, ...widths(live.columns) };
        live.draw(followView(screen, live.rows, state, handingOver ? 'handing over…' : note));
        ringWhenOver(state.mob, state.now);
      });
    const pressedNext = async (): Promise<void> => {
      if (handingOver) return;
      handingOver = true;
      redraw();
      const met = await handOverQuietly(kata, { ...patient(kata), mayAsk: false });
      const at = mobAtHand(kata);
      const state = { ...(await stateOf(kata, at)), shared: sharedWith(at, {}) };
      note = met && metView(kata.screen, state, met).trimEnd();
      handingOver = false;
      redraw();
    };
    const live = kata.live.open({
      onKey: (key) =>
        attempt(() => {
          if (key === 'q') return finish(exit.done);
          if (key === 'ctrl-c') return finish(exit.interrupted);
          note = undefined;
          if (key === 'n') return void pressedNext().catch(fail);
          if (key === 'p') {
            const at = mobAtHand(kata);
            const kind = at.mob.pausedSince === undefined ? 'paused' : 'resumed';
            kata.mob.record(at.current.id, { kind });
            void tellOthers(kata).catch(fail);
          }
          redraw();
        }),
      onResize: redraw,
    });
    kata.signal.addEventListener('abort', () => finish(exit.interrupted), { once: true });
    const ticking = setInterval(redraw, 1000);
    const stopLooking = lookOut(kata, (news) => {
      heard = news;
      redraw();
    });
    redraw();
  });
}
