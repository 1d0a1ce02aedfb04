import stringWidth from 'string-width';
import { margin, type Screen } from './screen.ts';

/** A line with something at its left end and something at its right, two spaces apart at least. */
export function spread(screen: Screen, left: string, right: string): string {
  const room = screen.columns - margin.length - 1;
  const gap = Math.max(2, room - stringWidth(left) - stringWidth(right));
  return right === '' ? left : `${left}${' '.repeat(gap)}${right}`;
}

/** '1,204'. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** '1 check', '3 checks'. */
export function several(number: number, thing: string, things = `${thing}s`): string {
  return `${count(number)} ${number === 1 ? thing : things}`;
}

/** '0.9 s'. @param ms milliseconds */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Whole minutes, begun ones not counted. @param ms milliseconds */
export function wholeMinutes(ms: number): number {
  return Math.floor(ms / 60_000);
}
