import type { Exercise } from '../domain/exercise.ts';
import { missedGoals, toldOf, type Judgement } from '../domain/judgement.ts';
import type { CopyLabel, JudgeOptions } from '../domain/ports.ts';
import { standing, type Standing } from '../domain/progress.ts';
import { hashOf, type SealedCopy } from '../domain/sealed-copy.ts';
import { exit } from '../errors.ts';
import { checkView } from '../views/check.ts';
import type { Kata, Run } from './command.ts';

/** `kata check [NN]`: judges the workspace. */
export const check: Run<{ exercise?: string; json?: boolean }> = async (kata, input) => {
  const exercise = kata.exercise(input.exercise);
  const attempted = await attempt(kata, exercise, { signal: kata.signal });
  const { judgement } = attempted;
  kata.terminal.print(
    input.json === true
      ? JSON.stringify(judgement, null, 2)
      : checkView(kata.screen, exercise, judgement, attempted.standing),
  );
  return judgement.passed ? exit.done : exit.failed;
};

export interface Attempted {
  readonly judgement: Judgement;
  readonly standing: Standing;
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
  const label = { exercise: name, reason: 'check', keep: before.state !== 'solved' };
  const { judgement, copy } = await judgeAsSealed(kata, exercise, label, options);
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
  return { judgement, standing: standing(kata.progress.facts(), name, kata.clock.now()) };
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
