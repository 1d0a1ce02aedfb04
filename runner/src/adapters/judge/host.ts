/**
 * The judge's child process: one warm vitest that runs hidden tests against one subject after the
 * other. It lives as long as its IPC channel, so it never outlives a `kata` that was killed.
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { Vitest } from 'vitest/node';
import type { Findings, HostMessage, JudgeRequest } from './protocol.ts';
import { collectingReporter } from './reporter.ts';
import { spareThread } from './spare-thread.ts';
import { watchdog } from './watchdog.ts';

const [root, silenceMs] = process.argv.slice(2) as [string, string];
/** Progress is for the eye. */
const progressEveryMs = 100;

process.on('disconnect', () => process.exit());
// Before vitest is loaded: the thread loads beside it, on another core.
const threads = spareThread();
threads.prepare();

let findings: Findings | undefined;
const vitest = startVitest();
process.on('message', (request: JudgeRequest) => {
  run(request)
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
      include: ['exercises/*/hidden/**/*.test.ts'],
      pool: threads.pool,
      maxWorkers: 1,
      isolate: false,
      // The budget is the judge's; a second clock here would only blur the message.
      testTimeout: 0,
      hookTimeout: 0,
      reporters: [collectingReporter((found) => (findings = found))],
      // The lab is plain JavaScript already; loaded natively it runs at full speed.
      server: { deps: { external: [/\/runner\/dist\//] } },
    },
    { server: { watch: null } },
  );
}

async function run({ subject, tests, seed }: JudgeRequest): Promise<HostMessage> {
  process.env['KATA_SUBJECT'] = subject;
  if (seed === undefined) delete process.env['KATA_SEED'];
  else process.env['KATA_SEED'] = String(seed);

  const runner = await vitest;
  findings = undefined;
  for (const test of tests) runner.invalidateFile(test);
  const specifications = tests.map((test) => runner.getRootProject().createSpecification(test));

  const guard = watchdog(subject, Number(silenceMs), (at) => tell({ kind: 'stuck', at }));
  const progress = listenForProgress(guard.alive);
  try {
    await runner.runTestSpecifications(specifications, true);
  } finally {
    guard.stop();
    progress.close();
  }
  threads.prepare();
  return findings
    ? { kind: 'findings', findings }
    : { kind: 'failed', reason: 'the run of the hidden tests ended without a result' };
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
