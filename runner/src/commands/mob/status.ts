import { exit, type ExitCode } from '../../errors.ts';
import { followView } from '../../views/mob-clock.ts';
import { noMobView, statusView, type MobState } from '../../views/mob.ts';
import { mobDocument } from '../../views/mob-log.ts';
import { widths } from '../../views/screen.ts';
import type { Kata, Run } from '../command.ts';
import { mobAtHand, stateOf, stateWith, withFacts } from './mob-at-hand.ts';
import { handOver } from './next.ts';
import { turnBell } from './turn-bell.ts';

/** `kata mob status`: who drives, how long still, and how the exercise stands. */
export const status: Run<{ json?: boolean; follow?: boolean }> = async (kata, input) => {
  const current = kata.mob.current();
  if (!current) {
    kata.terminal.print(input.json === true ? 'null' : noMobView(kata.screen));
    return exit.done;
  }
  const state = await stateOf(kata, withFacts(kata, current));
  if (input.json === true) {
    kata.terminal.print(JSON.stringify(mobDocument(state), null, 2));
    return exit.done;
  }
  if (input.follow === true && kata.terminal.interactive) return follow(kata, state);
  kata.terminal.print(statusView(kata.screen, state));
  return exit.done;
};

/** The clock for the back of the room, until the mob ends or q is pressed. */
function follow(kata: Kata, first: MobState): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const ringWhenOver = turnBell(kata);
    const finish = (code: ExitCode): void => {
      clearInterval(ticking);
      live.close();
      resolve(code);
    };
    const attempt = (action: () => void): void => {
      try {
        action();
      } catch (error) {
        clearInterval(ticking);
        live.close();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const redraw = (): void =>
      attempt(() => {
        const current = kata.mob.current();
        if (!current) return finish(exit.done);
        const { mob, now, ...state } = stateWith(kata, withFacts(kata, current), first.own);
        const screen = { ...kata.screen, ...widths(live.columns) };
        live.draw(followView(screen, live.rows, { ...state, mob, now }));
        ringWhenOver(mob, now);
      });
    const live = kata.live.open({
      onKey: (key) =>
        attempt(() => {
          if (key === 'q') return finish(exit.done);
          if (key === 'ctrl-c') return finish(exit.interrupted);
          const at = mobAtHand(kata);
          if (key === 'n') handOver(kata, at);
          if (key === 'p') {
            const kind = at.mob.pausedSince === undefined ? 'paused' : 'resumed';
            kata.mob.record(at.current.id, { kind });
          }
          redraw();
        }),
      onResize: redraw,
    });
    kata.signal.addEventListener('abort', () => finish(exit.interrupted), { once: true });
    const ticking = setInterval(redraw, 1000);
    redraw();
  });
}
