/**
 * How quick kata and its lab are, as ratios to something known on the same machine: npm run bench, or with `-- --json`.
 * Both sides of a ratio are taken in turns (A B A B …), so that whatever else the machine does weighs on
 * both, and the ratio is the median over these pairs. Nothing of the repository is written to: it all
 * happens in a copy.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labRows } from './lab.ts';
import { queueRows } from './queues.ts';
import { rows, type Row } from './rows.ts';
import { layOut } from './workshop.ts';

interface Measured {
  readonly name: string;
  /** How much longer, or more, one is than the other. */
  readonly ratio: number;
  readonly bound: Row['bound'];
  readonly target: number;
  readonly holds: boolean;
}

const asJson = process.argv.includes('--json');
const root = realpathSync(mkdtempSync(join(tmpdir(), 'kata-bench-')));
try {
  const measured: Measured[] = [];
  for (const row of [...labRows, ...queueRows, ...rows(await layOut(root))]) {
    const result = await measure(row);
    measured.push(result);
    if (!asJson) console.log(line(result));
  }
  if (asJson) console.log(JSON.stringify(measured, null, 2));
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function measure({ name, bound, target, pairs, open }: Row): Promise<Measured> {
  const { ours, theirs, close } = await open();
  try {
    // The first of each warms the disk's cache and is not counted.
    await ours();
    await theirs();
    const ratios: number[] = [];
    for (let pair = 0; pair < pairs; pair++) ratios.push((await ours()) / (await theirs()));
    const ratio = Number(median(ratios).toFixed(3));
    const holds = bound === 'at most' ? ratio <= target : ratio >= target;
    return { name, ratio, bound, target, holds };
  } finally {
    await close?.();
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function line({ name, ratio, bound, target, holds }: Measured): string {
  const result = `${ratio.toFixed(2)}×`.padStart(6);
  return `${name.padEnd(62)} ${result}  ${bound} ${target}×  ${holds ? 'holds' : 'does not hold'}`;
}
