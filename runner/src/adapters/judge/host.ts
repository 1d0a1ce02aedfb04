/**
 * The judge's child process: one warm vitest that runs hidden tests against one subject after the
 * other. It lives as long as its IPC channel, so it never outlives a `kata` that was killed.
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { Vitest } from 'vitest/node';
import type { HostMessage, JudgeRequest } from './protocol.ts';
import { collect, collectingReporter, type RunFindings } from './reporter.ts';
import { spareThread } from './spare-thread.ts';
import { watchdog } from './watchdog.ts';

const [root, silenceMs, what] = process.argv.slice(2) as [string, string, string?];
/** Progress is for the eye. */
const progressEveryMs = 100;

process.on('disconnect', () => process.exit());
// Whoever asked may have been killed before this line was reached.
if (!process.connected) process.exit();
// Before vitest is loaded: the thread loads beside it, on another core.
const threads = spareThread();
threads.prepare(what === 'models');

let found: RunFindings | undefined;
/** Counts the judgements of this process; each makes modules of its own out of the hidden tests. */
let judgements = 0;
const subjects = new Map<number, JudgeRequest>();
const vitest = startVitest();
process.on('message', (requests: readonly JudgeRequest[]) => {
  void run(requests)
    .catch((error: unknown): HostMessage => ({ kind: 'failed', reason: String(error) }))
    .then(tell);
});

async function startVitest(): Promise<Vitest> {
  const { createVitest } = await import('vitest/node');
  return createVitest(
    'test',
    {
      root,
      config: false,
      watch: false,
      api: false,
      cache: false,
      globals: true,
      // Of several hidden tests, only one has the situation of a replay; a check without any is refused later.
      passWithNoTests: true,
      include: ['exercises/*/hidden/**/*.test.ts'],
      pool: threads.pool,
      maxWorkers: 1,
      isolate: false,
      // The budget is the judge's; a second clock here would only blur the message.
      testTimeout: 0,
      hookTimeout: 0,
      reporters: [collectingReporter((findings) => (found = findings))],
      // The lab and the models' engine are plain JavaScript already; loaded natively they run at full speed.
      server: { deps: { external: [/\/runner\/dist\/(?:lab|model)\//] } },
    },
    { server: { watch: null }, plugins: [{ name: 'kata', transform: nameSubject }] },
  );
}

/**
 * Runs all requests in one thread: vitest takes most of its time to start one.
 * A hidden test becomes one module per request by a query behind its path.
 */
async function run(requests: readonly JudgeRequest[]): Promise<HostMessage> {
  const runner = await vitest;
  found = undefined;
  const first = judgements;
  judgements += requests.length;
  const specifications = requests.flatMap((request, index) => {
    subjects.set(first + index, request);
    return request.tests.map((test) =>
      runner.getRootProject().createSpecification(`${test}?judgement=${first + index}`),
    );
  });

  const folders = requests.map(({ subject }) => subject);
  const guard = watchdog(folders, Number(silenceMs), (at) => tell({ kind: 'stuck', at }));
  const progress = listenForProgress(guard.alive);
  try {
    await runner.runTestSpecifications(specifications, true);
  } finally {
    guard.stop();
    progress.close();
    subjects.clear();
  }
  // Most often the same exercise is judged again.
  threads.prepare(requests.some(({ isModel }) => isModel));
  if (!found)
    return { kind: 'failed', reason: 'the run of the hidden tests ended without a result' };
  return answerFrom(found, requests, first);
}

function answerFrom(
  { modules, stray, output }: RunFindings,
  requests: readonly JudgeRequest[],
  first: number,
): HostMessage {
  if (requests.length > 1 && (stray.length > 0 || output)) return { kind: 'mixed' };
  const findings = requests.map((_, index) => ({
    ...collect(modules.filter(({ moduleId }) => moduleId.endsWith(`?judgement=${first + index}`))),
    stray,
    output,
  }));
  return { kind: 'findings', findings };
}

/** Tells the lab what to do, on the first line of the hidden test, so that line numbers stay. */
function nameSubject(code: string, id: string): string | undefined {
  const [, judgement] = /\?judgement=(\d+)$/.exec(id) ?? [];
  const request = subjects.get(Number(judgement));
  if (!request) return undefined;
  const { subject, seed, replay, parsed } = request;
  const told = Object.entries({
    KATA_SUBJECT: subject,
    KATA_SEED: seed,
    KATA_REPLAY: replay,
    KATA_PARSED: parsed,
  }).map(([name, value]) =>
    value === undefined
      ? `delete process.env.${name};`
      : `process.env.${name} = ${JSON.stringify(String(value))};`,
  );
  return `${told.join(' ')} ${code}`;
}

/** The lab counts its schedules aloud from within the thread. */
function listenForProgress(onSign: () => void): BroadcastChannel {
  const channel = new BroadcastChannel('kata-progress');
  let toldAt = 0;
  channel.onmessage = (event) => {
    const { data } = event as { data: { schedules: number } };
    onSign();
    if (performance.now() - toldAt < progressEveryMs) return;
    toldAt = performance.now();
    tell({ kind: 'progress', schedules: data.schedules });
  };
  return channel;
}

function tell(message: HostMessage): void {
  // The channel may close while a run ends; 'disconnect' then ends this process.
  if (process.connected) process.send?.(message, () => {});
}
