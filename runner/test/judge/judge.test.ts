import { execa } from 'execa';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openJudge, type JudgeSettings } from '../../src/adapters/judge/judge.ts';
import { readCatalogue } from '../../src/adapters/workshop.ts';
import type { Exercise } from '../../src/domain/exercise.ts';
import type { Judge } from '../../src/domain/ports.ts';
import { kataProgram, miniWorkshop } from '../workshop.ts';

const program = resolve(import.meta.dirname, '../../dist/src/adapters/judge/host.js');

interface Bench {
  readonly root: string;
  readonly exercise: Exercise;
  readonly judge: Judge;
  readonly solution: string;
  /** A folder with the solution's file, changed. */
  subject(name: string, change: (source: string) => string): string;
  /** Replaces the exercise's hidden test. */
  hide(source: string): void;
}

function bench(settings: Partial<JudgeSettings> = {}): Bench {
  const { root } = miniWorkshop();
  const exercise = readCatalogue(root).find(({ name }) => name === 'tally');
  if (!exercise) throw new Error('the mini workshop has no exercise tally');
  const judge = openJudge({ root, system: process, program, ...settings });
  onTestFinished(() => judge.close());
  const { hidden, solution } = exercise.folders;
  return {
    root,
    exercise,
    judge,
    solution,
    subject(name, change) {
      const folder = join(root, '.kata/tmp', name);
      mkdirSync(folder, { recursive: true });
      const source = readFileSync(join(solution, 'tally.ts'), 'utf8');
      writeFileSync(join(folder, 'tally.ts'), change(source));
      return folder;
    },
    hide: (source) => writeFileSync(join(hidden, 'tally.test.ts'), source),
  };
}

/** Puts statements at the beginning of the handler, in line 5. */
const beginning = (statements: string) => (source: string) =>
  source.replace('Promise<HttpResponse> {\n', (head) => `${head}  ${statements}\n`);

test('the same hidden test judges a starter, a solution and a copy elsewhere', async () => {
  const { exercise, judge, root } = bench();
  const { starter, solution } = exercise.folders;
  const elsewhere = join(root, '.kata/tmp/copy');
  cpSync(starter, elsewhere, { recursive: true });

  expect(await judge.judge(exercise, solution)).toMatchObject({ exercise: 'tally', passed: true });
  const broken = await judge.judge(exercise, starter);
  expect(broken.passed).toBe(false);
  expect(broken.promises.map(({ promise }) => promise)).toEqual(
    exercise.promises.map(({ id }) => id),
  );
  expect(broken.promises[0]).toMatchObject({
    holds: false,
    story: { scenario: 'two votes at once' },
  });
  expect(broken.coverage).toHaveLength(1);

  const again = await judge.judge(exercise, elsewhere);
  expect({ ...again, durationMs: 0 }).toEqual({ ...broken, durationMs: 0 });
});

test('a file that is there to be read is refused by its name when it was changed', async () => {
  const { exercise, judge, subject } = bench();
  const fixed = { ...exercise, fixed: ['tally.ts'] };
  const starter = readFileSync(join(exercise.folders.starter, 'tally.ts'), 'utf8');
  const windows = subject('windows', () => starter.replaceAll('\n', '\r\n'));
  expect(await judge.judge(fixed, windows)).toMatchObject({ passed: false });
  const changed = subject('changed', () => `${starter}// my note\n`);
  const refusal = {
    code: 'file-changed',
    message: expect.stringMatching(/^tally\.ts was changed/),
  };
  await expect(judge.judge(fixed, changed)).rejects.toMatchObject(refusal);
  await expect(judge.replay(fixed, changed, '1aaaa')).rejects.toMatchObject(refusal);
});

test('a story that is told last gives way to a longer one, and is told where there is no other', async () => {
  const { exercise, hide, judge } = bench();
  const hidden = readFileSync(join(exercise.folders.hidden, 'tally.test.ts'), 'utf8');
  const scenario = hidden.slice(
    hidden.indexOf('judge(') + 'judge('.length,
    hidden.lastIndexOf(')'),
  );
  const others = (more: string): string => `import { judge } from '#lab';
    const short = ${scenario};
    const ben = short.traffic.ben;
    const long = {
      ...short,
      name: 'a third vote, later',
      traffic: { ...short.traffic, ben: async (browser) => { await ben(browser); await ben(browser); } },
      promises: { ...short.promises, 'every-vote-counts': (outcome) =>
        outcome.document('tally')?.value === 3 ? undefined : 'a vote is missing' },
    };
    judge({ ...short, toldLast: true }${more});`;
  const told = async (): Promise<string | undefined> => {
    const { promises } = await judge.judge(exercise, exercise.folders.starter);
    return promises[0]?.story?.scenario;
  };

  hide(others(', long'));
  expect(await told()).toBe('a third vote, later');
  hide(others(''));
  expect(await told()).toBe('two votes at once');
});

test('judgements asked for at the same time do not mix', async () => {
  const { exercise, judge } = bench();
  const { starter, solution } = exercise.folders;
  const subjects = [starter, solution, starter, solution];
  const judgements = await Promise.all(subjects.map((each) => judge.judge(exercise, each)));
  expect(judgements.map(({ passed }) => passed)).toEqual([false, true, false, true]);
});

test('a type error among them is told to whom it belongs', async () => {
  const { exercise, judge, solution, subject } = bench();
  const typo = subject('typo', beginning('const count: number = request;'));
  const judged = await Promise.allSettled(
    [solution, typo, solution].map((each) => judge.judge(exercise, each)),
  );
  expect(judged).toMatchObject([
    { value: { passed: true } },
    { reason: { code: 'type-error', message: expect.stringMatching(/^tally\.ts:5:/) } },
    { value: { passed: true } },
  ]);
});

test('one endless loop among them is nobody else’s', async () => {
  const { exercise, judge, solution, subject } = bench({ silenceMs: 300 });
  await judge.judge(exercise, solution);
  const endless = subject('loop', beginning('while (request) JSON.stringify(1);'));
  const floating = subject('floating', beginning("void Promise.reject(new Error('left alone'));"));
  const judged = await Promise.allSettled(
    [solution, endless, floating, solution].map((each) => judge.judge(exercise, each)),
  );
  expect(judged).toMatchObject([
    { value: { passed: true } },
    { reason: { code: 'endless-loop' } },
    { reason: { code: 'left-the-lab' } },
    { value: { passed: true } },
  ]);
});

test('a type error: file, line and column, with the line', async () => {
  const { exercise, judge, subject } = bench();
  const wrong = subject('types', beginning('const votes: number = request.path;'));
  await expect(judge.judge(exercise, wrong)).rejects.toMatchObject({
    code: 'type-error',
    message: expect.stringContaining(
      "tally.ts:5:9  Type 'string' is not assignable to type 'number'.\n" +
        '  5 |   const votes: number = request.path;\n' +
        '    |         ^',
    ),
  });
});

test('a syntax error: the same', async () => {
  const { exercise, judge, subject } = bench();
  const wrong = subject('syntax', beginning('const votes = (1;'));
  await expect(judge.judge(exercise, wrong)).rejects.toMatchObject({
    code: 'syntax-error',
    message: expect.stringMatching(/^tally\.ts:5:19 {2}'\)' expected\.\n {2}5 \| {3}const votes/),
  });
});

test('a mistake that the lab finds is shown with its line', async () => {
  const { exercise, judge, subject } = bench();
  const wrong = subject('throws', (source) => `${source}\nthrow new Error('no');\n`);
  await expect(judge.judge(exercise, wrong)).rejects.toMatchObject({
    code: 'import-threw',
    message: expect.stringMatching(/^tally\.ts:\d+:7 {2}[^]*\| throw new Error\('no'\);/),
  });
});

test.each([
  ['a loop', 'while (request) JSON.stringify(1);'],
  ['a loop of awaits that never leaves the microtasks', 'while (request) await null;'],
])('%s without end is stopped and its line named, and the next check is well', async (_, loop) => {
  const { exercise, judge, solution, subject } = bench({ silenceMs: 300 });
  const endless = subject('loop', beginning(loop));
  await expect(judge.judge(exercise, endless)).rejects.toMatchObject({
    code: 'endless-loop',
    message: expect.stringMatching(/^tally\.ts:5 /),
  });
  expect((await judge.judge(exercise, solution)).passed).toBe(true);
});

test('long honest work is not taken for a loop', async () => {
  const { exercise, judge, hide, solution } = bench({ silenceMs: 100 });
  const report = {
    verdict: { holds: true, brokenIn: 0, tried: 1, unit: 'schedule' },
    coverage: [],
  };
  hide(`
    for (const promise of ${JSON.stringify(exercise.promises.map(({ id }) => id))}) {
      test(promise, async ({ task }) => {
        const end = Date.now() + 400;
        while (Date.now() < end) await new Promise((turn) => setImmediate(turn));
        const report = ${JSON.stringify(report)};
        task.meta.kata = { ...report, verdict: { ...report.verdict, promise } };
      });
    }`);
  expect((await judge.judge(exercise, solution)).passed).toBe(true);
});

test('a long search for the shortest story is not taken for a loop', async () => {
  const { exercise, judge, hide, subject } = bench({ silenceMs: 300 });
  const hidden = readFileSync(join(exercise.folders.hidden, 'tally.test.ts'), 'utf8');
  const voter = "(browser) => browser.post('/vote', { to: 'web' })";
  const others = `ben: ${voter}, cyd: ${voter}, dan: ${voter}`;
  hide(hidden.replace(/\n +ben: .*\n +},/, `\n ${others} }, search: { sample: 40 },`));
  const starter = readFileSync(join(exercise.folders.starter, 'tally.ts'), 'utf8');
  const work = 'for (let sum = 0, i = 0; i < 1e6; i += 1) sum += i % 7;';
  const slow = subject('slow', () => starter.replace('const votes', `${work}\n  const votes`));
  expect((await judge.judge(exercise, slow)).passed).toBe(false);
});

test('a check that does not end is stopped at its budget', async () => {
  const { exercise, judge, hide, solution } = bench({ budgetMs: 1_500 });
  hide(`test('every-vote-counts', () => new Promise((end) => setTimeout(end, 3_600_000)));`);
  await expect(judge.judge(exercise, solution)).rejects.toMatchObject({ code: 'over-budget' });
});

test('memory without bound is stopped', async () => {
  const { exercise, judge, subject } = bench({ silenceMs: 30_000 });
  const greedy = subject(
    'memory',
    beginning('const all: string[][] = []; while (request) all.push(new Array(3e7).fill(`x`));'),
  );
  await expect(judge.judge(exercise, greedy)).rejects.toMatchObject({ code: 'over-budget' });
});

test('memory without bound is named, too, where the path of node makes the stack behind it long', async () => {
  const path = `/home/ada/${'versions/'.repeat(20)}bin/node`;
  const dying = [
    '<--- Last few GCs --->',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    '----- Native stack trace -----',
    ...Array.from({ length: 40 }, (_, frame) => `${frame}: 0x1 v8::Isolate [${path}]`),
  ];
  const { exercise, root, solution } = bench();
  const stub = join(root, 'dying.mjs');
  const said = JSON.stringify(dying.join('\n'));
  writeFileSync(stub, `process.stderr.write(${said}, () => process.exit(1));`);
  const judge = openJudge({ root, system: process, program: stub });
  onTestFinished(() => judge.close());
  await expect(judge.judge(exercise, solution)).rejects.toMatchObject({ code: 'over-budget' });
});

test('of megabytes of output the beginning is kept, and the rest counted', async () => {
  const { exercise, judge, subject } = bench();
  const loud = subject('loud', beginning("console.log('x'.repeat(200_000));"));
  const { passed, output } = await judge.judge(exercise, loud);
  expect(passed).toBe(true);
  expect(output?.text).toBe('x'.repeat(4_000));
  expect(output?.cutBytes).toBeGreaterThan(3_000_000);
});

test('an interrupted check says so', async () => {
  const { exercise, judge, subject, solution } = bench();
  const endless = subject('loop', beginning('while (request) JSON.stringify(1);'));
  const abort = new AbortController();
  const judged = judge.judge(exercise, endless, { signal: abort.signal });
  setImmediate(() => abort.abort());
  await expect(judged).rejects.toMatchObject({ code: 'interrupted' });
  expect((await judge.judge(exercise, solution)).passed).toBe(true);
});

test('an error that nobody caught spoils a green', async () => {
  const { exercise, judge, subject } = bench();
  const floating = subject('floating', beginning("void Promise.reject(new Error('left alone'));"));
  await expect(judge.judge(exercise, floating)).rejects.toMatchObject({
    code: 'left-the-lab',
    message: expect.stringMatching(/^tally\.ts:5:\d+ [^]*left alone/),
  });
});

test.each([
  ['does not load', `import './nowhere.ts';`, 'exercise-damaged'],
  ['throws', `test('every-vote-counts', () => { throw new Error('a slip'); });`, 'judge-failed'],
  ['reports nothing', `test('every-vote-counts', () => {});`, 'judge-failed'],
  ['is skipped', `test.skip('every-vote-counts', () => {});`, 'judge-failed'],
  ['leaves a promise out', `test.todo; test.each([])('', () => {});`, 'exercise-damaged'],
])('a hidden test that %s never passes for a verdict', async (_, source, code) => {
  const { exercise, judge, hide, solution } = bench();
  hide(source);
  await expect(judge.judge(exercise, solution)).rejects.toMatchObject({ code });
});

test('a kata that is killed leaves no process behind', async () => {
  const { root, kata, workspace } = miniWorkshop();
  await kata('next');
  writeFileSync(
    join(workspace('01-tally'), 'tally.ts'),
    'export function vote(n: number): number {\n  while (n || !n) n += 1;\n  return n;\n}\n',
  );
  const check = execa(process.execPath, [kataProgram, 'check'], { cwd: root, reject: false });
  const hosts = async () => {
    const { stdout } = await execa('ps', ['-eo', 'args']);
    return stdout.split('\n').filter((line) => line.includes('host.js') && line.includes(root));
  };
  await vi.waitFor(async () => expect(await hosts()).toHaveLength(1), { timeout: 10_000 });
  check.kill('SIGKILL');
  await vi.waitFor(async () => expect(await hosts()).toEqual([]), { timeout: 10_000 });
});
