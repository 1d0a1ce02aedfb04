/** The progress log in .kata/progress.db. */
import type { Clock, ProgressLog } from '../domain/ports.ts';
import type { Fact, NewFact } from '../domain/progress.ts';
import { openFacts } from './facts.ts';

export interface Opened {
  readonly log: ProgressLog;
  /** Says what was kept aside and why, when the file could not be used. */
  readonly notice: string | undefined;
}

/** @throws KataError native-sqlite when the native module does not load, read-only, disk-full */
export function openProgressLog(file: string, clock: Clock): Opened {
  const { facts, notice } = openFacts(file, clock);
  return {
    log: {
      facts: () =>
        facts.rows().map(({ id, at, subject, kind, detail }) => {
          return { ...detail, id, at, exercise: subject, kind } as Fact;
        }),
      record(fact: NewFact): Fact {
        const { exercise, kind, ...detail } = fact;
        const { id, at } = facts.add({ at: clock.now(), subject: exercise, kind, detail });
        return { ...fact, id, at };
      },
      close: () => facts.close(),
    },
    notice: notice && `The progress file ${notice} Your work in workspace/ is untouched.`,
  };
}
