/** Who lives: a process id alone may have been given to another process since. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { codeOf } from './file-system.ts';

/**
 * When a living process began, in the system's own notation; undefined when there is none. On Linux the
 * machine's boot and the ticks since then (proc(5), field 22 of stat), elsewhere what ps says. Windows
 * tells it only to slow tools, so there every living process began 'some time': an id that was given to a
 * new process looks like its old owner, and the error about the busy vault says what to do.
 */
export function startOf(pid: number): string | undefined {
  switch (platform()) {
    case 'linux':
      return fromProc(pid);
    case 'win32':
      return spawnSync('tasklist', ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV'], {
        encoding: 'utf8',
      }).stdout.includes(`"${pid}"`)
        ? 'some time'
        : undefined;
    default: {
      const settings = { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' } } as const;
      return (
        spawnSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], settings).stdout.trim() ||
        undefined
      );
    }
  }
}

function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    if (state === 'Z' || state === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}
