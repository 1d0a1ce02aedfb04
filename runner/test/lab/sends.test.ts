import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { loadSubject } from '../../lab/subject.ts';

/** Sends a letter that nobody takes up, and one to another queue. */
const code = `
export async function handle({ messageId }, { broker }) {
  await broker.send('mail', { messageId: 'letter-' + messageId, type: 'SendLetter', body: null });
  await broker.send('attic', { messageId: 'note-' + messageId, type: 'Note', body: null });
}
`;

test('a message that nobody takes up belongs to the story of a promise that looks at its queue', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kata-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'run.ts'), code);
  const { broken } = await explore(
    {
      name: 'one message',
      queued: { q: [{ type: 'Do', body: null }] },
      processes: { 'worker #1': { 'queue q': 'run.ts#handle' } },
      promises: {
        silent: (outcome) =>
          outcome.messages('mail').length > 0 ? 'a letter was sent' : undefined,
      },
    },
    loadSubject(folder),
    { seed: 1, breathe: () => undefined },
  );
  const texts = broken.get('silent')?.story?.steps.map(({ text }) => text);
  expect(texts).toEqual(['Do m1', 'send SendLetter']);
});
