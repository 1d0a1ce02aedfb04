import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import { missedGoals, toldOf, type Judgement } from '../domain/judgement.ts';
import type { CopyLabel, JudgeOptions } from '../domain/ports.ts';
import { standing, type Standing } from '../domain/progress.ts';
import { allHold, seedOf, type RunReport } from '../domain/real-run.ts';
import { hashOf, type SealedCopy } from '../domain/sealed-copy.ts';
import { exit, KataError } from '../errors.ts';
import { checkView, type Attempter } from '../views/check.ts';
import { realCheckView } from '../views/run.ts';
import type { Kata, Run } from './command.ts';

/** `kata check [NN]`: judges the workspace; with --real, what is green is then run on real parts. */
export const check: Run<{ exercise?: string; json?: boolean; real?: boolean }> = async (
  kata,
  input,
) => {
  const exercise = kata.exercise(input.exercise);
  if (input.real === true) mustBeReal(exercise);
  const attempted = await attempt(kata, exercise, { signal: kata.signal });
  const { judgement } = attempted;
  if (input.json !== true) {
    kata.terminal.print(
      checkView(kata.screen, exercise, judgement, attempted.standing, attempted.by),
    );
  }
  const report =
    input.real === true && judgement.passed ? await onRealParts(kata, exercise) : undefined;
  if (input.json === true) {
    const real = report && { ...report, faults: Object.fromEntries(report.faults) };
    kata.terminal.print(JSON.stringify({ ...judgement, ...(real && { real }) }, null, 2));
  } else if (report) {
    kata.terminal.print(realCheckView(kata.screen, exercise, report));
  }
  return judgement.passed && (!report || allHold(report)) ? exit.done : exit.failed;
};

/** Each with faults of its own; some seconds in all. */
const realRuns = 12;

async function onRealParts(kata: Kata, exercise: Exercise): Promise<RunReport> {
  return kata.real.judge(exercise, exercise.folders.workspace, {
    runs: realRuns,
    scenario: undefined,
    seed: seedOf(kata.clock.now()),
    signal: kata.signal,
    keep: false,
    onLine: () => {},
    onBegin: () => {},
  });
}

/** @throws KataError nothing-to-run */
function mustBeReal(exercise: Exercise): void {
  if (exercise.real) return;
  throw new KataError(
    'nothing-to-run',
    `${label(exercise)} has nothing that could be run on real parts.`,
    `kata check ${exercise.number}, without --real, judges it.`,
  );
}

export interface Attempted {
  readonly judgement: Judgement;
  readonly standing: Standing;
  readonly by: Attempter;
}

/**
 * Judges the workspace, keeps a sealed copy of it, and records the check. What cannot be judged is
 * kept all the same, and is no check.
 * @throws KataError when the workspace cannot be judged
 */
export async function attempt(
  kata: Kata,
  exercise: Exercise,
  options: JudgeOptions,
): Promise<Attempted> {
  kata.workshop.mustBeLaidOut(exercise);
  const { name } = exercise;
  const before = standing(kata.progress.facts(), name, kata.clock.now());
  const copyLabel = { exercise: name, reason: 'check', keep: before.state !== 'solved' };
  const { judgement, copy } = await judgeAsSealed(kata, exercise, copyLabel, options);
  const broken = toldOf(judgement);
  const [missed] = broken ? [] : missedGoals(judgement.coverage);
  kata.progress.record({
    kind: 'checked',
    exercise: name,
    broken: broken?.promise,
    brokenIn: broken?.brokenIn,
    schedules: broken?.tried ?? 0,
    unit: (broken ?? missed)?.unit,
    durationMs: judgement.durationMs,
    copy: copy.id,
    token: broken?.story?.token,
    missed: missed?.goal,
  });
  const by = kata.mob.current()?.exercise === name ? 'mob' : 'person';
  return { judgement, standing: standing(kata.progress.facts(), name, kata.clock.now()), by };
}

/**
 * What is judged is what is sealed: somebody who saves between the two is judged again, so that a
 * record never speaks of a text that nobody can bring back.
 */
async function judgeAsSealed(
  kata: Kata,
  exercise: Exercise,
  label: CopyLabel,
  options: JudgeOptions,
): Promise<{ judgement: Judgement; copy: SealedCopy }> {
  const { workspace } = exercise.folders;
  for (;;) {
    // The judge first: its child process starts while this one seals.
    const [judged, sealed] = await Promise.allSettled([
      kata.judge.judge(exercise, workspace, options),
      kata.vault.seal(workspace, label),
    ]);
    if (sealed.status === 'rejected') throw sealed.reason;
    const copy = sealed.value;
    const unchanged = hashOf(await kata.vault.contents(workspace)) === copy.hash;
    if (!unchanged && options.signal?.aborted !== true) continue;
    if (judged.status === 'rejected') throw judged.reason;
    return { judgement: judged.value, copy };
  }
}
