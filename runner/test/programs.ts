/** Programs of the machine that a few tests press for real, and that a learner need not have. */
import { spawnSync } from 'node:child_process';

/**
 * Where a program is missing, the tests that need it are skipped and counted as such. In continuous
 * integration nothing is skipped: there they run, and fail with the program's name.
 */
export function isMissing(program: string): boolean {
  if (process.env['CI'] !== undefined) return false;
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}
