/** A real terminal for tests: a program in a pseudo-terminal, and the screen that a person would see. */
import { spawn, type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly columns?: number;
  readonly rows?: number;
}

export interface TestTerminal {
  readonly pid: number;
  /** What is on the screen now, without colours; ends of lines and empty last lines are trimmed. */
  screen(): string;
  /** Everything that the program wrote, control sequences included. */
  readonly written: string;
  /** True while a full-screen program has the alternate screen. */
  readonly alternate: boolean;
  readonly cursorHidden: boolean;
  /** Resolves with the screen once it is as wanted; rejects with the screen as it was instead. */
  waitFor(
    wanted: string | RegExp | ((screen: string) => boolean),
    timeoutMs?: number,
  ): Promise<string>;
  send(keys: string): void;
  resize(columns: number, rows: number): void;
  kill(signal?: string): void;
  /** Resolves when the program has ended and all it wrote is on the screen. */
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: number | undefined }>;
}

export function openTestTerminal(
  program: string,
  args: readonly string[],
  { cwd, env = {}, columns = 80, rows = 24 }: TerminalOptions,
): TestTerminal {
  const view = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 5_000,
  });
  const pty: IPty = spawn(program, [...args], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd,
    env: { ...process.env, LANG: 'C.UTF-8', ...env },
  });
  const looks = new Set<() => void>();
  const look = () => looks.forEach((each) => each());
  let written = '';
  let last: Promise<void> = Promise.resolve();
  pty.onData((data) => {
    written += data;
    last = new Promise((resolve) => view.write(data, resolve));
    void last.then(look);
  });
  // Programs ask the terminal where its cursor is, and wait for the answer.
  view.onData((answer) => pty.write(answer));

  const ended = new Promise<{ exitCode: number; signal: number | undefined }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      void last.then(() => {
        look();
        resolve({ exitCode, signal });
      });
    });
  });

  function screen(): string {
    const { active } = view.buffer;
    const lines = Array.from({ length: view.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.join('\n').trimEnd();
  }

  return {
    pid: pty.pid,
    screen,
    get written() {
      return written;
    },
    get alternate() {
      return view.buffer.active.type === 'alternate';
    },
    get cursorHidden() {
      return written.lastIndexOf('\x1b[?25l') > written.lastIndexOf('\x1b[?25h');
    },
    waitFor(wanted, timeoutMs = 20_000) {
      const isThere = (text: string): boolean =>
        typeof wanted === 'string'
          ? text.includes(wanted)
          : wanted instanceof RegExp
            ? wanted.test(text)
            : wanted(text);
      return new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          looks.delete(check);
        };
        const check = () => {
          const text = screen();
          if (!isThere(text)) return;
          stop();
          resolve(text);
        };
        const timer = setTimeout(() => {
          stop();
          reject(
            new Error(
              `waited ${timeoutMs} ms for ${String(wanted)}; the screen shows:\n${screen()}`,
            ),
          );
        }, timeoutMs);
        looks.add(check);
        check();
      });
    },
    send: (keys) => pty.write(keys),
    resize(columns, rows) {
      view.resize(columns, rows);
      pty.resize(columns, rows);
    },
    kill: (signal) => pty.kill(signal),
    ended,
  };
}
