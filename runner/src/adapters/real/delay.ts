/** How long a broker takes to deliver: no broker promises an order, or a time. */

/** How likely a message is late. */
const share = 0.25;
/** Enough for all that goes on at the same time to come first. In ms. */
const most = 100;

/** @returns in ms; 0: it is not late */
export function delayOf(chance: () => number): number {
  return chance() < share ? 1 + Math.floor(chance() * most) : 0;
}
