import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { HostMessage, JudgeRequest } from './protocol.ts';

/** The parts of `process` that a process tree is started and killed with. */
export type System = Pick<NodeJS.Process, 'platform' | 'arch' | 'execPath' | 'kill'>;

export interface HostSettings {
  readonly root: string;
  readonly system: System;
  /** Silence of the lab after which the thread is examined, in ms. */
  readonly silenceMs: number;
  /** What the engine for models needs is loaded ahead. */
  readonly forModels: boolean;
  /** The program of the child process; a built file, because Node runs it as it is. */
  readonly program?: string;
}

export interface Host {
  readonly ended: boolean;
  ask(requests: readonly JudgeRequest[], options: AskOptions): Promise<Answer>;
  /** Kills the whole process tree. */
  kill(): Promise<void>;
}

export interface AskOptions {
  readonly budgetMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((schedules: number) => void) | undefined;
}

export type Answer =
  | Exclude<HostMessage, { kind: 'progress' }>
  | { readonly kind: 'over-budget' }
  | { readonly kind: 'interrupted' };

export async function startHost({
  root,
  system,
  silenceMs,
  forModels,
  program,
}: HostSettings): Promise<Host> {
  // Loaded at its first use, because most commands start no process.
  const { execa } = await import('execa');
  const file = program ?? fileURLToPath(new URL('host.js', import.meta.url));
  const words = [root, String(silenceMs), ...(forModels ? ['models'] : [])];
  const child = execa(system.execPath, [file, ...words], {
    cwd: root,
    // Dates and numbers are written in the same way on every machine.
    env: { TZ: 'UTC', LC_ALL: 'en_US.UTF-8' },
    ipc: true,
    serialization: 'json',
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // A group of its own on POSIX: killed as a whole, and Ctrl-C reaches `kata` alone.
    detached: system.platform !== 'win32',
  });
  const complaint = complaintIn(child.stderr);
  let ended = false;
  const exited = child.then((): Answer => {
    ended = true;
    return { kind: 'failed', reason: complaint() || 'its process ended before the verdict' };
  });

  return {
    get ended() {
      return ended;
    },
    async ask(requests, { budgetMs, signal, onProgress }) {
      const done = new AbortController();
      try {
        return await Promise.race([
          exited,
          new Promise<Answer>((resolve) => {
            listen(done.signal, (message) => {
              if (message.kind === 'progress') onProgress?.(message.schedules);
              else resolve(message);
            });
            const budget = setTimeout(() => resolve({ kind: 'over-budget' }), budgetMs);
            done.signal.addEventListener('abort', () => clearTimeout(budget));
            const interrupt = () => resolve({ kind: 'interrupted' });
            if (signal?.aborted) interrupt();
            signal?.addEventListener('abort', interrupt, { signal: done.signal });
            // A child that is gone is told of by `exited`.
            child.send([...requests], () => {});
          }),
        ]);
      } finally {
        done.abort();
      }
    },
    async kill() {
      if (!ended) await killTree(system, child.pid);
      await exited;
    },
  };

  function listen(until: AbortSignal, onMessage: (message: HostMessage) => void) {
    const listener = (message: unknown) => onMessage(message as HostMessage);
    child.on('message', listener);
    until.addEventListener('abort', () => child.off('message', listener));
  }
}

/** Enough of a process's last words to report a bug with. In characters. */
const complaintKept = 2_000;
/** As much as may follow on what V8 gives up with: a stack, each line of which has the whole path of node. */
const stackMost = 30_000;

/** The end of what a process complains of, or what its engine gave up with: the reason, not the stack behind it. */
export function complaintIn(stderr: Readable): () => string {
  let words = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-stackMost);
  });
  return () => {
    const [fatal] = /^FATAL ERROR: [^]*/m.exec(words) ?? [];
    return (fatal?.slice(0, complaintKept) ?? words.slice(-complaintKept)).trim();
  };
}

export async function killTree(system: System, pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  if (system.platform === 'win32') {
    const { execa } = await import('execa');
    await execa('taskkill', ['/pid', String(pid), '/T', '/F'], { reject: false });
    return;
  }
  try {
    system.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended between the question and the kill.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
