/**
 * The bridge between hidden tests and the test runner: one test per promise, named by the promise's
 * id, with the lab's report in the test's meta. The runner that calls is vitest, with globals.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { explore, type Exploration } from './explore.ts';
import { MistakeError } from './mistake.ts';
import type { Scenario } from './scenario.ts';
import { loadSubject } from './subject.ts';
import type { PromiseVerdict, Report } from './verdict.ts';

interface TestContext {
  readonly task: { readonly meta: { kata?: Report } };
}
declare const test: (name: string, body: (context: TestContext) => Promise<void>) => void;

/** The search lets the event loop run this often, so that Ctrl-C and budgets are heard. */
const breathEveryMs = 10;
const progressEveryMs = 100;

/**
 * Registers a test for each promise of the scenarios. All scenarios are explored once, at the first
 * test; a promise that several scenarios make is judged over all of them.
 * The files to judge are those in the folder that the environment names as KATA_SUBJECT.
 */
export function judge(...scenarios: readonly [Scenario, ...Scenario[]]): void {
  let explored: Promise<readonly Exploration[]> | undefined;
  const promises = new Set(scenarios.flatMap((scenario) => Object.keys(scenario.promises)));
  for (const promise of promises) {
    test(promise, async ({ task }) => {
      const report = await reportOn(promise, () => (explored ??= exploreAll(scenarios)));
      task.meta.kata = report;
      if ('mistake' in report) throw new Error(report.mistake.message);
      if (!report.verdict.holds) throw new Error(`broken: ${promise}`);
    });
  }
}

async function reportOn(
  promise: string,
  explored: () => Promise<readonly Exploration[]>,
): Promise<Report> {
  try {
    const explorations = await explored();
    return {
      verdict: verdictOn(promise, explorations),
      coverage: explorations.map((exploration) => exploration.coverage),
    };
  } catch (error) {
    if (error instanceof MistakeError) return { mistake: error.mistake };
    throw error;
  }
}

async function exploreAll(scenarios: readonly Scenario[]): Promise<readonly Exploration[]> {
  const folder = process.env['KATA_SUBJECT'];
  if (folder === undefined)
    throw new Error('KATA_SUBJECT names no folder: hidden tests are run by kata check');
  const subject = loadSubject(folder);
  const channel = new BroadcastChannel('kata-progress');
  const explorations: Exploration[] = [];
  let before = 0;
  let breathed = Date.now();
  let told = Date.now();
  const breathe = (schedules: number): void | Promise<void> => {
    const now = Date.now();
    if (now - breathed < breathEveryMs) return undefined;
    if (now - told >= progressEveryMs) {
      channel.postMessage({ schedules: before + schedules });
      told = now;
    }
    return new Promise((resolve) => {
      setImmediate(() => {
        breathed = Date.now();
        resolve();
      });
    });
  };
  try {
    for (const scenario of scenarios) {
      const exploration = await explore(scenario, subject, breathe);
      before += exploration.coverage.schedules;
      explorations.push(exploration);
    }
  } finally {
    channel.close();
  }
  return explorations;
}

function verdictOn(promise: string, explorations: readonly Exploration[]): PromiseVerdict {
  const judged = explorations.filter((exploration) => exploration.broken.has(promise));
  const breaches = judged.map((exploration) => exploration.broken.get(promise)!);
  const brokenIn = sum(breaches.map((breach) => breach.count));
  const schedules = sum(judged.map((exploration) => exploration.coverage.schedules));
  const stories = breaches.flatMap((breach) => breach.story ?? []);
  const [story] = stories.toSorted((a, b) => a.steps.length - b.steps.length);
  return { promise, holds: brokenIn === 0, brokenIn, schedules, ...(story && { story }) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
