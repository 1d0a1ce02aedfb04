/** The parts of one run, in its folder: all of its processes open the same. */
import type { Scenario } from '../../../lab/scenario.ts';
import type { DurableBroker, DurableStore } from './parts.ts';
import { openSharedClock, type SharedClock } from './shared-clock.ts';
import { openSqliteBroker } from './sqlite-broker.ts';
import { openSqliteStore } from './sqlite-store.ts';

export interface Parts {
  readonly clock: SharedClock;
  readonly store: DurableStore;
  readonly broker: DurableBroker;
}

export function openSqliteParts(
  folder: string,
  { lockSeconds = 30, deliveriesMost = 3 }: Pick<Scenario, 'lockSeconds' | 'deliveriesMost'>,
): Parts {
  const clock = openSharedClock(folder);
  return {
    clock,
    store: openSqliteStore(folder),
    broker: openSqliteBroker(folder, { lockSeconds, deliveriesMost, now: clock.now }),
  };
}
