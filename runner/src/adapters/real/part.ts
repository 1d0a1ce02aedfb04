/**
 * The program of one process: it serves what it is told to, until it is told to rest or is killed. It lives as long as
 * its IPC channel, so it never outlives a `kata` that was killed; a thread of its own sees to that, too, because
 * the handlers may loop.
 */
import { Worker } from 'node:worker_threads';
import { chanceOf } from '../../../lab/sampling.ts';
import { MistakeError } from '../../../lab/mistake.ts';
import { loadProgram } from '../../../lab/program.ts';
import { loadSubject } from '../../../lab/subject.ts';
import type { FaultKind } from '../../../lab/verdict.ts';
import { delayOf } from './delay.ts';
import { scenariosIn } from './hidden-test.ts';
import type { Assignment, Order, Word } from './protocol.ts';
import { serve, type Serving, type Surroundings } from './serving.ts';
import { openSqliteParts, type Parts } from './sqlite-parts.ts';

/** How likely a fault strikes at a point where it may. */
const faultsShare = 0.25;

// Stdin stays open as long as whoever started this process lives.
const guard = `
  const { Socket } = require('node:net');
  const end = () => process.kill(process.pid, 'SIGKILL');
  new Socket({ fd: 0 }).on('error', end).on('close', end).resume();`;
new Worker(guard, { eval: true });
process.on('disconnect', () => process.exit());
if (!process.connected) process.exit();

interface Placed extends Parts {
  readonly serving: Serving;
}

let placed: Placed | undefined;
let questions = 0;
const asked = new Map<number, (yes: boolean) => void>();

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'serve':
      void place(order.assignment).catch(tellFailure);
      break;
    case 'answer':
      asked.get(order.question)?.(order.yes);
      asked.delete(order.question);
      break;
    case 'rest':
      void rest();
  }
});

async function place(assignment: Assignment): Promise<void> {
  const { tests, scenario: index, subject, process: name, folder, boot, port, apis } = assignment;
  const scenario = scenariosIn(tests)[index];
  if (!scenario) throw new Error(`there is no scenario ${index}`);
  const program = loadProgram(scenario, loadSubject(subject));
  const plan = program.processes.find((each) => each.name === name);
  if (!plan) throw new Error(`there is no process ${name}`);
  const parts = openSqliteParts(folder, scenario);
  const { now } = parts.clock;
  const around = surroundings(assignment, now);
  const serving = await serve({ program, plan, ...parts, now, apis, boot, port, around });
  serving.failed.catch(tellFailure);
  placed = { serving, ...parts };
  say({ kind: 'serving', port: serving.port });
}

function surroundings({ seed, process: name }: Assignment, now: () => number): Surroundings {
  const chance = chanceOf(
    (seed ?? 0) + [...name].reduce((sum, each) => sum * 31 + each.charCodeAt(0), 7),
  );
  return {
    async strikes(fault: FaultKind, where: string) {
      if (seed === undefined || chance() >= faultsShare) return false;
      questions += 1;
      const question = questions;
      const yes = new Promise<boolean>((resolve) => asked.set(question, resolve));
      say({ kind: 'question', question, fault, where });
      return yes;
    },
    coin: () => chance() < 0.5,
    delay() {
      const late = seed === undefined ? 0 : delayOf(chance);
      if (late > 0) say({ kind: 'late' });
      return late;
    },
    tell: (who, text, isFault) =>
      say({ kind: 'told', line: { at: now(), who, text, ...(isFault && { isFault }) } }),
    busy: (count) => say({ kind: 'busy', with: count }),
    refusedCommit: () => say({ kind: 'refused-commit' }),
    mistake: (mistake) => say({ kind: 'mistake', mistake }),
  };
}

async function rest(): Promise<void> {
  const left = placed;
  placed = undefined;
  // A handler that hangs is left to itself: this process may be killed, and so may its work.
  await left?.serving.close();
  left?.broker.close();
  left?.store.close();
  say({ kind: 'rested' });
}

function tellFailure(error: unknown): void {
  if (error instanceof MistakeError) say({ kind: 'mistake', mistake: error.mistake });
  else throw error;
}

function say(word: Word): void {
  if (process.connected) process.send?.(word, () => {});
}
