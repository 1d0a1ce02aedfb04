/** The processes of a run: children that stay from one world to the next, unless they are killed. */
import { fileURLToPath } from 'node:url';
import { killTree, type System } from '../judge/host-process.ts';
import type { Assignment, Order, Word } from './protocol.ts';
import { EndedError, type Ended, type Launcher } from './system.ts';

export interface ChildrenSettings {
  readonly system: System;
  readonly tests: readonly string[];
  readonly subject: string;
  /** What the learner's code prints, line by line. */
  readonly onPrinted: (who: string, text: string) => void;
  /** The built program, for those who run this from its sources. */
  readonly program?: string;
}

export interface Children {
  /** For one of the scenarios. @param scenario  its index */
  launcher(scenario: number): Launcher;
  /** Ends them all: asks first, and does not ask twice. */
  close(): Promise<void>;
}

/** How long a process may take to come to rest, or to end when it is asked to. In ms. */
const patienceMs = 2_000;
/** Enough of its last words to say why it ended. In characters. */
const complaintKept = 400;

type Heard = Word | Ended;

interface Child {
  readonly pid: number | undefined;
  readonly send: (order: Order) => void;
  readonly stop: () => void;
  readonly exited: Promise<void>;
  hear: (word: Heard) => void;
}

export function openChildren({
  system,
  tests,
  subject,
  onPrinted,
  program = fileURLToPath(new URL('part.js', import.meta.url)),
}: ChildrenSettings): Children {
  const children = new Map<string, Child>();

  async function spawn(name: string): Promise<Child> {
    const { execa } = await import('execa');
    const started = execa(system.execPath, [program], {
      ipc: true,
      serialization: 'json',
      // Open until this process ends, in whatever way.
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
      // A group of its own on POSIX: killed as a whole, and Ctrl-C reaches `kata` alone.
      detached: system.platform !== 'win32',
    });
    let complaint = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintKept * 10);
    });
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) onPrinted(name, line);
    });
    const child: Child = {
      pid: started.pid,
      // A child that is gone is told of by `exited`.
      send: (order) => void started.send(order as never, () => {}),
      stop: () => void started.kill('SIGTERM'),
      hear: () => {},
      exited: started.then(() => {
        if (children.get(name) !== child) return;
        children.delete(name);
        child.hear({ kind: 'ended', why: lastWords(complaint) });
      }),
    };
    started.on('message', (word) => child.hear(word as unknown as Word));
    children.set(name, child);
    return child;
  }

  async function kill(name: string): Promise<void> {
    const child = children.get(name);
    if (!child) return;
    // It is no longer one of ours, so nobody takes its end for news.
    children.delete(name);
    await killTree(system, child.pid);
    await child.exited;
  }

  return {
    launcher: (scenario) => ({
      async start(assignment, hear) {
        const child = children.get(assignment.process) ?? (await spawn(assignment.process));
        return new Promise((resolve, reject) => {
          child.hear = (word) => {
            if (word.kind === 'serving') resolve(word.port);
            else if (word.kind === 'ended') reject(new EndedError(word.why));
            if (word.kind === 'serving') child.hear = hear;
            else if (word.kind !== 'ended') hear(word);
          };
          const whole: Assignment = { ...assignment, tests, subject, scenario };
          child.send({ kind: 'serve', assignment: whole });
        });
      },
      answer(name, question, yes) {
        const child = children.get(name);
        if (child) child.send({ kind: 'answer', question, yes });
      },
      kill,
      async rest(name) {
        const child = children.get(name);
        if (!child) return;
        const rested = new Promise<boolean>((resolve) => {
          child.hear = (word) => {
            if (word.kind === 'rested') resolve(true);
            else if (word.kind === 'ended') resolve(false);
          };
          setTimeout(() => resolve(false), patienceMs).unref();
        });
        child.send({ kind: 'rest' });
        if (!(await rested)) await kill(name);
      },
    }),
    async close() {
      const all = [...children];
      for (const [name, { stop }] of all) {
        children.delete(name);
        stop();
      }
      await Promise.all(
        all.map(async ([, { pid, exited }]) => {
          const late = setTimeout(() => void killTree(system, pid), patienceMs);
          await exited;
          clearTimeout(late);
        }),
      );
    },
  };
}

/** The line that says what was thrown, which stands before the stack. */
function lastWords(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines.at(-1);
  return (said ?? 'it said nothing').slice(0, complaintKept);
}
