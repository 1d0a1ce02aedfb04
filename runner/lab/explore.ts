/**
 * Stateless search over all executions of a scenario: run to the end, go back to the last choice
 * that has another way, run again. Sleep sets keep it to one execution per class of equivalent ones:
 * after a choice was explored, it sleeps until something dependent on it has happened.
 * Source: P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems (1996), ch. 5.
 */
import { MistakeError } from './mistake.ts';
import type { Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';
import type { Bound, Coverage, Story } from './verdict.ts';
import { openWorld, type Transition, type World } from './world.ts';

export interface Exploration {
  readonly coverage: Coverage;
  /** For each promise of the scenario. */
  readonly broken: ReadonlyMap<string, Breach>;
}

export interface Breach {
  /** Inequivalent schedules that break the promise. */
  readonly count: number;
  /** Of the shortest. */
  readonly story: Story | undefined;
}

/** Called between two executions with the number of schedules so far; the search waits for it. */
export type Breathe = (schedules: number) => void | Promise<void>;

interface Choice {
  readonly enabled: readonly Transition[];
  /** Transitions whose exploration from here would only repeat what was explored before. */
  readonly asleep: Map<string, Transition>;
  chosen: Transition;
}

/** Explores every inequivalent schedule. @throws MistakeError */
export async function explore(
  scenario: Scenario,
  subject: Subject,
  breathe: Breathe,
): Promise<Exploration> {
  const path: Choice[] = [];
  const shortest = new Map<string, { schedule: readonly string[]; switches: number; so: string }>();
  const counts = new Map<string, number>();
  const goals = new Map(Object.keys(scenario.sometimes ?? {}).map((goal) => [goal, 0]));
  let schedules = 0;

  do {
    const world = await openWorld(scenario, subject, false);
    const complete = await runToTheEnd(world, path);
    if (complete) {
      schedules += 1;
      const outcome = world.outcome();
      for (const [promise, brokenBy] of Object.entries(scenario.promises)) {
        const so = brokenBy(outcome);
        if (so === undefined) continue;
        counts.set(promise, (counts.get(promise) ?? 0) + 1);
        const schedule = asOneTells(path.map((choice) => choice.chosen));
        const switches = contextSwitches(schedule);
        const best = shortest.get(promise);
        const better =
          !best ||
          schedule.length < best.schedule.length ||
          (schedule.length === best.schedule.length && switches < best.switches);
        if (better) shortest.set(promise, { schedule, switches, so });
      }
      for (const [goal, reached] of Object.entries(scenario.sometimes ?? {})) {
        if (reached(outcome)) goals.set(goal, (goals.get(goal) ?? 0) + 1);
      }
    }
    await breathe(schedules);
  } while (backtrack(path));

  const broken = new Map<string, Breach>();
  for (const promise of Object.keys(scenario.promises)) {
    const best = shortest.get(promise);
    const story = best && (await tell(scenario, subject, best.schedule, best.so));
    broken.set(promise, { count: counts.get(promise) ?? 0, story });
  }
  const coverage: Coverage = {
    scenario: scenario.name,
    kind: 'exhaustive',
    schedules,
    bounds: boundsOf(scenario),
    goals: [...goals].map(([goal, seen]) => ({ goal, seen })),
  };
  return { coverage, broken };
}

/** Follows the path, then goes on with the first way that is awake. False: all that is left sleeps. */
async function runToTheEnd(world: World, path: Choice[]): Promise<boolean> {
  for (const choice of path) await world.step(again(world, choice.chosen));
  for (;;) {
    const enabled = world.enabled();
    if (enabled.length === 0) return true;
    const asleep = inherited(path.at(-1));
    const chosen = enabled.find((transition) => !asleep.has(transition.id));
    if (!chosen) return false;
    path.push({ enabled, asleep, chosen });
    await world.step(chosen);
  }
}

/** Moves the last choice that has another way to that way, and forgets what came after it. */
function backtrack(path: Choice[]): boolean {
  for (let choice = path.pop(); choice; choice = path.pop()) {
    const { enabled, asleep } = choice;
    asleep.set(choice.chosen.id, choice.chosen);
    const next = enabled.find((transition) => !asleep.has(transition.id));
    if (next) {
      path.push({ enabled, asleep, chosen: next });
      return true;
    }
  }
  return false;
}

/** What sleeps after a choice: what slept before it and does not depend on it. */
function inherited(choice: Choice | undefined): Map<string, Transition> {
  if (!choice) return new Map();
  return new Map(
    [...choice.asleep].filter(([, transition]) => !dependent(transition, choice.chosen)),
  );
}

export function dependent(a: Transition, b: Transition): boolean {
  const touchedByB = new Set([...b.reads, ...b.writes]);
  return (
    a.writes.some((each) => touchedByB.has(each)) || a.reads.some((each) => b.writes.includes(each))
  );
}

/** The transition of this execution that corresponds to one of an earlier execution. */
function again(world: World, transition: Pick<Transition, 'id'>): Transition {
  const found = world.enabled().find((each) => each.id === transition.id);
  if (found) return found;
  throw new MistakeError({
    code: 'left-the-lab',
    message: `The same schedule led elsewhere: ${transition.id} did not come again.`,
    remedy: 'Look for something that outlives an execution, and keep it in the store instead.',
  });
}

async function tell(
  scenario: Scenario,
  subject: Subject,
  schedule: readonly string[],
  so: string,
): Promise<Story> {
  const world = await openWorld(scenario, subject, true);
  for (const id of schedule) await world.step(again(world, { id }));
  const lanes = [...Object.keys(scenario.traffic), ...Object.keys(scenario.processes), 'store'];
  return { scenario: scenario.name, lanes, steps: world.steps, so };
}

/**
 * The same schedule in the order in which one would tell it: stay with what the last step led to for
 * as long as that goes on. Only independent steps change places, so nothing else changes.
 */
function asOneTells(schedule: readonly Transition[]): readonly string[] {
  const told: Transition[] = [];
  const rest = [...schedule];
  while (rest.length > 0) {
    const possible = rest.filter(
      (each, index) => !rest.slice(0, index).some((earlier) => dependent(earlier, each)),
    );
    const last = told.at(-1);
    const next = possible.find((each) => last && dependent(last, each)) ?? possible[0];
    if (!next) break;
    told.push(next);
    rest.splice(rest.indexOf(next), 1);
  }
  return told.map(({ id }) => id);
}

function contextSwitches(schedule: readonly string[]): number {
  const actors = schedule.map((id) => id.split(':')[0]);
  return actors.filter((actor, index) => index > 0 && actor !== actors[index - 1]).length;
}

function boundsOf(scenario: Scenario): Bound[] {
  const { lostResponses = 0 } = scenario.faults ?? {};
  return lostResponses > 0 ? [{ fault: 'lost response', atMost: lostResponses }] : [];
}
