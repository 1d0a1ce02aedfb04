/** The person's git, run so that nothing of theirs is touched: no repository, index, stash, config or hook. */
import type { Patience } from '../../domain/ports.ts';
import { shown } from '../../domain/shared-files.ts';
import { KataError } from '../../errors.ts';

/** `process`, handed in by the composition root. */
export type System = Pick<NodeJS.Process, 'kill' | 'platform'>;

export interface Call {
  /** The repository to work in: a bare one of ours. */
  readonly repository: string;
  readonly words: readonly string[];
  readonly input?: Uint8Array | string;
  /** Reachable as the remote named `remoteName`. */
  readonly url?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly patience?: Patience;
  /** More output than this ends the call, in bytes. */
  readonly outputMost?: number;
}

export interface Ran {
  readonly done: boolean;
  readonly stdout: Buffer;
  /** What git complained of, in its own words, as one line without passwords. */
  readonly reason: string;
  readonly stderr: string;
  /** Why it was ended before it was done. */
  readonly ended?: 'time' | 'output';
}

export type Git = (call: Call) => Promise<Ran>;

export const remoteName = 'mob';

/** Stronger than what is in the person's files. Their credentials, proxies and insteadOf rules count. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  // Contents beyond this are streamed, never held in memory.
  'core.bigFileThreshold=1m',
  'i18n.commitEncoding=UTF-8',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.version=2',
  'protocol.ext.allow=never',
  'fetch.fsckObjects=true',
  'fetch.writeCommitGraph=false',
  // A pack is kept as it came, and never unpacked.
  'fetch.unpackLimit=1',
  'push.gpgSign=false',
];

/** Whatever leads git elsewhere, as when kata itself was started by a hook. */
const unset = {
  GIT_DIR: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
  GIT_NAMESPACE: undefined,
  GIT_PREFIX: undefined,
  GIT_QUARANTINE_PATH: undefined,
};

/** Nobody is there to answer, or the screen belongs to something else. */
const silent = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
};

const outputMostByDefault = 1 << 20;
/** For what only works on this machine's own files. */
const limitByDefaultMs = 60_000;
/** git tidies up when it is asked to end; a lock that it left would block the others. */
const tidyMs = 2_000;

export function openGit(system: System): Git {
  return async ({ repository, words, input, url, environment, patience, outputMost }) => {
    const { execa } = await import('execa');
    const { limitMs = limitByDefaultMs, mayAsk = false, signal } = patience ?? {};
    const isInterrupted = (): boolean => signal?.aborted === true;
    if (isInterrupted()) throw interrupted();
    // Away from the terminal nothing can ask there, and all of it can be ended together.
    const apart = !mayAsk && system.platform !== 'win32';
    const child = execa(
      'git',
      [
        `--git-dir=${repository}`,
        ...settings.flatMap((setting) => ['-c', setting]),
        // By a variable, because everybody on the machine can read a command line.
        ...(url === undefined ? [] : [`--config-env=remote.${remoteName}.url=KATA_MOB_URL`]),
        ...words,
      ],
      {
        cwd: repository,
        detached: apart,
        reject: false,
        encoding: 'buffer',
        stripFinalNewline: false,
        maxBuffer: { stdout: outputMost ?? outputMostByDefault, stderr: 1 << 20 },
        ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
        env: {
          ...unset,
          ...(mayAsk ? {} : silent),
          ...(url !== undefined && { KATA_MOB_URL: url }),
          GIT_ALLOW_PROTOCOL: 'http:https:ssh:git:file',
          GIT_DEFAULT_HASH: 'sha1',
          LC_ALL: 'C',
          LANGUAGE: '',
          ...environment,
        },
      },
    );
    let ended: 'time' | 'interrupted' | undefined;
    const kill = (name: 'SIGTERM' | 'SIGKILL') => {
      try {
        if (apart && child.pid !== undefined) system.kill(-child.pid, name);
        else child.kill(name);
      } catch {
        // It has ended in the meantime.
      }
    };
    const givenUp = new Promise<undefined>((resolve) => {
      let forced: NodeJS.Timeout | undefined;
      const end = (why: 'time' | 'interrupted') => {
        ended ??= why;
        kill('SIGTERM');
        forced ??= setTimeout(() => {
          kill('SIGKILL');
          // What it had started may keep its output open for longer.
          resolve(undefined);
        }, tidyMs);
      };
      const timer = setTimeout(() => end('time'), limitMs);
      const onAbort = () => end('interrupted');
      signal?.addEventListener('abort', onAbort, { once: true });
      void child.then(() => {
        clearTimeout(timer);
        clearTimeout(forced);
        signal?.removeEventListener('abort', onAbort);
      });
    });
    const result = (await Promise.race([child, givenUp])) as Outcome | undefined;
    if (isInterrupted()) throw interrupted();
    if (result?.code === 'ENOENT') throw noGit('git is not on this machine, or not on the PATH.');
    const stderr = Buffer.from(result?.stderr ?? []).toString();
    if (/unknown option: --config-env/.test(stderr)) throw noGit('git is older than version 2.31.');
    const tooMuch = result?.isMaxBuffer === true;
    return {
      done: result?.exitCode === 0,
      stdout: Buffer.from(result?.stdout ?? []),
      stderr,
      reason:
        ended === 'time'
          ? `no answer in ${limitMs / 1000} seconds`
          : tooMuch
            ? 'its answer has no end'
            : reasonIn(stderr, url),
      ...(ended === 'time' && { ended }),
      ...(tooMuch && { ended: 'output' as const }),
    };
  };
}

/** The parts of execa's result that are used here; its type leaves some of them out. */
interface Outcome {
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly isMaxBuffer?: boolean;
  readonly stdout?: Uint8Array | undefined;
  readonly stderr?: Uint8Array | undefined;
}

function noGit(message: string): KataError {
  return new KataError(
    'no-git',
    message,
    'Install git 2.31 or newer: git-scm.com. A mob at one machine needs none.',
  );
}

function interrupted(): KataError {
  return new KataError(
    'interrupted',
    'Interrupted while git was at work.',
    'Give the same command again.',
  );
}

const noise =
  /^(?:$|hint:|warning:|Please make sure|and the repository exists|fatal: Could not read from remote)/;
const reasonLongest = 240;

/** The first two complaints of git, without what may break a screen: a server can send any bytes. */
function reasonIn(stderr: string, url: string | undefined): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const said = lines.filter((line) => !noise.test(line));
  const chosen = (said.length > 0 ? said : lines.filter((line) => line !== '')).slice(0, 2);
  const text = chosen.map((line) => line.replace(/^(?:fatal|error|remote): */, '')).join('; ');
  const [, login] = /^[a-z][a-z0-9+.-]*:\/\/([^/@\s]*@)/i.exec(url ?? '') ?? [];
  const shareable = login === undefined ? text : text.replaceAll(login, '');
  return shown(shareable.replaceAll(/\/\/[^/@\s]+@/g, '//').replace(/\.$/, ''), reasonLongest);
}
