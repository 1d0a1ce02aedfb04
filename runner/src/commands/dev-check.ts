import { structuredPatch } from 'diff';
import type { Exercise } from '../domain/exercise.ts';
import { isByChance, type Judgement } from '../domain/judgement.ts';
import type { Variant } from '../domain/ports.ts';
import * as rule from '../domain/soundness.ts';
import type { Finding } from '../domain/soundness.ts';
import { exit, KataError } from '../errors.ts';
import { devCheckView, type Report } from '../views/dev-check.ts';
import type { Kata, Run } from './command.ts';

/** `kata dev check [NN]`: proves that exercises are sound, by judging everything they ship. */
export const devCheck: Run<{ exercise?: string; json?: boolean }> = async (kata, input) => {
  const exercises = input.exercise === undefined ? kata.catalogue : [kata.exercise(input.exercise)];
  const reports: Report[] = [];
  for (const exercise of exercises) {
    const findings = [...(await described(kata, exercise)), ...(await judged(kata, exercise))];
    const report = { exercise: exercise.id, findings };
    reports.push(report);
    if (input.json !== true) kata.terminal.print(devCheckView(kata.screen, report));
  }
  if (input.json === true) kata.terminal.print(JSON.stringify(reports, null, 2));
  const sound = reports.every(({ findings }) =>
    findings.every(({ problem }) => problem === undefined),
  );
  return sound ? exit.done : exit.failed;
};

/** What can be seen without running anything. */
async function described(kata: Kata, exercise: Exercise): Promise<readonly Finding[]> {
  const { workshop, lectures } = kata;
  const hints = exercise.hints.filter((hint) => !rule.isUnfinished(hint)).length;
  const lecture = exercise.lecture;
  const strangers = workshop.strangers(exercise);
  const lines = changedLines(kata, exercise);
  return [
    finding('brief', rule.briefProblem(workshop.brief(exercise))),
    finding('hints', hints < rule.hintsLeast && `${hints} of at least ${rule.hintsLeast}`),
    finding(
      'lecture',
      lecture !== undefined &&
        !(await lectures.names()).includes(lecture) &&
        `lectures/${lecture}.md is missing`,
    ),
    finding('notes', rule.notesProblem(workshop.notes(exercise))),
    finding('files', strangers.length > 0 && `do not belong here: ${strangers.join(', ')}`),
    finding(
      'size of the solution',
      lines > rule.solutionLinesMost && `${lines} lines differ, at most ${rule.solutionLinesMost}`,
    ),
  ];
}

/** What only judging shows: starter, solution and every variant. All are asked for at once, which is cheaper. */
async function judged(kata: Kata, exercise: Exercise): Promise<readonly Finding[]> {
  const { starter, solution } = exercise.folders;
  const bench = await kata.workbench.open(exercise);
  const judge = (
    what: string,
    folder: string,
    problem: (judgement: Judgement) => string | undefined,
  ): Promise<Finding> => judgedAs(kata, exercise, what, folder, problem);
  try {
    const { wrong, right } = bench;
    const findings = await Promise.all([
      judge('starter', starter, (judgement) => rule.breaksOnly(exercise.breaks, judgement)),
      judge(
        'solution',
        solution,
        (judgement) => rule.judgesAll(exercise, judgement) ?? rule.holds(judgement),
      ),
      judgedAlike(kata, exercise, await bench.copy(starter)),
      ...wrong.map(async (variant) => {
        const promise = rule.declaredBreak(variant.source);
        if (promise === undefined) return undeclared(variant, '// breaks PROMISE: why');
        return judge(`wrong ${variant.name}`, variant.folder, (judgement) =>
          rule.breaks(promise, judgement),
        );
      }),
      ...right.map(async (variant) =>
        rule.declaresDifference(variant.source)
          ? judge(`right ${variant.name}`, variant.folder, rule.holds)
          : undeclared(variant, '// differs: how'),
      ),
    ]);
    return [
      ...findings,
      finding(
        'wrong variants',
        wrong.length < rule.wrongLeast && `${wrong.length} of at least ${rule.wrongLeast}`,
      ),
      finding(
        'right variants',
        right.length < rule.rightLeast && `${right.length} of at least ${rule.rightLeast}`,
      ),
    ];
  } finally {
    await bench.close();
  }
}

async function judgedAs(
  kata: Kata,
  exercise: Exercise,
  what: string,
  folder: string,
  problem: (judgement: Judgement) => string | undefined,
): Promise<Finding> {
  try {
    const judgement = await kata.judge.judge(exercise, folder, { signal: kata.signal });
    return finding(what, problem(judgement));
  } catch (error) {
    if (!(error instanceof KataError) || error.code === 'interrupted') throw error;
    return finding(what, `cannot be judged: ${error.message}`);
  }
}

/**
 * The verdict must depend on the code alone: the starter from another folder, and with each of 20
 * seeds where the search is by chance. An exhaustive search uses no seed, so one more run shows it.
 */
async function judgedAlike(kata: Kata, exercise: Exercise, copy: string): Promise<Finding> {
  const { starter } = exercise.folders;
  const { signal } = kata;
  const first = await kata.judge.judge(exercise, starter, { signal, seed: 1 });
  const chance = first.coverage.some(isByChance);
  const seeds = chance ? Array.from({ length: 19 }, (_, index) => index + 2) : [2];
  const problems = await Promise.all(
    seeds.map(async (seed) => {
      const again = await kata.judge.judge(exercise, copy, { signal, seed });
      const problem = chance
        ? rule.breaksOnly(exercise.breaks, again)
        : rule.sameVerdict(first, again);
      return problem && `${problem} (seed ${seed}, another folder)`;
    }),
  );
  return finding(
    'verdict',
    problems.find((problem) => problem !== undefined),
  );
}

function changedLines(kata: Kata, exercise: Exercise): number {
  const solution = kata.workshop.sources(exercise, 'solution');
  let changed = 0;
  for (const [name, before] of kata.workshop.sources(exercise, 'starter')) {
    const { hunks } = structuredPatch(name, name, before ?? '', solution.get(name) ?? '');
    changed += hunks.flatMap(({ lines }) => lines).filter((line) => /^[+-]/.test(line)).length;
  }
  return changed;
}

function undeclared({ name }: Variant, form: string): Finding {
  return finding(name, `its first line does not say “${form}”`);
}

function finding(what: string, problem: string | false | undefined): Finding {
  return typeof problem === 'string' ? { what, problem } : { what };
}
