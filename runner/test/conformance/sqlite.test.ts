/** The durable store and broker: what must be so is so in each run, wherever faults strike. */
import { expect, test } from 'vitest';
import { runHere } from './here.ts';
import { semantics } from './semantics.ts';

const seeds = 4;
/** As many more, until what must be seen was seen. */
const seedsMost = 60;

test.each(Object.entries(semantics))('%s', async (name, { situation, wrong, sometimes }) => {
  let isSeen = sometimes === undefined;
  const runs = situation.faults ? seeds : 1;
  for (let seed = 1; seed <= runs || (!isSeen && seed <= seedsMost); seed += 1) {
    const outcome = await runHere({ name, ...situation, promises: {} }, seed);
    expect(wrong(outcome), `with seed ${seed}`).toBeUndefined();
    isSeen ||= sometimes?.(outcome) === true;
  }
  expect(isSeen).toBe(true);
});
