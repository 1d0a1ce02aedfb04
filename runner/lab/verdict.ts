/** The lab's answers as data. Everything here survives JSON, and nothing here is text for a screen. */

/**
 * What promises are put to the test in: each of these keeps a promise or breaks it. A program is a mutant or
 * a right one.
 */
export type Unit = Coverage['unit'] | 'program';

/** What was gone through, and what came about on the way. */
export type Coverage = ScheduleCoverage | StateCoverage | MutantCoverage | AttackCoverage;

/** What was explored of one scenario. */
export interface ScheduleCoverage {
  readonly unit: 'schedule';
  readonly scenario: string;
  /**
   * Exhaustive: every inequivalent schedule within the bounds was run. Bounded: the search gave up before its
   * end. Sampled: the schedules were drawn by chance from the seed.
   */
  readonly kind: 'exhaustive' | 'bounded' | 'sampled';
  /** Schedules run to their end; inequivalent ones, unless they were sampled. */
  readonly schedules: number;
  /** Runs that the search cut short because all that was left had been explored elsewhere: its waste. */
  readonly blocked: number;
  /** Of the schedules drawn by chance. */
  readonly seed?: number;
  readonly bounds: readonly Bound[];
  /** For each goal of the scenario, in how many schedules it came about. */
  readonly goals: readonly Goal[];
  /** What was counted over one of the schedules, where the scenario asks for it. */
  readonly curves?: readonly Curve[];
}

/** A count over one execution. */
export interface Curve {
  readonly what: string;
  /** At the start, and after each step. */
  readonly values: readonly number[];
  /** So much of it a promise allows at the end. */
  readonly endMost?: number;
}

/** What was reached of one model. */
export interface StateCoverage {
  readonly unit: 'state';
  /** The model's name. */
  readonly scenario: string;
  /** Exhaustive: every state that can be reached. Bounded: there are more than were looked at. */
  readonly kind: 'exhaustive' | 'bounded';
  /** Distinct ones. */
  readonly states: number;
  /** So many steps the farthest of them is away from the beginning. */
  readonly depth: number;
  /** For each goal of the model, in how many states it is reached. */
  readonly goals: readonly Goal[];
}

/** The programs that a learner's test was put to. */
export interface MutantCoverage {
  readonly unit: 'mutant';
  /** What the programs are to do. */
  readonly scenario: string;
  /** What one of them is called: 'shop'. */
  readonly program: string;
  /** Programs in which nothing is wrong. */
  readonly right: number;
  readonly mutants: number;
  /** Each program was tested with so many seeds; no further ones once the test was wrong about it. */
  readonly seeds: number;
  /** How often the test began one of them: with a new program begins a run. */
  readonly runs: number;
  /** Runs with a program in which nothing is wrong, for one seed; of the programs and seeds that took most. */
  readonly runsOfRight: number;
  /** How soon each was rejected of those that were rejected with every seed. */
  readonly rejections: readonly Rejection[];
}

export interface Rejection {
  /** What is wrong with it: 'that books a copy twice'. */
  readonly mutant: string;
  /** Runs until it was rejected, the last one included: over the seeds on average, and with the worst of them. */
  readonly runsMean: number;
  readonly runsMost: number;
}

/** What was gone through for the fewest steps with which a learner's schedule could break a promise. */
export interface AttackCoverage {
  readonly unit: 'attack';
  readonly scenario: string;
  /** Exhaustive: every schedule with fewer steps. Bounded: the search gave up before its end. */
  readonly kind: 'exhaustive' | 'bounded';
  /** Beginnings of schedules, each followed to its end. */
  readonly schedules: number;
  readonly bounds: readonly Omit<Bound, 'seen'>[];
}

/** An upper limit on a kind of fault in one schedule: at most 1 crash; and in how many it happened. */
export interface Bound {
  readonly fault: FaultKind;
  readonly atMost: number;
  readonly seen: number;
}

export interface Goal {
  readonly goal: string;
  readonly seen: number;
}

export type FaultKind =
  | 'crash'
  | 'lost response'
  | 'unknown outcome'
  | 'lock expiry'
  | 'duplicate delivery'
  | 'unavailable';

/** One promise over all that was gone through. */
export interface PromiseVerdict {
  readonly promise: string;
  readonly holds: boolean;
  /** In how many it was broken, of those that were tried. */
  readonly brokenIn: number;
  readonly tried: number;
  readonly unit: Unit;
  /** What one of them is called, where they are programs: 'shop'. */
  readonly program?: string;
  /** What is wrong with each that breaks it, where words are given for it: 'that books a copy twice'. */
  readonly those?: readonly string[];
  /** What is wrong, in one sentence without a full stop, where there is no story to tell. */
  readonly so?: string;
  /** The simplest that breaks it. */
  readonly story?: Story;
  /** Where a schedule of the learner's is judged: it holds when that breaks what it is to break. */
  readonly attack?: Attack;
}

/** What became of a learner's schedule. */
export interface Attack {
  /** So many the learner wrote. */
  readonly steps: number;
  /** The first step that is not possible. */
  readonly refused?: Refusal;
  /** What could have come in its place; else what could have come behind the last step. */
  readonly possible: readonly Possible[];
  /** Where it breaks the promise: the fewest steps that do. */
  readonly fewest?: Fewest;
}

export interface Refusal {
  /** Which step it is, from 1. */
  readonly number: number;
  /** As it was written: `crash('web')`. */
  readonly step: string;
  /** In one sentence without a full stop. */
  readonly why: string;
  readonly at?: SourceLine;
}

export interface Possible {
  /** As one writes it. */
  readonly step: string;
  /** What happens then: 'load order-7'. */
  readonly does: string;
}

export interface Fewest {
  readonly steps: number;
  /** False: the search was not finished, there may be a schedule with fewer. */
  readonly isCertain: boolean;
}

/** One execution told for a reader. */
export interface Story {
  readonly scenario: string;
  /** The lanes of the diagram, left to right: customers, processes, then store, broker and third parties. */
  readonly lanes: readonly string[];
  readonly steps: readonly Step[];
  /** The event from which on nobody chose what happens, where somebody had before. */
  readonly byItself?: number;
  /** What is wrong at the end, in one sentence without a full stop. Absent when nothing is. */
  readonly so?: string;
  /** The nearest schedule that keeps the promise: 'the crash comes one step later'. */
  readonly passes?: string;
  /** What `kata replay` is given, without the exercise's number. Absent where no schedule led to it. */
  readonly token?: string;
  /** How else it is to be seen again: 'kata model, with an invariant that is false there'. */
  readonly again?: string;
}

/** One that `kata replay` can run again. */
export interface ScheduleStory extends Story {
  readonly token: string;
}

/** One line of the diagram: an arrow between two lanes, or a mark on one. */
export type Step =
  | (Common & {
      readonly kind: 'call' | 'answer';
      readonly from: string;
      readonly to: string;
      /** Short: 'POST submit', 'load cart-7', '201 order-1'. */
      readonly text: string;
      /** What it did, shown beside the target lane: 'v2 submitted'. */
      readonly effect?: string;
    })
  | (Common & {
      readonly kind: 'fault';
      readonly fault: FaultKind;
      readonly on: string;
      readonly text: string;
    })
  | (Common & {
      /** Restart: a process is up again. Note: a remark. */
      readonly kind: 'restart' | 'note';
      readonly on: string;
      readonly text: string;
    });

interface Common {
  /** Which event of the execution this tells of; several steps may tell of one. From 0. */
  readonly event: number;
  /** Where the learner's code asked for it. */
  readonly at?: SourceLine;
  /** What was different afterwards. */
  readonly changes?: readonly Change[];
}

/** A state after a step. */
export type Change =
  | {
      readonly kind: 'document';
      readonly key: string;
      /** Absent: deleted. */
      readonly value?: unknown;
      readonly version: number;
    }
  | {
      readonly kind: 'message';
      readonly queue: string;
      readonly messageId: string;
      readonly state: 'waiting' | 'locked' | 'completed' | 'dead-lettered';
    }
  | { readonly kind: 'api'; readonly host: string; readonly state: unknown };

/** A place in the learner's file. Line and column count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a subject could not be judged at all: a mistake of the learner's that the lab foresees. */
export interface Mistake {
  readonly code:
    | 'syntax-error'
    | 'export-missing'
    | 'import-threw'
    | 'import-refused'
    | 'never-settled'
    | 'floating-promise'
    | 'left-the-lab'
    // of a model
    | 'type-error'
    | 'model-incomplete'
    | 'model-undefined'
    | 'model-too-large';
  /** One sentence: what happened and where. */
  readonly message: string;
  /** One sentence: what to do now. */
  readonly remedy: string;
  readonly at?: SourceLine;
}

/** Why a replay token could not be followed. */
export interface Misfit {
  readonly code: 'token-malformed' | 'token-outdated' | 'token-misfit';
  readonly message: string;
  readonly remedy: string;
}

/** What a hidden test leaves in its task's meta under the key `kata`; the reporter collects it. */
export type Report =
  | { readonly verdict: PromiseVerdict; readonly coverage: readonly Coverage[] }
  | { readonly mistake: Mistake }
  /** The answer to a replay: the whole execution, and the promises that it breaks. */
  | { readonly replay: Replay }
  | { readonly misfit: Misfit };

export interface Replay {
  readonly story: ScheduleStory;
  /** Whoever made the schedule wanted it to break something. */
  readonly isAttack?: true;
  /** What there was before the first step. */
  readonly given: readonly Change[];
  readonly broken: readonly { readonly promise: string; readonly so: string }[];
}
