/**
 * Mutation testing: the learner writes a test, and is judged by programs with a known fault, the mutants, and by
 * programs that are right. A good test rejects all of the first and none of the others, whatever chance brings.
 * Source: R. DeMillo, R. Lipton and F. Sayward, Hints on Test Data Selection, IEEE Computer 11 (1978).
 */
import { countingAloud, folderOf, registerReplay, registerVerdict } from './judge.ts';
import { watchLanguage } from './leftovers.ts';
import { firstCause, MistakeError, thrownText } from './mistake.ts';
import { takeRejections } from './rejections.ts';
import { at, throwSite } from './source-line.ts';
import { leftBehind } from './telling.ts';
import {
  most,
  openTestBench,
  type End,
  type Endless,
  type Program,
  type TestBench,
} from './test-bench.ts';
import type { MutantCoverage, PromiseVerdict, Rejection, SourceLine, Unit } from './verdict.ts';

/** What a hidden test says where the learner writes a test. */
export interface Testing {
  /** What the programs do, in one line. */
  readonly name: string;
  /** The learner's: 'shop-test.ts#testShop'. It is given a program, and throws where it finds a fault. */
  readonly test: `${string}.ts#${string}`;
  /** What one of the programs is called: 'shop'. */
  readonly program: string;
  /** By what one calls them: 'the shop in shop.ts'. */
  readonly right: Readonly<Record<string, Program>>;
  /** By what is wrong with them, and never by how: 'that books a copy twice'. */
  readonly mutants: Readonly<Record<string, Program>>;
}

/** What every test promises. */
const promisesOfTests = ['passes-the-right-one', 'rejects-every-mutant', 'never-sleeps'] as const;

type PromiseOfTests = (typeof promisesOfTests)[number];

type Verdict = Omit<PromiseVerdict, 'promise'>;

export interface Tested {
  readonly verdicts: Readonly<Record<PromiseOfTests, Verdict>>;
  readonly coverage: MutantCoverage;
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

/**
 * Registers a test for each promise; the learner's test is put to the test once, at the first of them. It draws its
 * schedules itself, so that the lab has none to replay.
 */
export function judgeTest(testing: Testing): void {
  if (registerReplay([])) return;
  let tested: Promise<Tested> | undefined;
  for (const promise of promisesOfTests) {
    registerVerdict(promise, async () => {
      tested ??= countingAloud((count) => putToTheTest(testing, folderOf(), count));
      const { verdicts, coverage } = await tested;
      return { verdict: { promise, ...verdicts[promise] }, coverage: [coverage] };
    });
  }
}

/** @throws MistakeError where the test cannot be judged by how it ends */
export async function putToTheTest(
  testing: Testing,
  folder: string,
  breathe: (programs: number) => void,
): Promise<Tested> {
  const bench = openTestBench(folder, testing.test);
  const leftover = watchLanguage();
  const giveBack = takeRejections();
  try {
    const tested = await judged(testing, bench, folder, breathe);
    const left = leftover();
    if (left) throw leftBehind(left.of, left.name);
    return tested;
  } finally {
    // Whatever was found: what comes after it needs the language as it was.
    leftover();
    giveBack();
  }
}

async function judged(
  { name, program: noun, right, mutants }: Testing,
  bench: TestBench,
  folder: string,
  breathe: (programs: number) => void,
): Promise<Tested> {
  const sleeps = new Map<Program, readonly SourceLine[]>();
  const go = async (program: Program, due: End['kind']): Promise<Goes> => {
    const ends: End[] = [];
    for (const seed of seeds) {
      const end = await bench.run(program, seed);
      breathe(bench.begun());
      ends.push(end);
      if (end.sleeps.length > 0) sleeps.set(program, end.sleeps);
      if (end.kind !== due) return { ends, amiss: { end, seed } };
      // It is red in any case, and a test that waits takes long enough once.
      if (sleeps.has(program)) break;
    }
    return { ends };
  };

  const rejected: string[] = [];
  /** A right program that never had a choice of what comes next. */
  let lonely: string | undefined;
  let runsOfRight = 0;
  for (const [which, program] of Object.entries(right)) {
    const { ends, amiss } = await go(program, 'passed');
    runsOfRight = Math.max(runsOfRight, ...ends.map((end) => end.runs));
    if (Math.max(...ends.map((end) => end.callsAtOnce)) === 1) lonely ??= which;
    if (amiss?.end.kind === 'endless') throw neverEnds(amiss.end, noun);
    if (amiss?.end.kind === 'rejected') {
      rejected.push(rejectedText(which, said(amiss.end.error, folder)));
    }
  }
  const living: string[] = [];
  const rejections: Rejection[] = [];
  for (const [which, program] of Object.entries(mutants)) {
    const { ends, amiss } = await go(program, 'rejected');
    if (amiss) living.push(`${which}${aside(amiss)}`);
    else rejections.push(rejectionOf(which, ends));
  }

  const counts = { right: Object.keys(right).length, mutants: Object.keys(mutants).length };
  const runs = bench.begun();
  // Whoever still sleeps has that to mend first, and may find the rest alone.
  const alone = sleeps.size === 0 ? lonely : undefined;
  const verdict = (unit: Unit, tried: number, brokenIn: number, wrong: Wrong): Verdict => {
    const figures = { brokenIn, tried, unit, program: noun };
    return brokenIn === 0 ? { holds: true, ...figures } : { holds: false, ...figures, ...wrong };
  };
  return {
    verdicts: {
      'passes-the-right-one': verdict('program', counts.right, rejected.length, {
        so: rejected[0]!,
      }),
      'rejects-every-mutant': verdict(
        'mutant',
        counts.mutants,
        living.length,
        runs === 0
          ? { so: neverBegun(noun) }
          : { those: living, ...(alone !== undefined && { so: neverTwoText(alone) }) },
      ),
      'never-sleeps': verdict('program', counts.right + counts.mutants, sleeps.size, {
        so: sleepText([...sleeps.values()].flat()),
      }),
    },
    coverage: {
      unit: 'mutant',
      scenario: name,
      program: noun,
      ...counts,
      seeds: seeds.length,
      runs,
      runsOfRight,
      rejections,
    },
  };
}

/** One program with one seed after the other. */
interface Goes {
  readonly ends: readonly End[];
  readonly amiss?: Amiss;
}

/** The first seed with which the test did not end as it should. */
interface Amiss {
  readonly end: End;
  readonly seed: number;
}

function rejectionOf(mutant: string, ends: readonly End[]): Rejection {
  const runs = ends.map((end) => end.runs);
  const total = runs.reduce((sum, each) => sum + each, 0);
  return { mutant, runsMean: total / runs.length, runsMost: Math.max(...runs) };
}

/** How a promise is broken, in words. */
type Wrong = Pick<Verdict, 'so' | 'those'>;

// The words

function rejectedText(which: string, words: string): string {
  return `nothing is wrong with ${which}, and the test rejects it: ${words}`;
}

function neverBegun(noun: string): string {
  return `the test never begins the ${noun} that it is given, and so it passes with any`;
}

function neverTwoText(which: string): string {
  return `in no run are two calls of ${which} under way at the same time, and nothing could come in another order`;
}

function sleepText(sites: readonly SourceLine[]): string {
  const places = new Set(sites.map(({ file, line }) => `${file}:${line}`));
  return `the test waits for the clock at ${[...places].toSorted().join(', ')}`;
}

/** Where it was luck that the test rejected it before, and where it did not pass either. */
function aside({ end, seed }: Amiss): string {
  const before = seed === 2 ? 'seed 1' : `seeds 1 to ${seed - 1}`;
  const luck = seed === 1 ? [] : [`noticed with ${before}, not with ${seed}`];
  const place = end.kind === 'endless' && end.at ? ` at ${end.at.file}:${end.at.line}` : '';
  const why = end.kind === 'endless' ? [`${endlessWords[end.why]}${place}`] : [];
  const words = [...luck, ...why].join(': ');
  return words === '' ? '' : ` (${words})`;
}

const endlessWords: Readonly<Record<Endless, string>> = {
  waits: 'the test waits for what never comes',
  programs: 'the test never comes to its end',
  calls: 'its calls never come to an end',
  timers: 'the test never comes to its end',
};

/** What a test says may be long. In characters. */
const saidMost = 120;

/**
 * What the test itself said. fast-check tells how to run the one again that failed, and keeps in the cause why it
 * did.
 */
function said(error: unknown, folder: string): string {
  const first = firstCause(error);
  const text = thrownText(first).replace(/^Error: /, '');
  const again = /\{ seed: -?\d+, path: "[\d:]+"/.exec(thrownText(error))?.[0];
  const words = text.split('\n')[0]!.slice(0, saidMost);
  return `${words}${place(throwSite(folder, first))}${again ? `, with ${again} }` : ''}`;
}

function place(site: SourceLine | undefined): string {
  return site ? ` (${site.file}:${site.line})` : '';
}

/** No test comes to its end with a program that is right: that is no verdict, and has a line of its own. */
function neverEnds(
  { why, at: site }: Extract<End, { kind: 'endless' }>,
  noun: string,
): MistakeError {
  const words: Readonly<Record<Endless, readonly [message: string, remedy: string]>> = {
    waits: [
      `The test waits for something that never comes, with a ${noun} in which nothing is wrong.`,
      'A scheduler brings what it holds, when it is told to; waitIdle stops when it holds nothing more.',
    ],
    programs: [
      `The test begins more than ${count(most.programs)} programs in one go, and does not come to an end.`,
      'Inputs that meet each other find more than many runs do.',
    ],
    calls: [
      `More than ${count(most.calls)} calls are made in one ${noun}, and it does not come to rest.`,
      'Let calls arrive in the end: one that fails is made again.',
    ],
    timers: [
      `The test sets more than ${count(most.timers)} timers, and does not come to an end.`,
      'Wait for what happens, and not for the clock.',
    ],
  };
  const [message, remedy] = words[why];
  return new MistakeError({ code: 'never-settled', message, remedy, ...at(site) });
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
