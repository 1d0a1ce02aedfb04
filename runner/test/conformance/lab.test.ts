/** The simulated store and broker: what must be so is so in every schedule. */
import { expect, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { loadSubject } from '../../lab/subject.ts';
import { semantics } from './semantics.ts';

test.each(Object.entries(semantics))('%s', async (name, { situation, wrong, sometimes }) => {
  const scenario = {
    name,
    ...situation,
    promises: { wrong },
    ...(sometimes && { sometimes: { sometimes } }),
  };
  const options = { seed: 1, breathe: () => undefined };
  const { broken, coverage } = await explore(scenario, loadSubject(import.meta.dirname), options);
  expect(broken.get('wrong')).toMatchObject({ count: 0 });
  expect(coverage.kind).toBe('exhaustive');
  for (const { seen } of coverage.goals) expect(seen).toBeGreaterThan(0);
});
