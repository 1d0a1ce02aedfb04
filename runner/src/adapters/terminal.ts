import { platform } from 'node:os';
import type { Readable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Terminal } from '../domain/ports.ts';
import type { TerminalSeen } from '../domain/readiness.ts';
import { KataError } from '../errors.ts';
import { colourless, plain, unicode, widths, type Screen } from '../views/screen.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals, pipes and files alike: the parts of process.stdout that are used here. */
export type Output = NodeJS.WritableStream &
  Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'getColorDepth'>>;
export type Input = Readable & Partial<Pick<ReadStream, 'isTTY'>>;

export interface TerminalParts {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Environment;
  /** Called once when the reader of stdout went away, as in `kata list | head -1`: nobody is left to write for. */
  readonly onHangUp: () => void;
}

const columnsWithoutTerminal = 80;
const rowsWithoutTerminal = 24;

export function openTerminal({
  stdin,
  stdout,
  stderr,
  environment,
  onHangUp,
}: TerminalParts): Terminal {
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  let reading = true;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (reading) onHangUp();
    reading = false;
  });
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

  const print = (text: string) => {
    if (reading) stdout.write(`${text}\n`);
  };

  return {
    get columns() {
      return columnsOf(stdout);
    },
    get rows() {
      return stdout.rows || rowsWithoutTerminal;
    },
    interactive,
    print,
    complain(text) {
      stderr.write(`${text}\n`);
    },
    async confirm(question, byDefault) {
      return (await ask({ type: 'confirm', message: question, default: byDefault })) === true;
    },
    async choose<T>(question: string, choices: readonly { name: string; value: T }[]) {
      const index = await ask({
        type: 'select',
        message: question,
        choices: choices.map(({ name }, value) => ({ name, value })),
      });
      const chosen = choices[Number(index)];
      if (chosen === undefined)
        throw new RangeError(`choice ${String(index)} of ${choices.length}`);
      return chosen.value;
    },
    async ask(question, byDefault) {
      return String(await ask({ type: 'input', message: question, default: byDefault }));
    },
    async page(text) {
      const fits = text.split('\n').length < (stdout.rows || rowsWithoutTerminal);
      if (!interactive || fits || !(await showInPager(text, environment))) print(text);
    },
  };

  async function ask(question: Question): Promise<unknown> {
    if (!interactive) {
      throw new KataError(
        'needs-confirmation',
        `“${question.message}” needs an answer, and there is no terminal to ask on.`,
        'Give the same command in a terminal, or with the option that answers it: see its --help.',
      );
    }
    const { createPromptModule } = await import('inquirer');
    const prompt = createPromptModule({ input: stdin, output: stdout });
    try {
      const answers: Record<string, unknown> = await prompt({ ...question, name: 'answer' });
      return answers['answer'];
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error;
      throw new KataError(
        'interrupted',
        'Interrupted at a question.',
        'Give the same command again to answer it.',
        error,
      );
    }
  }
}

/** Width, colours and symbols. Colours need a terminal or FORCE_COLOR; NO_COLOR is stronger than both. */
export async function openScreen(environment: Environment, stdout: Output): Promise<Screen> {
  const level = colourLevel(environment, stdout);
  return {
    ...widths(columnsOf(stdout)),
    symbols: speaksUnicode(environment) ? unicode : plain,
    style: level === 0 ? colourless : await colours(level),
  };
}

/** What `kata doctor` says of the terminal. */
export function lookAtTerminal(
  environment: Environment,
  stdin: Input,
  stdout: Output,
): TerminalSeen {
  return {
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    columns: columnsOf(stdout),
    colours: colourLevel(environment, stdout) > 0,
    unicode: speaksUnicode(environment),
    term: environment['TERM'] ?? '',
  };
}

/** Some terminals report 0 columns until their first resize. */
function columnsOf(stdout: Output): number {
  return stdout.columns || columnsWithoutTerminal;
}

type ColourLevel = 0 | 1 | 2 | 3;

/** See no-color.org and force-color.org: any non-empty value counts, and 0 or false forces colours off. */
function colourLevel(environment: Environment, stdout: Output): ColourLevel {
  if (environment['NO_COLOR']) return 0;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') {
    if (forced === '0' || forced === 'false') return 0;
    return forced === '2' ? 2 : forced === '3' ? 3 : 1;
  }
  if (environment['TERM'] === 'dumb' || stdout.isTTY !== true) return 0;
  const bits = stdout.getColorDepth?.({ ...environment }) ?? 1;
  return bits >= 24 ? 3 : bits >= 8 ? 2 : bits >= 4 ? 1 : 0;
}

/** Chalk is loaded only where there are colours, so that a pipe does not wait for it. */
async function colours(level: 1 | 2 | 3): Promise<Screen['style']> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return {
    accent: chalk.cyan,
    good: chalk.green,
    bad: chalk.red,
    dim: chalk.dim,
    bold: chalk.bold,
    voices: [chalk.blue, chalk.magenta, chalk.yellow, chalk.cyan],
  };
}

/** By the locale, as the C library reads it; Windows has none, and its modern terminals name themselves. */
function speaksUnicode(environment: Environment): boolean {
  if (environment['TERM'] === 'dumb' || environment['TERM'] === 'linux') return false;
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  if (/utf-?8/i.test(locale)) return true;
  return (
    platform() === 'win32' && Boolean(environment['WT_SESSION'] || environment['TERM_PROGRAM'])
  );
}

interface Question {
  readonly type: 'confirm' | 'select' | 'input';
  readonly message: string;
  readonly default?: boolean | string;
  readonly choices?: readonly { name: string; value: number }[];
}

/** False when no pager could be started, or when the person has none: PAGER=cat or an empty PAGER. */
async function showInPager(text: string, environment: Environment): Promise<boolean> {
  const own = environment['PAGER']?.trim();
  if (own === '' || own === 'cat') return false;
  const { execa } = await import('execa');
  const start = async (command: string, shell: boolean) => {
    const { code, exitCode } = await execa(command, {
      shell,
      input: `${text}\n`,
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
      // As git does: leave at once when all fits, keep colours, leave the text on the screen.
      env: { LESS: environment['LESS'] ?? 'FRX' },
    });
    return code !== 'ENOENT' && exitCode !== 127;
  };
  if (own !== undefined) return start(own, true);
  return (await start('less', false)) || (await start('more', false));
}
