/** What the commands need from the world outside; the adapters implement it, main.ts joins the two. */
import type { Exercise } from './exercise.ts';
import type { Judgement, Replayed } from './judgement.ts';
import type { CurrentMob, MobFact, NewMobFact } from './mob.ts';
import type { ModelRun } from './model.ts';
import type { Fact, NewFact } from './progress.ts';
import type { Observations } from './readiness.ts';
import type { RunLine, RunReady, RunReport, RunScenario } from './real-run.ts';
import type { Entry, FileEntry, SealedCopy } from './sealed-copy.ts';
import type { SharedLog } from './shared-log.ts';

/** Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** The append-only record of what the learner did. Safe with several `kata` processes at once. */
export interface ProgressLog {
  /** Every fact, oldest first. */
  facts(): readonly Fact[];
  record(fact: NewFact): Fact;
  close(): void;
}

/** The mob that is on in this repository, and the facts of all mobs. Safe with several `kata` processes at once. */
export interface MobDesk {
  /** Undefined when none is on. One look at the disk. @throws KataError mob-damaged */
  current(): CurrentMob | undefined;
  /** What makes a mob the current one, once the vault has written it; undefined: none is on any more. */
  noteOf(mob: CurrentMob | undefined): Note;
  /** In order. */
  facts(id: string): readonly MobFact[];
  /** Later than all of its mob. */
  record(id: string, fact: NewMobFact): MobFact;
  /** A fact with its identity and time, not recorded yet: later than all of its mob. */
  stamp(id: string, fact: NewMobFact): MobFact;
  /** Takes up what another machine has recorded; what is known is not taken twice. */
  merge(id: string, facts: readonly MobFact[]): void;
  /** What is looked at and recorded in it is one: nobody else records anything in between. */
  alone<T>(action: () => T): T;
  /** What is on, with something changed that goes with no change of a folder; nothing if it is on no more. */
  keep(mob: CurrentMob): void;
  /** The mob of which something was recorded last. */
  last(): string | undefined;
}

/**
 * A mob's branch in a git repository elsewhere. It is met through a repository of the kit's own in .kata/mob:
 * nobody's own repository, index or hooks are touched. What comes from there is looked through before any of
 * it is kept, and what is sent never replaces what is there.
 */
export interface MobRemote {
  /** An address that means the same from every folder. @throws KataError usage */
  locate(url: string): Promise<string>;
  /** The branches there that begin with mob/. @throws KataError no-git, remote-unreachable */
  branches(url: string, patience: Patience): Promise<readonly string[]>;
  /**
   * What the branch holds now; undefined when there is none.
   * @param seen  the commit that was seen last: what does not follow it is refused
   * @throws KataError no-git, remote-unreachable, remote-refused; then nothing has changed
   */
  receive(place: Branch, seen: string | null, patience: Patience): Promise<Received | undefined>;
  /** Keeps a workspace's files. @returns git's name for them all */
  write(files: readonly SharedFile[]): Promise<string>;
  /** @returns the commit's name; nobody else knows it yet */
  commit(commit: NewCommit): Promise<string>;
  /**
   * 'moved' when the branch has gone on meanwhile, and is left alone.
   * @throws KataError no-git, remote-unreachable also when it does not take anything from here
   */
  push(place: Branch, commit: string, patience: Patience): Promise<'pushed' | 'moved'>;
  /** Files in a folder of their own, as long as they are used. */
  lay<T>(files: readonly SharedFile[], use: (folder: string) => Promise<T>): Promise<T>;
  /** When the remote was last met, in ms. */
  reachedAt(): Promise<number | undefined>;
  /** One process at a time, so that none sets back what another has just noted. @throws KataError vault-busy */
  alone<T>(action: () => Promise<T>): Promise<T>;
}

export interface Branch {
  readonly url: string;
  readonly branch: string;
}

export interface Patience {
  readonly limitMs: number;
  /** git may ask for a password. */
  readonly mayAsk: boolean;
  readonly signal: AbortSignal;
}

export interface SharedFile {
  /** Relative to the exercise's folder. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

export interface Received {
  readonly commit: string;
  /** git's name for the workspace in it. */
  readonly tree: string;
  readonly files: readonly SharedFile[];
  readonly log: SharedLog;
}

export interface NewCommit {
  readonly tree: string;
  readonly log: SharedLog;
  readonly parents: readonly string[];
  readonly person: string;
  readonly message: string;
}

/** The repository's texts, and what lies in a workspace. */
export interface Workshop {
  /** The brief: exercises/NN-name/README.md. */
  brief(exercise: Exercise): string;
  /** Why the solution holds and what it costs: solutions/NN-name/NOTES.md. */
  notes(exercise: Exercise): string;
  /** The path of the solution's twin in TLA+. @throws KataError exercise-damaged */
  twin(exercise: Exercise): string;
  isLaidOut(exercise: Exercise): boolean;
  /** @throws KataError workspace-missing, workspace-file-missing */
  mustBeLaidOut(exercise: Exercise): void;
  /** Files in the exercise's and the solution's folder that have no place there, relative to the root. */
  strangers(exercise: Exercise): readonly string[];
  /** The text of each of the starter's files as it stands in one place; a missing one is undefined. */
  sources(exercise: Exercise, place: Place): ReadonlyMap<string, string | undefined>;
}

/** Where `kata dev check` lays out the variants of an exercise, to be judged like a workspace. */
export interface Workbench {
  open(exercise: Exercise): Promise<Bench>;
}

export interface Bench {
  readonly wrong: readonly Variant[];
  readonly right: readonly Variant[];
  /** A copy of a folder in another place. */
  copy(folder: string): Promise<string>;
  /** Removes everything that was laid out. */
  close(): Promise<void>;
}

/**
 * The solution with one file replaced: `NAME.FILE.ts` stands for FILE.ts, any other name for the entry. A folder
 * `NAME` replaces all files that are in it.
 */
export interface Variant {
  /** The name of the file, without its ending, or of the folder. */
  readonly name: string;
  readonly source: string;
  readonly folder: string;
}

export type Place = 'workspace' | 'starter' | 'solution';

/**
 * Sealed copies of folders, kept under .kata/vault by content hash; nothing in it is ever overwritten.
 * What cannot be copied faithfully is refused by name (KataError unreadable-file) before anything changes.
 */
export interface Vault {
  /** Finishes a swap that a crash left open. Undefined when nothing was open, which costs one look. */
  recover(): Promise<Recovered | undefined>;
  /**
   * Copies a folder, byte for byte. When the newest copy of the exercise has the same content, reason and
   * `keep`, it is returned as it is.
   * @throws KataError workspace-missing
   */
  seal(folder: string, label: CopyLabel): Promise<SealedCopy>;
  /** Newest first. */
  copies(): Promise<readonly SealedCopy[]>;
  /** What was written through an old handle since a folder was replaced becomes a copy. */
  lookForLateSaves(): Promise<void>;
  /** The bytes of a file in a sealed copy. @throws KataError vault-damaged */
  read(file: FileEntry): Promise<Uint8Array>;
  /** What stands in a folder now; nothing is written. Empty when there is no such folder. */
  contents(folder: string): Promise<readonly Entry[]>;
  /**
   * Makes `folder` equal to what is wanted, rewriting in place only what differs. What stood there is
   * sealed first under `label`, and that copy is returned; undefined when there was no such folder.
   * @param note  asked once nothing stands against it any more: what is to be true in .kata as soon as, and
   * only if, the folder was rewritten. A kill leaves both done or neither, once the next command has finished
   * what was begun
   * @param mayStill  throws where it is not to be done any more; asked before anything is sealed, once no
   * other process can change a folder
   */
  replace(
    folder: string,
    wanted: Wanted,
    label: CopyLabel,
    note?: (before: SealedCopy | undefined) => Note,
    mayStill?: () => void,
  ): Promise<SealedCopy | undefined>;
}

/**
 * What a folder shall become: a sealed copy by its id, or layers over each other, later ones on top; or
 * gone, unless somebody saves something in it meanwhile.
 */
export type Wanted =
  | { readonly copy: string }
  | {
      readonly layers: readonly Layer[];
      /** What of the folder stays, below the layers. */
      readonly keeping?: (standing: readonly Entry[]) => readonly Entry[];
    }
  | { readonly nothing: true };

/** A file of the kit's own that goes with a change of a folder. */
export interface Note {
  /** Relative to .kata, in a folder that is there. */
  readonly file: string;
  /** Undefined: the file goes. */
  readonly text: string | undefined;
}

/** A folder, except for some paths at its top; or a single file, which keeps its name. */
export type Layer =
  { readonly folder: string; readonly without?: readonly string[] } | { readonly file: string };

export interface CopyLabel {
  /** The exercise's name. */
  readonly exercise: string;
  /** 'before reset', 'check', 'before solution', 'rescued', … */
  readonly reason: string;
  /** True while the exercise is unsolved: such copies are never pruned. */
  readonly keep?: boolean;
}

export interface Recovered {
  readonly exercise: string;
  readonly operation: string;
  /** What stood in the folder when recovery began; undefined when the folder was not there yet. */
  readonly rescued: SealedCopy | undefined;
}

/** Runs an exercise's hidden tests against a folder, in a child process under a budget. */
export interface Judge {
  /** Starts the child process ahead of the first judgement. */
  warm(): void;
  /**
   * @param subject  the folder with the files to judge: a workspace, a solution or a variant
   * @throws KataError when the subject cannot be judged (syntax, types, endless loop, …)
   */
  judge(exercise: Exercise, subject: string, options?: JudgeOptions): Promise<Judgement>;
  /**
   * Runs one schedule again, with its whole history.
   * @param token  as the lab made it, without the exercise
   * @throws KataError when the subject cannot be judged, or the token does not fit it
   */
  replay(
    exercise: Exercise,
    subject: string,
    token: string,
    options?: ReplayOptions,
  ): Promise<Replayed>;
  /** Ends the child process. A closed judge starts a new one at the next call. */
  close(): Promise<void>;
}

export interface JudgeOptions {
  readonly signal?: AbortSignal;
  readonly seed?: number;
  /** Schedules explored so far, at most ten times a second. */
  readonly onProgress?: (schedules: number) => void;
}

export interface ReplayOptions {
  readonly signal?: AbortSignal;
  /** Runs it under Node's inspector; told where a debugger can attach, once it waits for one. */
  readonly inspect?: (address: InspectorAddress) => void;
}

/** The system that an exercise is about, on real parts: processes, SQLite files, HTTP on loopback. */
export interface RealParts {
  /**
   * Starts it for whoever wants to try it, until the signal ends it.
   * @param subject  the folder with the learner's files
   * @throws KataError nothing-to-run, usage, and the code of a mistake of the learner's
   */
  open(exercise: Exercise, subject: string, options: OpenOptions): Promise<void>;
  /**
   * Lets the people of its scenarios act in so many worlds, one after the other, and judges the promises on what is
   * there at the end of each.
   * @throws KataError as above; interrupted
   */
  judge(exercise: Exercise, subject: string, options: RealOptions): Promise<RunReport>;
}

interface RunOptions {
  readonly signal: AbortSignal;
  /** Its number, from 1; without it, the first with people, or each in turn. */
  readonly scenario: number | undefined;
  /** What strikes is drawn from it; undefined: no faults. */
  readonly seed: number | undefined;
  /** The files stay where they are, to be looked at. */
  readonly keep: boolean;
  readonly onLine: (line: RunLine) => void;
}

export interface OpenOptions extends RunOptions {
  readonly onReady: (ready: RunReady) => void;
}

export interface RealOptions extends RunOptions {
  readonly runs: number;
  readonly onBegin: (run: number, scenario: RunScenario) => void;
}

export interface InspectorAddress {
  readonly host: string;
  readonly port: number;
}

/** Where an author begins something new. */
export interface Drafts {
  /**
   * Makes a folder with these files, by path, as a whole or not at all.
   * @param folder relative to the root
   * @throws KataError usage when it is there already
   */
  lay(folder: string, files: Readonly<Record<string, string>>): Promise<void>;
}

/** Runs models, and their twins for TLC. */
export interface Models {
  /**
   * @param path of a .qnt file
   * @throws KataError syntax-error, type-error, model-incomplete, model-undefined, model-too-large, interrupted
   */
  run(path: string, options: ModelOptions): Promise<ModelRun>;
  /** Writes a document that was asked for. */
  save(path: string, text: string): Promise<void>;
  /**
   * Runs TLC on a .tla file and the .cfg beside it.
   * @returns whether it found nothing wrong
   * @throws KataError tlc-missing, interrupted
   */
  runTlc(path: string, options: TlcOptions): Promise<boolean>;
}

export interface ModelOptions {
  /** The one invariant to look at. */
  readonly invariant?: string;
  /** So many traces drawn by chance, instead of all states. */
  readonly sample?: { readonly traces: number; readonly seed: number };
  /** Whether a trace is wanted, in the Informal Trace Format. */
  readonly trace: boolean;
  readonly signal: AbortSignal;
}

export interface TlcOptions {
  readonly signal: AbortSignal;
  /** What TLC prints, as it comes. */
  onOutput(text: string): void;
}

/** The computer below, as `kata doctor` looks at it. What cannot be looked at is an observation too. */
export interface Machine {
  /** @param root  the workshop's folder; undefined when it was not found */
  observe(root: string | undefined): Promise<Observations>;
}

/** The texts in lectures/, as their authors wrote them. */
export interface Lectures {
  /** File stems of the talks that exist, sorted: '01-why-messages'. */
  names(): Promise<readonly string[]>;
  /** The Markdown of one talk. @throws KataError unreadable-file */
  read(name: string): Promise<string>;
  /** The text of agenda.json. @throws KataError unreadable-file */
  agenda(): Promise<string>;
}

/** The person's terminal: where text goes, and the only place that asks. */
export interface Terminal {
  /** Columns of stdout, 80 when it is not a terminal. */
  readonly columns: number;
  readonly rows: number;
  /** Both stdin and stdout are terminals, so a prompt can be answered. */
  readonly interactive: boolean;
  /** Stdout, with one line end added. */
  print(text: string): void;
  /** Stderr, with one line end added. */
  complain(text: string): void;
  /** Only when interactive; resolves to the default on Enter. */
  confirm(question: string, byDefault: boolean): Promise<boolean>;
  /** Only when interactive. */
  choose<T>(question: string, choices: readonly { name: string; value: T }[]): Promise<T>;
  /** Only when interactive; a line of text. */
  ask(question: string, byDefault: string): Promise<string>;
  /** Shows a long text by the person's pager where there is one, else prints it. */
  page(text: string): Promise<void>;
}

/** Calls for attention, without waiting for any. */
export interface Bell {
  /** The terminal's bell, and the desktop's notification where that works. */
  ring(text: string): void;
}

/** The terminal as a screen that is redrawn in place. Only when the terminal is interactive. */
export interface LiveTerminal {
  /** Takes the terminal over until the screen is closed, or the process ends in whatever way. */
  open(listener: LiveListener): LiveScreen;
  /** Resolves when stdin has ended: what stands in for a key where there is no terminal. */
  inputEnd(): Promise<void>;
}

export interface LiveListener {
  /** One character, or 'ctrl-c', 'escape' and 'enter'. Other keys are not told of. */
  onKey(key: string): void;
  onResize(): void;
}

export interface LiveScreen {
  readonly columns: number;
  readonly rows: number;
  /** Shows these lines and nothing else; what is too wide or too many is not shown. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/**
 * Tells of every change below a folder, also when an editor replaces a file by renaming another over
 * it. Resolves when nothing can be missed any more.
 */
export type WatchFolder = (folder: string, onChange: () => void) => Promise<FolderWatch>;

export interface FolderWatch {
  close(): Promise<void>;
}
