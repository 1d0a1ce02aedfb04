import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import type { Outcome } from '../../lab/scenario.ts';
import { loadSubject } from '../../lab/subject.ts';

/** Two messages write a document each, on the condition that a third, shared one has not changed. */
const code = `
export async function handle({ body, messageId }, { store }) {
  const shared = await store.load('shared');
  try {
    await store.commit(
      { key: 'own-' + messageId, value: body },
      { key: 'shared', value: body, ifVersion: shared.version },
    );
  } catch {}
}
`;

const looks: Readonly<Record<string, (outcome: Outcome) => unknown>> = {
  'by its key': (outcome) => outcome.document('own-m1'),
  'among all that begin so': (outcome) =>
    outcome.documents('own-').find(({ key }) => key === 'own-m1'),
};

test.each(Object.keys(looks))('a refused commit is told with what is missing %s', async (how) => {
  const folder = mkdtempSync(join(tmpdir(), 'kata-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'run.ts'), code);
  const worker = { 'queue q': 'run.ts#handle' };
  const { broken } = await explore(
    {
      name: 'two messages',
      given: { shared: 0 },
      queued: { q: [1, 2].map((body) => ({ type: 'Do', body })) },
      processes: { 'worker #1': worker, 'worker #2': worker },
      promises: {
        written: (outcome) => (looks[how]?.(outcome) ? undefined : 'own-m1 is not there'),
      },
    },
    loadSubject(folder),
    { seed: 1, breathe: () => undefined },
  );
  const steps = broken.get('written')?.story?.steps ?? [];
  expect(steps.map((step) => ('effect' in step ? step.effect : undefined))).toContain(
    'refused: shared is v2 value 2, not v1',
  );
});
