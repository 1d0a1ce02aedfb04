// breaks first: by itself one goes home after the other, and the second one sees it
import { crashInFlight, deliver, expire, step, type Schedule } from '#lab';

export const first: Schedule = [];

export const second: Schedule = [
  deliver('m1', 'returns #1'),
  step('returns #1'),
  expire('returns #1'),
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
