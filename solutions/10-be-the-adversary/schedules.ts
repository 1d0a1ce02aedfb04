import { crashInFlight, deliver, expire, step, type Schedule } from '#lab';

/** For first.ts: both have looked before either goes. */
export const first: Schedule = [
  deliver('m1', 'support #1'), // its code runs up to its first call, and waits there
  step('support #1'), // load agent-ada takes effect
  step('support #1'), // load agent-ben takes effect
  deliver('m2', 'support #2'), // ben sees her on duty still, and goes; then her commit
];

/** For second.ts: the second delivery does everything between the two loads of the first. */
export const second: Schedule = [
  deliver('m1', 'returns #1'),
  step('returns #1'), // load return-7: not there
  expire('returns #1'), // so that m1 can be delivered while it goes on
  deliver('m1', 'returns #2'),
];

/** For third.ts: the commit arrives when another box was counted. */
export const third: Schedule = [
  deliver('m1', 'stock'),
  step('stock'), // load stock-xl: 10
  crashInFlight('stock'), // its commit says 15, and m1
  deliver('m2', 'stock'),
  step('stock'), // load stock-xl: 10 still
  step('stock'), // its commit says 13, and m2; then the other one arrives
];
