/** How quick the lab is, beside the only scheduler in the same field, and how little it runs in vain. */
import fc from 'fast-check';
import { openSearch } from '../lab/search.ts';
import { chanceOf } from '../lab/sampling.ts';
import { execute, run, type Choose } from '../lab/schedule.ts';
import { loadProgram, type Program } from '../lab/program.ts';
import type { Scenario } from '../lab/scenario.ts';
import type { Services } from '../lab/services.ts';
import { loadSubject } from '../lab/subject.ts';
import { slice } from '../lab/explore.ts';

const actors = [1, 2, 3, 4];

/** Time of as many random schedules of three actors with six operations each, in ms. */
export async function schedulesInTheLab(schedules: number, recording: boolean): Promise<number> {
  const program = programOf(3, async ({ store }) => {
    for (let operation = 0; operation < 6; operation += 1) await store.load('shared');
  });
  const chance = chanceOf(1);
  const choose: Choose = (enabled) => enabled[Math.floor(chance() * enabled.length)]!;
  return slice(() => {
    const startedAt = performance.now();
    for (let schedule = 0; schedule < schedules; schedule += 1) {
      if (recording) execute(program, choose, 'steps');
      else run(program, choose);
    }
    return performance.now() - startedAt;
  });
}

/** The same with the scheduler of fast-check, used as its documentation shows. */
export async function schedulesInFastCheck(schedules: number): Promise<number> {
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const documents = new Map([['shared', 1]]);
    const load = scheduler.scheduleFunction(async (key: string) => documents.get(key));
    const act = async (): Promise<void> => {
      for (let operation = 0; operation < 6; operation += 1) await load('shared');
    };
    await scheduler.waitFor(Promise.all([act(), act(), act()]));
  });
  const startedAt = performance.now();
  await fc.assert(property, { numRuns: schedules, seed: 1 });
  return performance.now() - startedAt;
}

/** Four actors that load and commit one shared document, and do four things beside it. */
export const classesOfFourActors = 576;

/** The schedules that are run until the search of these four actors ends. */
export async function schedulesOfFourActors(): Promise<number> {
  const program = programOf(4, async ({ store }, actor) => {
    await store.load(`own-${actor}`);
    await store.load(`own-${actor}`);
    const shared = await store.load<number>('shared');
    await store.commit({ key: 'shared', value: (shared?.value ?? 0) + 1 });
    await store.commit({ key: `own-${actor}`, value: actor });
    await store.load(`own-${actor}`);
  });
  return slice(() => {
    const search = openSearch(program);
    let runs = 0;
    while (search.next()) runs += 1;
    return runs;
  });
}

function programOf(
  count: number,
  act: (services: Services, actor: number) => Promise<void>,
): Program {
  const scenario: Scenario = {
    name: `${count} actors with six operations each`,
    given: { shared: 1 },
    processes: Object.fromEntries(
      actors.slice(0, count).map((actor) => [
        `process ${actor}`,
        {
          'POST /act': async (_: unknown, services: Services) => {
            await act(services, actor);
            return { status: 204 };
          },
        },
      ]),
    ),
    traffic: Object.fromEntries(
      actors
        .slice(0, count)
        .map((actor) => [
          `person ${actor}`,
          (person) => person.post('/act', { to: `process ${actor}` }),
        ]),
    ),
    promises: {},
  };
  return loadProgram(scenario, loadSubject(import.meta.dirname));
}
