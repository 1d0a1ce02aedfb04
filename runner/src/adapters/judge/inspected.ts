/**
 * The child process of an inspected replay. It runs one schedule in its main thread, where every debugger
 * can look, after one has attached. While it is stopped it hears nothing, so a thread of its own ends it
 * as soon as its `kata` is gone, and no watchdog looks.
 */
import * as inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';
import type { Report } from '../../../lab/index.ts';
import type { Findings, InspectedMessage, JudgeRequest } from './protocol.ts';

const [root, asked] = process.argv.slice(2) as [string, string];
const { subject, tests, replay } = JSON.parse(asked) as JudgeRequest;

// Stdin stays open as long as whoever started this process lives.
const guard = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: 0 }).on('error', end).on('close', end).resume();`;
new Worker(guard, { eval: true });

process.env['KATA_SUBJECT'] = subject;
process.env['KATA_REPLAY'] = replay;
process.env['KATA_INSPECT'] = 'yes';

type Body = (context: { readonly task: { readonly meta: { kata?: Report } } }) => Promise<void>;
const bodies: { readonly test: string; readonly name: string; readonly body: Body }[] = [];
const stray: Findings['stray'][number][] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    stray.push({ reason: message, stack: stack ?? '' });
  });
}

try {
  const unloadable = await load();
  // A token that cannot be read has nothing to show.
  if (bodies.some(({ name }) => name === 'replay')) await debuggerAttached();
  const reports: Findings['reports'][number][] = [];
  for (const { test, body } of bodies) {
    const meta: { kata?: Report } = {};
    await body({ task: { meta } });
    if (meta.kata) reports.push({ test, report: meta.kata });
  }
  // An error that nobody caught is told of in the next turn.
  await new Promise((turn) => setImmediate(turn));
  const findings = { reports, unloadable, unexplained: [], stray, output: undefined };
  await tell({ kind: 'findings', findings: [findings] });
} catch (error) {
  await tell({ kind: 'failed', reason: String(error) });
}

/** Loads the hidden tests as the judge does, and keeps what they register. */
async function load(): Promise<Findings['unloadable']> {
  const { createViteServer } = await import('vitest/node');
  const server = await createViteServer({
    root,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    // The lab is plain JavaScript already; loaded natively it runs as in every other check.
    plugins: [
      {
        name: 'kata',
        enforce: 'pre',
        resolveId: (id) =>
          id === '#lab' ? { id: import.meta.resolve('#lab'), external: true } : undefined,
      },
    ],
  });
  const unloadable: Findings['unloadable'][number][] = [];
  for (const test of tests) {
    const register = (name: string, body: Body) => bodies.push({ test, name, body });
    Object.assign(globalThis, { test: register });
    await server.ssrLoadModule(test).catch((error: unknown) => {
      unloadable.push({ test, reason: String(error) });
    });
  }
  await server.close();
  return unloadable;
}

async function debuggerAttached(): Promise<void> {
  inspector.open(0, '127.0.0.1');
  const { hostname, port } = new URL(inspector.url() ?? '');
  // Waiting stops this thread, and with it whatever was not sent yet.
  await tell({ kind: 'listening', host: hostname, port: Number(port) });
  inspector.waitForDebugger();
}

function tell(message: InspectedMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
