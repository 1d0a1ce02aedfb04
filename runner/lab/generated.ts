/**
 * A promise over inputs: a scenario for each input that fast-check makes up, each explored over its
 * schedules. When one breaks a promise, fast-check shrinks the input, exploring anew at each attempt, and
 * the schedule is shrunk on what is left.
 */
import fc, { type Arbitrary } from 'fast-check';
import { explore, type Breach, type Breathe, type Exploration } from './explore.ts';
import type { Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';
import { hashOf, type Signature } from './token.ts';
import type { ScheduleCoverage } from './verdict.ts';

/** Made by `forAll`. */
export interface Generated {
  readonly name: string;
  readonly promises: Readonly<Record<string, unknown>>;
  /** Of what the author wrote, for replay tokens. */
  readonly hash: string;
  /** The scenario of one input, by what names it in a token. */
  again(input: string): Scenario;
  explore(subject: Subject, seed: number, breathe: Breathe): Promise<Exploration>;
}

export interface ForAll<Input> {
  /** One line for the reader, as in a scenario. */
  readonly name: string;
  readonly inputs: Arbitrary<Input>;
  /** How many inputs are tried. Default: 50. */
  readonly most?: number;
  /** The ids of the promises that every scenario makes. */
  readonly promises: readonly string[];
  of(input: Input): Omit<Scenario, 'name'>;
}

const inputsMost = 50;

/** For `judge`: every promise must hold for every input. */
export function forAll<Input>({
  name,
  inputs,
  most = inputsMost,
  promises,
  of,
}: ForAll<Input>): Generated {
  const scenarioOf = (input: Input): Scenario => ({ ...of(input), name });
  const hash = hashOf({ name, most, of });
  return {
    name,
    promises: Object.fromEntries(promises.map((promise) => [promise, undefined])),
    hash,
    again(input) {
      const [seed = '', ...path] = input.split('-');
      const [value] = fc.sample(inputs, {
        seed: parseInt(seed, 36),
        path: path.map((part) => parseInt(part, 36)).join(':'),
        numRuns: 1,
      });
      return scenarioOf(value as Input);
    },
    async explore(subject, seed, breathe) {
      const total = openTotal(name, seed);
      const broken = new Map<string, Breach>(
        promises.map((promise) => [promise, { count: 0, story: undefined }]),
      );
      const exploreOne = (input: Input, signature?: Signature): Promise<Exploration> =>
        explore(scenarioOf(input), subject, { seed, breathe, ...(signature && { signature }) });
      let thrown: { readonly error: unknown } | undefined;
      let left = promises;
      while (left.length > 0) {
        const details = await fc.check(
          fc.asyncProperty(inputs, async (input) => {
            // A mistake is no broken promise: it is told as it is, and nothing is shrunk.
            if (thrown) return true;
            const exploration = await exploreOne(input).catch((error: unknown) => {
              thrown = { error };
            });
            if (!exploration) return true;
            total.add(exploration.coverage);
            return left.every((promise) => (exploration.broken.get(promise)?.count ?? 0) === 0);
          }),
          { seed, numRuns: most },
        );
        if (thrown) throw thrown.error;
        if (!details.failed) break;
        const { counterexample, counterexamplePath } = details;
        if (!counterexample || counterexamplePath === null) throw details.errorInstance;
        const path = counterexamplePath.split(':').map((part) => Number(part).toString(36));
        const smallest = await exploreOne(counterexample[0], {
          hash,
          input: [seed.toString(36), ...path].join('-'),
        });
        const found = [...smallest.broken].filter(([, { count }]) => count > 0);
        for (const [promise, breach] of found) broken.set(promise, breach);
        // What broke is told; the others may break on other inputs.
        left = left.filter((promise) => !found.some(([each]) => each === promise));
      }
      return { coverage: total.coverage(), broken };
    },
  };
}

/** The coverage of all inputs together. */
function openTotal(scenario: string, seed: number) {
  let schedules = 0;
  let blocked = 0;
  let bounds: ScheduleCoverage['bounds'] = [];
  let goals: ScheduleCoverage['goals'] = [];
  return {
    add(each: ScheduleCoverage): void {
      schedules += each.schedules;
      blocked += each.blocked;
      bounds = each.bounds.map((bound) => {
        const seen = bounds.find(({ fault }) => fault === bound.fault)?.seen ?? 0;
        return { ...bound, seen: bound.seen + seen };
      });
      goals = each.goals.map((goal) => {
        const seen = goals.find((known) => known.goal === goal.goal)?.seen ?? 0;
        return { ...goal, seen: goal.seen + seen };
      });
    },
    coverage: (): ScheduleCoverage => ({
      unit: 'schedule',
      scenario,
      kind: 'sampled',
      schedules,
      blocked,
      seed,
      bounds,
      goals,
    }),
  };
}
