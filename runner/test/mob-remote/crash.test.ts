/**
 * Real SIGKILLs at random moments of `kata mob next` between two machines. KATA_KILLS says how many (5 of the
 * 100 that it is by default).
 */
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { kataProgram } from '../workshop.ts';
import { sha256 } from '../vault/folders.ts';
import { bareRepository, branchesOf, git, machine, type Machine } from './machines.ts';

const kills = Math.ceil(Number(process.env['KATA_KILLS'] ?? 100) / 20);

/** Of a command on a machine at rest; the moments go a little beyond. */
const lastsMs = 900;

test(
  `${kills} kills lose no work, and the next command goes on`,
  { timeout: 600_000 },
  async () => {
    const remote = bareRepository();
    const ada = machine();
    const grace = machine();
    await ada.start(remote);
    await grace.join(remote);
    for (let number = 0; number < kills; number += 1) {
      const [mine, theirs] = [`// Ada ${number}\n`, `// Grace ${number}\n`];
      const way = (['hand over', 'keep both', 'take'] as const)[number % 3];
      if (way !== 'hand over') {
        grace.edit(theirs);
        await grace.next();
      }
      if (way !== 'take') ada.edit(mine);
      const child = execa(process.execPath, [kataProgram, 'mob', 'next'], {
        cwd: ada.root,
        stdio: 'ignore',
        reject: false,
      });
      // The moment is what the test is about; nothing is waited for here.
      await Promise.race([child, setTimeout((lastsMs * (number + 0.5)) / kills)]);
      child.kill('SIGKILL');
      await child;

      // A new process, because this one could not tell its own lock from one that was left.
      const next = await ada.kata('mob next');
      expect(next, `${way}, kill ${number}`).toMatchObject({ exitCode: 0 });
      if (way !== 'take') {
        expect(everShared(remote), `${way}, kill ${number}`).toContain(mine);
        expect((await sealed(ada)).has(sha256(mine)) || ada.text() === mine).toBe(true);
      }
      if (way !== 'hand over') expect(everShared(remote)).toContain(theirs);
      await grace.next();
      await ada.next();
      await grace.next();
      expect(grace.text()).toBe(ada.text());
    }
    await ada.status();
    await grace.status();
    expect(ada.mob()).toEqual(grace.mob());
  },
);

/** Each version of the file that is in the history of some branch. */
function everShared(remote: string): readonly string[] {
  const commits = git(remote, ['rev-list', ...branchesOf(remote)]).split('\n');
  return commits.map((commit) => `${git(remote, ['show', `${commit}:workspace/tally.ts`])}\n`);
}

async function sealed({ inside }: Machine): Promise<ReadonlySet<string>> {
  const entries = (await inside.vault.copies()).flatMap((copy) => copy.entries);
  return new Set(entries.flatMap((entry) => (entry.kind === 'file' ? [entry.sha256] : [])));
}
