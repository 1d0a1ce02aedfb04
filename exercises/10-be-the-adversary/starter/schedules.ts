import {
  arrive,
  crash,
  crashInFlight,
  deliver,
  duplicate,
  expire,
  step,
  type Schedule,
} from '#lab';

/** For first.ts. So far an example: every step is possible, and nothing is broken yet. */
export const first: Schedule = [
  deliver('m1', 'support #1'), // its code runs up to its first call, and waits there
  step('support #1'), // load agent-ada takes effect, and it waits at its next call
];

/** For second.ts. */
export const second: Schedule = [];

/** For third.ts. */
export const third: Schedule = [];
