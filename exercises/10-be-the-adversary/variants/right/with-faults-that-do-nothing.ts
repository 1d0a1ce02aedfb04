// differs: crashes and copies that are not needed
import { crash, crashInFlight, deliver, duplicate, expire, step, type Schedule } from '#lab';

export const first: Schedule = [
  deliver('m1', 'support #1'),
  crash('support #1'),
  deliver('m1', 'support #1'),
  step('support #1'),
  step('support #1'),
  deliver('m2', 'support #2'),
];

export const second: Schedule = [
  deliver('m1', 'returns #1'),
  step('returns #1'),
  expire('returns #1'),
  deliver('m1', 'returns #2'),
  step('returns #2'),
  step('returns #2'),
  step('returns #2'),
  duplicate('m1'),
];

export const third: Schedule = [
  deliver('m1', 'stock'),
  expire('stock'),
  step('stock'),
  crashInFlight('stock'),
  deliver('m2', 'stock'),
  step('stock'),
  step('stock'),
];
