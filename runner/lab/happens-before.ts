/** Which events of an execution could only come after which: its happens-before relation. */
import type { Footprint } from './footprint.ts';

export interface Happened {
  readonly footprint: Footprint;
  /** The events without which it could not have happened; negative ones mean the beginning. */
  readonly causes: readonly number[];
  /** It came after everything before it. */
  readonly barrier: boolean;
}

export interface HappensBefore {
  /** Whether event a happens before event b. */
  before(a: number, b: number): boolean;
  /**
   * The events that race with b: dependent on it, with nothing between them, and the two could have come
   * in the other order.
   */
  racesWith(b: number): readonly number[];
}

export function happensBefore(events: readonly Happened[]): HappensBefore {
  const words = Math.ceil(events.length / 32);
  const rows = new Uint32Array(events.length * words);
  const direct: number[][] = [];
  const lastWrites: number[] = [];
  const readsSince: number[][] = [];

  const has = (row: number, event: number): boolean =>
    ((rows[row * words + (event >> 5)]! >>> (event & 31)) & 1) === 1;
  const follow = (event: number, earlier: number): void => {
    for (let word = 0; word < words; word += 1) {
      rows[event * words + word]! |= rows[earlier * words + word]!;
    }
    rows[event * words + (earlier >> 5)]! |= 1 << (earlier & 31);
  };

  for (const [event, { footprint, causes, barrier }] of events.entries()) {
    for (const cause of causes) if (cause >= 0) follow(event, cause);
    if (barrier) for (let earlier = 0; earlier < event; earlier += 1) follow(event, earlier);
    const conflicts: number[] = [];
    for (const touched of footprint) {
      const resource = touched >> 1;
      const lastWrite = lastWrites[resource];
      if (lastWrite !== undefined && lastWrite !== event) conflicts.push(lastWrite);
      if ((touched & 1) === 1) {
        for (const reader of readsSince[resource] ?? []) {
          if (reader !== event) conflicts.push(reader);
        }
      }
    }
    for (const earlier of conflicts) follow(event, earlier);
    direct.push(conflicts);
    for (const touched of footprint) {
      const resource = touched >> 1;
      if ((touched & 1) === 1) {
        lastWrites[resource] = event;
        readsSince[resource] = [];
      } else (readsSince[resource] ??= []).push(event);
    }
  }

  return {
    before: (a, b) => has(b, a),
    racesWith(b) {
      const { causes, barrier } = events[b]!;
      if (barrier) return [];
      const conflicts = direct[b]!;
      return conflicts.filter(
        (a, index) =>
          conflicts.indexOf(a) === index &&
          !causes.some((cause) => cause === a || (cause >= 0 && has(cause, a))) &&
          !conflicts.some((other) => other !== a && has(other, a)),
      );
    },
  };
}
