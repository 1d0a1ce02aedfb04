// breaks second: the entry is there when it comes again
import { crash, crashInFlight, deliver, step, type Schedule } from '#lab';

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
  step('returns #1'),
  crash('returns #1'),
  deliver('m1', 'returns #2'),
];

export const third: Schedule = [
  deliver('m1', 'stock'),
  step('stock'),
  crashInFlight('stock'),
  deliver('m2', 'stock'),
  step('stock'),
  step('stock'),
];
