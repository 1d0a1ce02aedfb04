/** What a scenario wants counted, over one of its schedules. */
import type { Move } from './moves.ts';
import { outcomeOf } from './outcome.ts';
import type { Program } from './program.ts';
import { following, run } from './schedule.ts';
import type { Curve } from './verdict.ts';
import type { World } from './world.ts';

/** @param schedule  as it was run before */
export function curvesOver(program: Program, schedule: readonly Move[]): readonly Curve[] {
  const counted = Object.entries(program.scenario.measures ?? {}).map(([what, measure]) => {
    const { count, ...limit } = typeof measure === 'function' ? { count: measure } : measure;
    return { count, curve: { what, values: [] as number[], ...limit } };
  });
  const measure = (world: World): void => {
    const now = outcomeOf(world);
    for (const { count, curve } of counted) curve.values.push(count(now));
  };
  const follow = following(schedule);
  const last = run(program, (enabled, world) => {
    measure(world);
    return follow(enabled, world);
  });
  measure(last);
  return counted.map(({ curve }) => curve);
}
