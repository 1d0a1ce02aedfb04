import type { ReadStream, WriteStream } from 'node:tty';
import type { LiveTerminal } from '../domain/ports.ts';
import type { Input, Output } from './terminal.ts';

export interface ScreenParts {
  readonly stdin: Input & Partial<Pick<ReadStream, 'setRawMode'>>;
  readonly stdout: Output & Partial<Pick<WriteStream, 'off'>>;
  /** `process`, handed in by the composition root. */
  readonly system: Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'platform'>;
}

/** Control sequences as in ECMA-48 and xterm's ctlseqs document. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const clear = '\x1b[2J';
/** One frame at once, where the terminal knows how (mode 2026); elsewhere without effect. */
const frame = (text: string) => `\x1b[?2026h${text}\x1b[?2026l`;
const rewrite = (row: number, line: string) => `\x1b[${row};1H${line}\x1b[0m\x1b[K`;

/**
 * The terminal's alternate screen: what was in the window before comes back when it is closed.
 * Long lines are cut by the terminal itself, which knows best how wide its characters are.
 */
export function openLiveTerminal({ stdin, stdout, system }: ScreenParts): LiveTerminal {
  return {
    inputEnd: () =>
      new Promise((resolve) => {
        stdin.once('end', resolve).once('close', resolve).resume();
      }),

    open({ onKey, onResize }) {
      let shown: readonly string[] = [];

      function take() {
        stdin.setRawMode?.(true);
        stdin.resume();
        stdout.write(enter);
        shown = [];
      }
      function giveBack() {
        stdout.write(leave);
        stdin.setRawMode?.(false);
        stdin.pause();
      }

      function onData(bytes: Buffer) {
        for (const key of keysIn(bytes.toString('utf8'))) {
          if (key === 'ctrl-z') suspend();
          else onKey(key);
        }
      }
      function onResized() {
        stdout.write(clear);
        shown = [];
        onResize();
      }
      /** As the shell's Ctrl-Z would: the whole job stops, and goes on where it was. */
      function suspend() {
        if (system.platform === 'win32') return;
        giveBack();
        system.kill(0, 'SIGTSTP');
      }
      function onContinue() {
        take();
        onResized();
      }

      stdin.on('data', onData);
      stdout.on('resize', onResized);
      system.on('exit', giveBack);
      system.on('SIGCONT', onContinue);
      take();

      return {
        get columns() {
          return stdout.columns || 80;
        },
        get rows() {
          return stdout.rows || 24;
        },
        draw(lines) {
          const visible = lines.slice(0, this.rows);
          const changed = visible.flatMap((line, index) =>
            line === shown[index] ? [] : [rewrite(index + 1, line)],
          );
          const surplus =
            shown.length > visible.length ? `\x1b[${visible.length + 1};1H\x1b[J` : '';
          shown = visible;
          if (changed.length > 0 || surplus !== '') stdout.write(frame(changed.join('') + surplus));
        },
        close() {
          stdin.off('data', onData);
          stdout.off?.('resize', onResized);
          system.off('exit', giveBack);
          system.off('SIGCONT', onContinue);
          giveBack();
        },
      };
    },
  };
}

/** The keys in what the terminal sent at once. Arrows and the like come as escape sequences and mean nothing here. */
export function keysIn(sent: string): string[] {
  if (sent === '\x1b') return ['escape'];
  if (sent.startsWith('\x1b')) return [];
  return [...sent].flatMap((character) => {
    switch (character) {
      case '\x03':
        return ['ctrl-c'];
      case '\x1a':
        return ['ctrl-z'];
      case '\r':
      case '\n':
        return ['enter'];
      default:
        return character >= ' ' ? [character] : [];
    }
  });
}
