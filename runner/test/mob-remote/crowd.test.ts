/**
 * Many machines and one remote. KATA_CLONES says how many (6), KATA_HAND_OVERS how often the turn goes on (4);
 * `npm run test:crash` takes 20 and 10.
 */
import { expect, test } from 'vitest';
import { bareRepository, branchesOf, branch, commitsOn, machine, there } from './machines.ts';

const clones = Number(process.env['KATA_CLONES'] ?? 6);
const handOvers = Number(process.env['KATA_HAND_OVERS'] ?? 4);

test(
  `${clones} machines join at the same time and follow ${handOvers} hand-overs`,
  { timeout: 600_000 },
  async () => {
    const remote = bareRepository();
    const first = machine();
    await first.start(remote, { with: 'P0' });
    const others = Array.from({ length: clones }, () => machine());
    await Promise.all(others.map((each, index) => each.join(remote, { as: `P${index + 1}` })));
    const all = [first, ...others];
    for (const each of all) await each.status();
    expect(first.mob().people).toHaveLength(clones + 1);

    const drove: (string | undefined)[] = [];
    for (let turn = 1; turn <= handOvers; turn += 1) {
      const { driver } = first.mob();
      drove.push(driver);
      const here = all[Number(driver?.slice(1))]!;
      here.edit(`// turn ${turn} by ${driver}\n`);
      expect(await here.next()).toContain('shared on');
      await Promise.all(all.filter((each) => each !== here).map((each) => each.next()));
      for (const each of all) {
        expect(each.text()).toBe(`// turn ${turn} by ${driver}\n`);
        expect(each.mob()).toEqual(first.mob());
      }
    }
    expect(new Set(drove).size).toBeGreaterThan(1);
    expect(there(remote)).toBe(`// turn ${handOvers} by ${drove.at(-1)}\n`);
    expect(branchesOf(remote)).toEqual([branch]);
    expect(commitsOn(remote).filter((line) => line.includes("'s turn "))).toHaveLength(handOvers);
  },
);
