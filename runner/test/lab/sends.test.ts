import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { loadSubject } from '../../lab/subject.ts';

test('who sent a message belongs to the story of a promise about messages', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kata-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'run.ts'),
    `export async function handle(request, { broker }) {
      await broker.send('parcels', { type: 'Pack', body: {} });
      return { status: 200 };
    }`,
  );
  const { broken } = await explore(
    {
      name: 'one click',
      processes: { web: { 'POST /pack': 'run.ts#handle' } },
      traffic: { customer: (browser) => browser.post('/pack', { to: 'web' }) },
      promises: {
        nothing: (outcome) => (outcome.messages('parcels').length > 0 ? 'one is sent' : undefined),
      },
    },
    loadSubject(folder),
    { seed: 1, breathe: () => undefined },
  );
  const steps = broken.get('nothing')?.story?.steps ?? [];
  expect(steps.map(({ text }) => text)).toEqual(['POST /pack', 'send Pack', '200']);
});
