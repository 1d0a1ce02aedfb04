/**
 * Runs a learner's test with one program at a time. Chance and time are the bench's own, so that the same test
 * goes the same way again; each go has fresh modules, so that nothing is left of the one before.
 */
import { types } from 'node:util';
import { promiseHooks } from 'node:v8';
import * as fastCheck from 'fast-check';
import { firstCause, MistakeError, thrownText } from './mistake.ts';
import { chanceOf, type Chance } from './sampling.ts';
import { runAs, type Running } from './shadows.ts';
import { at, callSite, callSiteIn, throwSite, waitingSite } from './source-line.ts';
import { loadSubject } from './subject.ts';
import { openTimers } from './timers.ts';
import type { SourceLine } from './verdict.ts';

/** Begins a program anew. What it is given are the seams at which a test controls it. */
export type Program = (...seams: never[]) => object;

export interface TestBench {
  /**
   * @param seed  what fast-check begins with, unless the test says something else
   * @throws MistakeError where the test cannot be judged by how it ends
   */
  run(program: Program, seed: number): Promise<End>;
  /** How many programs the test began, in all goes. */
  begun(): number;
}

/** How one go of the test ends. */
export type End = Course &
  (
    | { readonly kind: 'passed' }
    | { readonly kind: 'rejected'; readonly error: unknown }
    | { readonly kind: 'endless'; readonly why: Endless; readonly at: SourceLine | undefined }
  );

/** What came about on the way to the end of one go. */
interface Course {
  /** The lines that set a timer. */
  readonly sleeps: readonly SourceLine[];
  /** How many programs the test began. */
  readonly runs: number;
  /** So many calls of one program were under way at the same time, at most. */
  readonly callsAtOnce: number;
}

/** It waits for what never comes, or there is no end of what it does. */
export type Endless = 'waits' | 'programs' | 'calls' | 'timers';

/** Bounds on one go: ten times the runs of fast-check, and more calls than a conversation has that ends. */
export const most = { programs: 1_000, calls: 2_000, timers: 50_000 } as const;

/** Before fast-check prints what a promise holds, it waits for a moment of real time. In ms, and how often. */
const momentMs = 2;
const momentsMost = 5;

/** One go. */
interface Go {
  readonly seed: number;
  readonly chance: Chance;
  /** By line: a test may wait a thousand times at one. */
  readonly sleeps: Map<string, SourceLine>;
  programs: number;
  timers: number;
  callsAtOnce: number;
  /** So many calls from the program to the test are under way on the stack. */
  calledBack: number;
  over: End['kind'] | undefined;
  mistake: MistakeError | undefined;
  /** Rejected, and nobody waits for it. */
  stray: { readonly error: unknown } | undefined;
  exceeds: { readonly why: Endless; readonly at: SourceLine | undefined } | undefined;
}

/** @param test  'shop-test.ts#testShop' */
export function openTestBench(folder: string, test: string): TestBench {
  const [file = '', name = ''] = test.split('#');
  let go: Go = goWith(0);
  let begun = 0;
  const timers = openTimers(() => {
    const place = callSiteIn(folder, file) ?? callSite(folder);
    if (place) go.sleeps.set(`${place.file}:${place.line}`, place);
    go.timers += 1;
    if (go.timers > most.timers) go.exceeds ??= { why: 'timers', at: place };
  });
  const subject = loadSubject(folder, {
    standIns: timers.standIns,
    packages: { 'fast-check': seeded(() => go.seed) },
  });

  const running: Running = {
    now: () => timers.now(),
    random: () => go.chance(),
    refuse(mistake) {
      const error = new MistakeError({ ...mistake, ...at(callSite(folder)) });
      go.mistake ??= error;
      throw error;
    },
    rejected(error) {
      if (error instanceof MistakeError) go.mistake ??= error;
      else go.stray ??= { error };
    },
  };

  async function once(program: Program, seed: number): Promise<End> {
    go = goWith(seed);
    timers.begin();
    fastCheck.configureGlobal(parameters(seed));
    runAs(running);
    try {
      const judged = subject.boot().handler(file, name);
      const end = await settled(go, async () => void (await judged(guarded(program, go))));
      // What goes on behind its end shows itself as soon as nothing else can run.
      await turn();
      return endOf(go, end);
    } finally {
      runAs(undefined);
      fastCheck.resetConfigureGlobal();
    }
  }

  /** Undefined: it waits, and nothing can happen any more. */
  async function settled(of: Go, work: () => Promise<void>): Promise<Settled | undefined> {
    let end: Settled | undefined;
    const endsAs = (settled: Settled): void => {
      end = settled;
      of.over = settled.kind;
    };
    work().then(
      () => endsAs({ kind: 'passed' }),
      (error: unknown) => endsAs({ kind: 'rejected', error }),
    );
    for (let moments = 0; moments <= momentsMost;) {
      await turn();
      if (end) return end;
      if (of.exceeds) break;
      if (fire()) continue;
      moments += 1;
      await new Promise((later) => setTimeout(later, momentMs));
    }
    of.over = 'endless';
    return undefined;
  }

  function fire(): boolean {
    try {
      return timers.fire();
    } catch (error) {
      running.rejected(error);
      return true;
    }
  }

  /** The program as the test is given it: counted, and closed when the test is over. */
  function guarded(program: Program, of: Go): (...seams: readonly unknown[]) => object {
    return (...seams) => {
      if (of.over) {
        const error = begunBehindTheEnd(folder);
        // Where one of several has failed, the others may go on for a while.
        if (of.over === 'passed') of.mistake ??= error;
        throw error;
      }
      begun += 1;
      of.programs += 1;
      if (of.programs > most.programs) {
        of.exceeds ??= { why: 'programs', at: callSite(folder) };
        throw new Error('stopped');
      }
      let calls = 0;
      let underWay = 0;
      const watch = (answer: unknown): void => {
        underWay += 1;
        of.callsAtOnce = Math.max(of.callsAtOnce, underWay);
        const arrived = (): void => void (underWay -= 1);
        if (types.isPromise(answer)) void answer.then(arrived, arrived);
        // Whatever else one can await may do its work anew for each who does: then it stays unknown.
        else of.callsAtOnce = Infinity;
      };
      const counted = (call: () => unknown): unknown => {
        calls += 1;
        if (calls > most.calls) {
          of.exceeds ??= { why: 'calls', at: undefined };
          return new Promise(() => {});
        }
        of.calledBack += 1;
        try {
          const answer = call();
          watch(answer);
          return answer;
        } finally {
          of.calledBack -= 1;
        }
      };
      return program(...(seams.map((seam) => withCalls(seam, counted)) as never[]));
    };
  }

  /** The same go once more, in which each promise is remembered with its line until it is settled. */
  async function whereItWaits(program: Program, seed: number): Promise<SourceLine | undefined> {
    const waits = new Map<object, SourceLine>();
    const stop = promiseHooks.createHook({
      init(promise) {
        const place = go.calledBack === 0 ? waitingSite(folder) : undefined;
        if (place) waits.set(promise, place);
      },
      settled: (promise) => void waits.delete(promise),
    }) as () => void;
    try {
      await once(program, seed);
    } finally {
      stop();
    }
    return [...waits.values()].at(-1);
  }

  function endOf({ mistake, stray, exceeds, ...of }: Go, end: Settled | undefined): End {
    const { programs: runs, callsAtOnce } = of;
    const course: Course = { sleeps: [...of.sleeps.values()], runs, callsAtOnce };
    if (mistake) throw mistake;
    if (exceeds) return { kind: 'endless', ...exceeds, ...course };
    if (!end) return { kind: 'endless', why: 'waits', at: undefined, ...course };
    if (end.kind === 'passed' && stray) throw rejectedBehindItsBack(folder, stray.error);
    return { ...end, ...course };
  }

  return {
    begun: () => begun,
    async run(program, seed) {
      const end = await once(program, seed);
      if (end.kind !== 'endless' || end.why !== 'waits') return end;
      return { ...end, at: await whereItWaits(program, seed) };
    },
  };
}

type Settled = { readonly kind: 'passed' } | { readonly kind: 'rejected'; readonly error: unknown };

function goWith(seed: number): Go {
  return {
    seed,
    chance: chanceOf(seed),
    sleeps: new Map(),
    programs: 0,
    timers: 0,
    callsAtOnce: 0,
    calledBack: 0,
    over: undefined,
    mistake: undefined,
    stray: undefined,
    exceeds: undefined,
  };
}

/** What the judge asks is whether the test fails; the smallest input with which it does is not asked for. */
function parameters(seed: number): fastCheck.GlobalParameters {
  return { seed, endOnFailure: true };
}

/** fast-check for the learner’s files: whatever they set for all properties, a seed is among it. */
function seeded(seed: () => number): unknown {
  const forLearners = {
    ...fastCheck,
    __esModule: true,
    configureGlobal: (own: fastCheck.GlobalParameters) =>
      fastCheck.configureGlobal({ ...parameters(seed()), ...own }),
    resetConfigureGlobal: () => fastCheck.configureGlobal(parameters(seed())),
  };
  // Shared by all goes, so that it must not become a place to remember things in.
  return Object.freeze({ ...forLearners, default: Object.freeze(forLearners) });
}

/** A function, or whatever has methods, with each call passed through `through`. */
function withCalls(seam: unknown, through: (call: () => unknown) => unknown): unknown {
  if (typeof seam === 'function') {
    return (...args: readonly unknown[]) =>
      through(() => Reflect.apply(seam, undefined, args) as unknown);
  }
  if (typeof seam !== 'object' || seam === null) return seam;
  return new Proxy(seam, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) =>
        through(() => Reflect.apply(value, target, args) as unknown);
    },
  });
}

/** The next turn of the event loop begins when no promise has a reaction left. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function begunBehindTheEnd(folder: string): MistakeError {
  return new MistakeError({
    code: 'floating-promise',
    message: 'The test has come to its end, and only then begins with what it was given.',
    remedy: 'Await what fc.assert returns: an asynchronous property is decided later.',
    ...at(callSite(folder)),
  });
}

function rejectedBehindItsBack(folder: string, error: unknown): MistakeError {
  const first = firstCause(error);
  return new MistakeError({
    code: 'floating-promise',
    message: `The test passes, and a promise is rejected that nobody waits for: ${thrownText(first)}.`,
    remedy: 'Await every promise that the test starts, so that its failure reaches the test.',
    ...at(throwSite(folder, first)),
  });
}
