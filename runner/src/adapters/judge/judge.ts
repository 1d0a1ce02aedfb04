import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isModel, type Exercise } from '../../domain/exercise.ts';
import type { Judge, JudgeOptions, ReplayOptions } from '../../domain/ports.ts';
import { KataError } from '../../errors.ts';
import { hiddenTests } from './hidden-tests.ts';
import { startHost, type Answer, type Host, type System } from './host-process.ts';
import { messageAt } from './place.ts';
import type { Findings, JudgeRequest } from './protocol.ts';
import { judgeFailed, summarise, summariseReplay } from './summary.ts';
import { interrupted, openTypechecker } from './typecheck.ts';

export interface JudgeSettings {
  /** The repository's folder. */
  readonly root: string;
  /** `process`, handed in by the composition root. */
  readonly system: System;
  /** Wall-clock time that one judgement may take, in ms. */
  readonly budgetMs?: number;
  /** How long the lab may stay silent until the subject is suspected of looping, in ms. */
  readonly silenceMs?: number;
  /** The built child process, for those who run the judge from its sources. */
  readonly program?: string;
}

/** A bound on what is run again, one by one, when one of them fails all. */
const togetherMost = 16;

interface Job {
  readonly request: JudgeRequest;
  readonly options: JudgeOptions;
  readonly settle: (answer: Answer, index: number) => void;
}

/**
 * Judges in a child process that stays warm from one judgement to the next. Judgements asked for at
 * the same time are type-checked together and share a run, which makes each much cheaper.
 */
export function openJudge({
  root,
  system,
  budgetMs = 60_000,
  silenceMs = 2_000,
  program,
}: JudgeSettings): Judge {
  const types = openTypechecker({ root, system });
  let host: Promise<Host> | undefined;
  const waiting: Job[] = [];
  let working = false;

  /** The warm host, or a new one in place of one that ended. */
  async function warm(forModels = false): Promise<Host> {
    const running = host;
    if (running && !(await running).ended) return running;
    if (host === running) {
      const settings = { root, system, silenceMs, forModels };
      host = startHost({ ...settings, ...(program !== undefined && { program }) });
    }
    return warm();
  }

  async function close(): Promise<void> {
    const closing = host;
    host = undefined;
    await (await closing)?.kill();
  }

  /** Judges what is waiting, together as far as possible, until nothing waits. */
  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) await judgeTogether(waiting.splice(0, togetherMost));
    working = false;
  }

  async function judgeTogether(jobs: readonly Job[]): Promise<void> {
    const [job, another] = jobs;
    if (!job) return;
    const answer = await answerTo(jobs).catch((error: unknown): Answer => ({
      kind: 'failed',
      reason: String(error),
    }));
    if (answer.kind === 'findings') {
      jobs.forEach(({ settle }, index) => settle(answer, index));
    } else if (!another) {
      job.settle(answer, 0);
    } else {
      // One subject's loop or stray error is nobody else's: each alone.
      for (const each of jobs) await judgeTogether([each]);
    }
  }

  async function answerTo(jobs: readonly Job[]): Promise<Answer> {
    const signals = jobs.flatMap(({ options }) => options.signal ?? []);
    if (signals.some(({ aborted }) => aborted)) return { kind: 'interrupted' };
    const answer = await (
      await warm()
    ).ask(
      jobs.map(({ request }) => request),
      {
        budgetMs: budgetMs * jobs.length,
        signal: AbortSignal.any(signals),
        onProgress: (schedules) => jobs.forEach(({ options }) => options.onProgress?.(schedules)),
      },
    );
    // After any other answer something may still go on in there that nobody waits for.
    if (answer.kind !== 'findings' && answer.kind !== 'mixed') await close();
    return answer;
  }

  async function run(
    exercise: Exercise,
    subject: string,
    options: JudgeOptions & { readonly replay?: string; readonly parsed?: string | undefined },
  ): Promise<Findings> {
    const { seed, replay, parsed } = options;
    const tests = await hiddenTests(exercise);
    const request = { subject, tests, seed, replay, isModel: isModel(exercise), parsed };
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer, index: number) => {
        const findings = answer.kind === 'findings' ? answer.findings[index] : undefined;
        if (findings) resolve(findings);
        else reject(refusal(answer, exercise, subject, budgetMs));
      };
      waiting.push({ request, options, settle });
      if (!working) void work();
    });
  }

  /** Types first: code that does not compile is not worth running, and the host still starts. */
  async function checkAndRun(exercise: Exercise, subject: string, options: JudgeOptions) {
    await types.check(subject, options.signal);
    return run(exercise, subject, options);
  }

  /**
   * The host starts while the model is read here; its types are checked while the host runs it. What is wrong in it is
   * told first.
   */
  async function runAndCheckModels(exercise: Exercise, subject: string, options: JudgeOptions) {
    await warm();
    const { checkModel, readAhead } = await import('./model-types.ts');
    const parsed = await readAhead(exercise, subject);
    const ran = run(exercise, subject, { ...options, parsed: parsed?.file });
    const cleared = ran.catch(() => {}).then(() => parsed?.remove());
    // The question is on its way before this thread is busy.
    await setImmediate();
    await checkModel(subject, exercise.entry);
    await cleared;
    return ran;
  }

  return {
    warm: () => void warm(),
    close,
    async judge(exercise, subject, options = {}) {
      const startedAt = performance.now();
      if (options.signal?.aborted) throw interrupted();
      void warm(isModel(exercise));
      await mustBeUnchanged(exercise, subject);
      const findings = isModel(exercise)
        ? await runAndCheckModels(exercise, subject, options)
        : await checkAndRun(exercise, subject, options);
      return summarise(exercise, subject, findings, performance.now() - startedAt);
    },
    async replay(exercise, subject, token, options = {}) {
      const { signal, inspect } = options;
      if (signal?.aborted) throw interrupted();
      if (!inspect) void warm();
      await mustBeUnchanged(exercise, subject);
      await types.check(subject, signal);
      const findings = inspect
        ? await runInspected(exercise, subject, token, { root, system, signal, inspect })
        : await run(exercise, subject, { ...options, replay: token });
      return summariseReplay(exercise, subject, findings);
    },
  };
}

async function runInspected(
  exercise: Exercise,
  subject: string,
  token: string,
  settings: Pick<JudgeSettings, 'root' | 'system'> &
    Required<Pick<ReplayOptions, 'inspect'>> & { readonly signal: AbortSignal | undefined },
): Promise<Findings> {
  const { inspected } = await import('./inspection.ts');
  const tests = await hiddenTests(exercise);
  const request = {
    subject,
    tests,
    seed: undefined,
    replay: token,
    isModel: false,
    parsed: undefined,
  };
  const answer = await inspected(request, { ...settings, onListening: settings.inspect });
  const findings = answer.kind === 'findings' ? answer.findings[0] : undefined;
  if (findings) return findings;
  throw refusal(answer, exercise, subject, 0);
}

/** Why there are no findings. */
function refusal(answer: Answer, exercise: Exercise, subject: string, budgetMs: number): KataError {
  switch (answer.kind) {
    case 'stuck':
      return new KataError(
        'endless-loop',
        messageAt(
          subject,
          { ...answer.at, file: relative(subject, answer.at.file) },
          'The code runs here without end, and nothing else gets a turn.',
        ),
        'Give the loop a way out, or await something of the services in each round.',
      );
    case 'over-budget':
      return new KataError(
        'over-budget',
        `The check of ${exercise.id} did not end within ${budgetMs / 1000} s and was stopped.`,
        'Look for a retry without a limit, or for work that grows with every step.',
      );
    case 'interrupted':
      return interrupted();
    case 'failed':
      return judgeFailed(exercise, answer.reason);
    case 'findings':
    case 'mixed':
      return judgeFailed(exercise, `an answer (${answer.kind}) that fits no question`);
  }
}

/** Files that are there to be read are judged as they were laid out. @throws KataError file-changed */
async function mustBeUnchanged({ fixed, folders }: Exercise, subject: string): Promise<void> {
  const text = async (folder: string, file: string): Promise<string> =>
    (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
  for (const file of fixed) {
    if ((await text(subject, file)) === (await text(folders.starter, file))) continue;
    throw new KataError(
      'file-changed',
      `${file} was changed. It is there to be read: what you can do about it goes elsewhere.`,
      'kata diff shows the change, to be undone by hand; kata reset lays out all files anew, and keeps yours.',
    );
  }
}
