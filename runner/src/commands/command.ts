import type { Catalogue } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type {
  Bell,
  Clock,
  Drafts,
  Judge,
  Lectures,
  LiveTerminal,
  Machine,
  MobDesk,
  Models,
  MobRemote,
  ProgressLog,
  RealParts,
  Terminal,
  Vault,
  WatchFolder,
  Workbench,
  Workshop,
} from '../domain/ports.ts';
import type { ExitCode } from '../errors.ts';
import type { Screen } from '../views/screen.ts';

/** Everything a command may use. Costly parts are opened at their first use, so that help stays instant. */
export interface Kata {
  /** The repository's folder. @throws KataError no-workshop */
  readonly root: string;
  /** @throws KataError exercise-damaged */
  readonly catalogue: Catalogue;
  readonly workshop: Workshop;
  /** What the person does; and, while a mob is on, what it does in its exercise. */
  readonly progress: ProgressLog;
  readonly mob: MobDesk;
  readonly remote: MobRemote;
  readonly vault: Vault;
  readonly judge: Judge;
  readonly real: RealParts;
  readonly workbench: Workbench;
  readonly drafts: Drafts;
  readonly lectures: Lectures;
  readonly models: Models;
  readonly terminal: Terminal;
  readonly live: LiveTerminal;
  readonly bell: Bell;
  readonly watchFolder: WatchFolder;
  /** Width, colours and symbols for the views. */
  readonly screen: Screen;
  readonly clock: Clock;
  readonly machine: Machine;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The named exercise, or else the one at hand: the mob's, while one is on. @throws KataError unknown-exercise */
  exercise(named: string | undefined): Exercise;
}

export type Run<Input> = (kata: Kata, input: Input) => Promise<ExitCode>;

/** One row of the command table: help, parsing, completion and the README's list all come from it. */
export interface CommandRow {
  /** 'check', or 'dev check' for a command in a group. */
  readonly name: string;
  readonly summary: string;
  readonly argument?: Argument;
  /** Behind the first one. */
  readonly second?: Argument;
  readonly options: readonly Option[];
  run(kata: Kata, input: Readonly<Record<string, unknown>>): Promise<ExitCode>;
}

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** What completion offers: names of exercises, or a fixed list that is also the only input accepted. */
  readonly values: 'exercises' | 'anything' | readonly string[];
}

export interface Option {
  /** '--json' or '--format'. */
  readonly flag: `--${string}`;
  readonly summary: string;
  /** One of these stands behind it. Without any of these three, the option is a switch. */
  readonly values?: readonly string[];
  /** What stands behind it, where that can be anything: 'names'. */
  readonly takes?: string;
  /** A whole number from 1 stands behind it. */
  readonly number?: true;
}
