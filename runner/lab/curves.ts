/** What a scenario wants counted, over one of its schedules. */
import type { Move } from './moves.ts';
import { outcomeOf } from './outcome.ts';
import type { Program } from './program.ts';
import { following, run } from './schedule.ts';
import type { Curve } from './verdict.ts';
import type { World } from './world.ts';

/** @param schedule  as it was run before */
export function curvesOver(program: Program, schedule: readonly Move[]): readonly Curve[] {
  const curves = Object.entries(program.scenario.measures ?? {}).map(([what, count]) => ({
    what,
    count,
    values: [] as number[],
  }));
  const measure = (world: World): void => {
    const now = outcomeOf(world);
    for (const { count, values } of curves) values.push(count(now));
  };
  const follow = following(schedule);
  const last = run(program, (enabled, world) => {
    measure(world);
    return follow(enabled, world);
  });
  measure(last);
  return curves.map(({ what, values }) => ({ what, values }));
}
