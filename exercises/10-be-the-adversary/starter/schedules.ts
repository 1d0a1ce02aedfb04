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

/** For first.ts. An example so far: ada’s message, up to the moment in which she is about to go home. */
export const first: Schedule = [
  deliver('m1', 'support #1'), // its code runs up to its first call, and waits there
  step('support #1'), // load agent-ada takes effect
  step('support #1'), // load agent-ben takes effect
];

/** For second.ts. */
export const second: Schedule = [];

/** For third.ts. */
export const third: Schedule = [];
