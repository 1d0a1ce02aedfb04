// differs: made by functions, as any list can be
import { crashInFlight, deliver, expire, step, type Schedule } from '#lab';

function started(message: string, process: string, steps: number): Schedule {
  return [deliver(message, process), ...Array.from({ length: steps }, () => step(process))];
}

export const first: Schedule = [
  ...started('m1', 'support #1', 2),
  ...started('m2', 'support #2', 2),
];

export const second: Schedule = [
  ...started('m1', 'returns #1', 1),
  expire('returns #1'),
  ...started('m1', 'returns #2', 3),
];

export const third: Schedule = [
  ...started('m1', 'stock', 1),
  crashInFlight('stock'),
  ...started('m2', 'stock', 3),
];
