import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkbench } from '../../src/adapters/workbench.ts';
import type { Exercise } from '../../src/domain/exercise.ts';

test('a variant stands in for one file, beside the solution’s others, or for several', async () => {
  const root = mkdtempSync(join(tmpdir(), 'kata-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const write = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  };
  for (const folder of ['starter', 'solution']) {
    write(`${folder}/hearts.ts`);
    write(`${folder}/orders.ts`);
  }
  write('variants/wrong/debounced.ts');
  write('variants/wrong/overwritten.orders.ts');
  write('variants/wrong/unlike/hearts.ts');
  write('variants/wrong/unlike/orders.ts');
  const folders = {
    starter: join(root, 'starter'),
    solution: join(root, 'solution'),
    variants: join(root, 'variants'),
  };
  const exercise = { id: '05-hearts', entry: 'hearts.ts', folders } as Exercise;

  const bench = await openWorkbench(join(root, 'bench')).open(exercise);
  const laidOut = bench.wrong.map(({ name, folder }) => [
    name,
    readFileSync(join(folder, 'hearts.ts'), 'utf8'),
    readFileSync(join(folder, 'orders.ts'), 'utf8'),
  ]);
  expect(laidOut).toEqual([
    ['debounced', 'variants/wrong/debounced.ts', 'solution/orders.ts'],
    ['overwritten.orders', 'solution/hearts.ts', 'variants/wrong/overwritten.orders.ts'],
    ['unlike', 'variants/wrong/unlike/hearts.ts', 'variants/wrong/unlike/orders.ts'],
  ]);
});
