// differs: second is broken by a crash, and no lock expires
import { arrive, crashInFlight, deliver, step, type Schedule } from '#lab';

export const first: Schedule = [
  deliver('m1', 'support #1'),
  step('support #1'),
  step('support #1'),
  deliver('m2', 'support #2'),
];

export const second: Schedule = [
  deliver('m1', 'returns #1'),
  step('returns #1'),
  step('returns #1'),
  crashInFlight('returns #1'),
  deliver('m1', 'returns #2'),
  step('returns #2'),
  arrive('returns #1'),
];

export const third: Schedule = [
  deliver('m1', 'stock'),
  step('stock'),
  crashInFlight('stock'),
  deliver('m2', 'stock'),
  step('stock'),
  step('stock'),
];
