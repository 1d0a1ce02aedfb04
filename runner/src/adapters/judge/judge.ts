import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Exercise } from '../../domain/exercise.ts';
import type { Judge, JudgeOptions } from '../../domain/ports.ts';
import { KataError } from '../../errors.ts';
import { startHost, type Answer, type Host, type System } from './host-process.ts';
import { messageAt } from './place.ts';
import type { Findings } from './protocol.ts';
import { judgeFailed, summarise } from './summary.ts';
import { interrupted, typecheck } from './typecheck.ts';

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

/**
 * Judges in a child process that stays warm from one judgement to the next. Judgements asked for at
 * the same time are type-checked side by side and run one after the other.
 */
export function openJudge({
  root,
  system,
  budgetMs = 60_000,
  silenceMs = 2_000,
  program,
}: JudgeSettings): Judge {
  let host: Promise<Host> | undefined;
  let lastRun: Promise<unknown> = Promise.resolve();

  /** The warm host, or a new one in place of one that ended. */
  async function warm(): Promise<Host> {
    const running = host;
    if (running && !(await running).ended) return running;
    if (host === running) {
      host = startHost({ root, system, silenceMs, ...(program !== undefined && { program }) });
    }
    return warm();
  }

  async function close(): Promise<void> {
    const closing = host;
    host = undefined;
    await (await closing)?.kill();
  }

  /** Waits for its turn, so that one thread judges one subject. */
  function run(exercise: Exercise, subject: string, options: JudgeOptions): Promise<Answer> {
    const turn = lastRun.then(async () => {
      if (options.signal?.aborted) return { kind: 'interrupted' } as const;
      const answer = await (
        await warm()
      ).ask(
        { subject, tests: await hiddenTests(exercise), seed: options.seed },
        { budgetMs, signal: options.signal, onProgress: options.onProgress },
      );
      // Whatever goes on in there after any other answer, nobody waits for it any more.
      if (answer.kind !== 'findings') await close();
      return answer;
    });
    lastRun = turn.catch(() => {});
    return turn;
  }

  return {
    warm: () => void warm(),
    close,
    async judge(exercise, subject, options = {}) {
      const startedAt = performance.now();
      if (options.signal?.aborted) throw interrupted();
      void warm();
      // Types first: code that does not compile is not worth running, and the host still starts.
      await typecheck(subject, { root, system, signal: options.signal });
      const answer = await run(exercise, subject, options);
      const findings = findingsIn(answer, exercise, subject, budgetMs);
      return summarise(exercise, subject, findings, performance.now() - startedAt);
    },
  };
}

function findingsIn(
  answer: Answer,
  exercise: Exercise,
  subject: string,
  budgetMs: number,
): Findings {
  switch (answer.kind) {
    case 'findings':
      return answer.findings;
    case 'stuck':
      throw new KataError(
        'endless-loop',
        messageAt(
          subject,
          { ...answer.at, file: relative(subject, answer.at.file) },
          'The code runs here without end, and nothing else gets a turn.',
        ),
        'Give the loop a way out, or await something of the services in each round.',
      );
    case 'over-budget':
      throw new KataError(
        'over-budget',
        `The check of ${exercise.id} did not end within ${budgetMs / 1000} s and was stopped.`,
        'Look for a retry without a limit, or for work that grows with every step.',
      );
    case 'interrupted':
      throw interrupted();
    case 'failed':
      throw judgeFailed(exercise, answer.reason);
  }
}

/** @throws KataError exercise-damaged */
async function hiddenTests({ id, folders }: Exercise): Promise<readonly string[]> {
  const names = await readdir(folders.hidden, { recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return [];
    },
  );
  const tests = names.filter((name) => name.endsWith('.test.ts')).toSorted();
  if (tests.length > 0) {
    // Vitest knows files by paths with forward slashes, on Windows too.
    return tests.map((name) => join(folders.hidden, name).split(sep).join('/'));
  }
  throw new KataError(
    'exercise-damaged',
    `exercises/${id}/hidden holds no test, so nothing can be judged.`,
    `git checkout -- exercises/${id} brings it back.`,
  );
}
