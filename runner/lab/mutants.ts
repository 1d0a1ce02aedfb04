/**
 * Mutation testing: the learner writes a test, and is judged by programs with a known fault, the mutants, and by
 * programs that are right. A good test rejects all of the first and none of the others, whatever chance brings.
 * Source: R. DeMillo, R. Lipton and F. Sayward, Hints on Test Data Selection, IEEE Computer 11 (1978).
 */
import { watchLanguage } from './leftovers.ts';
import { MistakeError, thrownText } from './mistake.ts';
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
import type { MutantCoverage, PromiseVerdict, SourceLine, Unit } from './verdict.ts';

/** What a hidden test says where the learner writes a test. */
export interface Testing {
  /** What the programs do, in one line. */
  readonly name: string;
  /** The learner's: 'shop-test.ts#testShop'. It is given a program, and throws where it finds a fault. */
  readonly test: `${string}.ts#${string}`;
  /** What one of the programs is called: 'shop'. */
  readonly program: string;
  /** By what sets them apart: 'that answers no copies'. */
  readonly right: Readonly<Record<string, Program>>;
  /** By what is wrong with them, and never by how: 'that books a copy twice'. */
  readonly mutants: Readonly<Record<string, Program>>;
}

/** What every test promises. */
export const promisesOfTests = [
  'passes-the-right-one',
  'rejects-every-mutant',
  'never-sleeps',
] as const;

type PromiseOfTests = (typeof promisesOfTests)[number];

type Verdict = Omit<PromiseVerdict, 'promise'>;

export interface Tested {
  readonly verdicts: Readonly<Record<PromiseOfTests, Verdict>>;
  readonly coverage: MutantCoverage;
}

/** What a test says may be long. In characters. */
const wordsMost = 120;

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

/** @throws MistakeError where the test cannot be judged, whatever the programs do */
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
  const asleep = new Map<Program, readonly SourceLine[]>();
  /** The first seed with which the test does not end as it should. */
  const firstAmiss = async (program: Program, due: End['kind']): Promise<Amiss | undefined> => {
    for (const seed of seeds) {
      const end = await bench.run(program, seed);
      breathe(bench.begun());
      const sleeps = end.sleeps.length > 0;
      if (sleeps) asleep.set(program, end.sleeps);
      if (end.kind !== due) return { end, seed };
      // It is red in any case, and a test that waits takes long enough once.
      if (sleeps) break;
    }
    return undefined;
  };

  const rejected: string[] = [];
  for (const [which, program] of Object.entries(right)) {
    const amiss = await firstAmiss(program, 'passed');
    if (amiss?.end.kind === 'endless') throw neverEnds(amiss.end, noun);
    if (amiss?.end.kind === 'rejected') {
      rejected.push(`the test rejects a right ${noun} ${which}: ${said(amiss.end.error, folder)}`);
    }
  }
  const living: string[] = [];
  for (const [which, program] of Object.entries(mutants)) {
    const amiss = await firstAmiss(program, 'rejected');
    if (amiss) living.push(`${which}${aside(amiss)}`);
  }
  const rights = Object.keys(right).length;
  const wrongs = Object.keys(mutants).length;
  const lives =
    bench.begun() === 0
      ? `the test begins no ${noun}, so that it passes on any`
      : `one lives ${living.join('; one ')}`;
  return {
    verdicts: {
      'passes-the-right-one': of('program', rejected.length, rights, rejected.join('; ')),
      'rejects-every-mutant': of('mutant', living.length, wrongs, lives),
      'never-sleeps': of(
        'program',
        asleep.size,
        rights + wrongs,
        sleeping([...asleep.values()].flat()),
      ),
    },
    coverage: {
      unit: 'mutant',
      scenario: name,
      right: rights,
      mutants: wrongs,
      seeds: seeds.length,
      runs: bench.begun(),
    },
  };
}

/** A test that went wrong with one program. */
interface Amiss {
  readonly end: End;
  readonly seed: number;
}

function of(unit: Unit, brokenIn: number, tried: number, so: string): Verdict {
  return { holds: brokenIn === 0, brokenIn, tried, unit, ...(brokenIn > 0 && { so }) };
}

/** Where it was luck that others were rejected, and where the test does not pass but stays behind. */
function aside({ end, seed }: Amiss): string {
  const luck = seed === 1 ? '' : `, though only with seed ${seed} and not with those before it`;
  return end.kind === 'endless' ? `${luck}: with it the test never ends${place(end.at)}` : luck;
}

/** What the test itself said. fast-check tells of the runs, and keeps in the cause why the last one failed. */
function said(error: unknown, folder: string): string {
  let first = error;
  while (first instanceof Error && first.cause !== undefined) first = first.cause;
  const [text = ''] = thrownText(first)
    .replace(/^Error: /, '')
    .split('\n');
  return `${text.slice(0, wordsMost)}${place(throwSite(folder, first))}`;
}

function sleeping(sites: readonly SourceLine[]): string {
  const places = [...new Set(sites.map(({ file, line }) => `${file}:${line}`))];
  const last = places.length > 1 ? ` and ${places.pop()}` : '';
  return `the test waits for the clock at ${places.join(', ')}${last}`;
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
      `The test begins more than ${count(most.programs)} ${noun}s in one go, and does not come to an end.`,
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
