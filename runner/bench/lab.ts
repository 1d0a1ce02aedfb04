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
import type { Row } from './rows.ts';

const actors = [1, 2, 3, 4];
/** In one measurement; the first ones warm up the compiler. */
const schedulesTimed = 20_000;
const schedulesTold = 2_000;
/** Four actors that load and commit one shared document have (4!)² orders that somebody could tell apart. */
const classesOfFourActors = 576;

export const labRows: readonly Row[] = [
  {
    // Eighteen operations on both sides. In the lab an actor is a process that somebody asks, so a schedule
    // has six more steps: the requests and their answers. They count against the lab.
    name: 'fast-check’s scheduler / the lab, a schedule of 3 × 6',
    bound: 'at least',
    target: 20,
    pairs: 7,
    open: async () => ({
      ours: async () => (await schedulesInFastCheck(schedulesTimed)) / schedulesTimed,
      theirs: async () => (await schedulesInTheLab(schedulesTimed, false)) / schedulesTimed,
    }),
  },
  {
    // A stack is kept with each call of a handler, and fast-check keeps none. Which lines those were is
    // looked up when a story is told, of one schedule among thousands. That does not count here, and would
    // add half as much again.
    name: 'the same, with a history that a story can be told from',
    bound: 'at least',
    target: 8,
    pairs: 7,
    open: async () => ({
      ours: async () => (await schedulesInFastCheck(schedulesTold)) / schedulesTold,
      theirs: async () => (await schedulesInTheLab(schedulesTold, true)) / schedulesTold,
    }),
  },
  {
    name: 'schedules explored / their classes, on 4 × 6',
    bound: 'at most',
    target: 1.05,
    pairs: 1,
    open: async () => ({
      ours: schedulesOfFourActors,
      theirs: async () => classesOfFourActors,
    }),
  },
];

/** Time of as many random schedules of three actors with six operations each, in ms. */
async function schedulesInTheLab(schedules: number, recording: boolean): Promise<number> {
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
async function schedulesInFastCheck(schedules: number): Promise<number> {
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

/** What is run until the search is over; each actor also does four things beside the shared document. */
async function schedulesOfFourActors(): Promise<number> {
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
