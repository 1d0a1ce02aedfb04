/**
 * Every failure the kit foresees. Anything else that reaches main.ts is a bug and is shown as one.
 * `message` says what happened and where, in one sentence; `remedy` says what to do now.
 */
export class KataError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KataError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** Exit codes of every command. */
export const exit = { done: 0, failed: 1, usage: 2, broken: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exit)[keyof typeof exit];

/** Each code with the exit code it leads to. CONTRIBUTING.md lists them; a test keeps the two equal. */
export const errorCodes = {
  // what was asked for cannot be done
  usage: exit.usage,
  'unknown-exercise': exit.usage,
  'nothing-to-restore': exit.usage,
  'nothing-to-replay': exit.usage,
  'token-malformed': exit.usage,
  'token-outdated': exit.usage,
  'token-misfit': exit.usage,
  'needs-confirmation': exit.usage,
  'no-lecture': exit.usage,
  'nothing-to-run': exit.usage,
  'mob-on': exit.usage,
  'no-mob': exit.usage,
  'too-much-to-share': exit.usage,
  // what the learner wrote cannot be judged
  'file-changed': exit.usage,
  'syntax-error': exit.usage,
  'type-error': exit.usage,
  'export-missing': exit.usage,
  'import-threw': exit.usage,
  'import-refused': exit.usage,
  'never-settled': exit.usage,
  'floating-promise': exit.usage,
  'endless-loop': exit.usage,
  'over-budget': exit.usage,
  'left-the-lab': exit.usage,
  'model-incomplete': exit.usage,
  'model-undefined': exit.usage,
  'model-too-large': exit.usage,
  // the installation or the workspace is broken
  'no-workshop': exit.broken,
  'exercise-damaged': exit.broken,
  'workspace-missing': exit.broken,
  'workspace-file-missing': exit.broken,
  'unreadable-file': exit.broken,
  'read-only': exit.broken,
  'disk-full': exit.broken,
  'vault-busy': exit.broken,
  'vault-damaged': exit.broken,
  'mob-damaged': exit.broken,
  'no-git': exit.broken,
  'remote-unreachable': exit.broken,
  'remote-refused': exit.broken,
  'native-sqlite': exit.broken,
  'judge-failed': exit.broken,
  'tlc-missing': exit.broken,
  interrupted: exit.interrupted,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof errorCodes;

/** Operating-system refusals that have one remedy wherever they occur; undefined for all others. */
export function fromSystem(error: unknown): KataError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const where = path === undefined ? '' : ` ${path}`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new KataError(
        'read-only',
        `The system refuses access to${where || ' a file of the workshop'} (${code}).`,
        'Make the folder readable and writable for you, or clone the workshop where you may write.',
        error,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new KataError(
        'disk-full',
        `The disk is full${where && `: could not write${where}`}. Nothing was half-written.`,
        'Free some space, then give the same command again.',
        error,
      );
    default:
      return undefined;
  }
}
