/** What is compared with what, and how many times more it may take, or must. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkbench } from '../src/adapters/workbench.ts';
import { readCatalogue } from '../src/adapters/workshop.ts';
import type { Exercise } from '../src/domain/exercise.ts';
import { isByChance, type Judgement } from '../src/domain/judgement.ts';
import { kata, outputOf, start, timeOf, vitest, type Workshop } from './workshop.ts';

export interface Row {
  readonly name: string;
  readonly bound: 'at most' | 'at least';
  readonly target: number;
  readonly pairs: number;
  open(): Promise<Sides>;
}

/** Each gives the time it took, in ms, or whatever else is compared. */
export interface Sides {
  ours(): Promise<number>;
  theirs(): Promise<number>;
  close?(): Promise<void>;
}

export function rows(workshop: Workshop): readonly Row[] {
  const nothing = () => timeOf(workshop, ['-e', '0']);
  return [
    {
      name: 'kata --help / node -e 0',
      bound: 'at most',
      target: 1.5,
      pairs: 25,
      open: async () => ({ ours: () => timeOf(workshop, kata('--help')), theirs: nothing }),
    },
    {
      name: 'kata status / node -e 0',
      bound: 'at most',
      target: 2,
      pairs: 25,
      open: async () => ({ ours: () => timeOf(workshop, kata('status')), theirs: nothing }),
    },
    {
      name: 'kata check, solved / vitest run of one empty test',
      bound: 'at most',
      target: 2.5,
      pairs: 9,
      open: () => checkAndEmptyTest(workshop),
    },
    {
      name: 'kata check of the solved model / vitest run of one empty test',
      bound: 'at most',
      target: 4,
      pairs: 9,
      open: () => modelAndEmptyTest(workshop),
    },
    {
      name: 'save to verdict in kata watch / cold kata check',
      bound: 'at most',
      target: 0.35,
      pairs: 9,
      open: () => watchAndCheck(workshop),
    },
    {
      name: 'kata dev check / vitest run of the same hidden tests',
      bound: 'at most',
      target: 1.5,
      pairs: 3,
      open: () => devCheckAndHiddenTests(workshop),
    },
  ];
}

async function checkAndEmptyTest(workshop: Workshop): Promise<Sides> {
  return {
    ours: () => timeOf(workshop, kata('check')),
    theirs: emptyTest(workshop),
  };
}

/** The verdict is exhaustive over all states, and Quint is loaded for it. */
async function modelAndEmptyTest(workshop: Workshop): Promise<Sides> {
  const model = readCatalogue(workshop.root).find(({ entry }) => entry.endsWith('.qnt'));
  if (!model) throw new Error('no exercise is about a model');
  await timeOf(workshop, kata('goto', model.name));
  await timeOf(workshop, kata('solution', '--apply', '--yes'));
  return {
    ours: () => timeOf(workshop, kata('check', model.name)),
    theirs: emptyTest(workshop),
    close: async () => void (await timeOf(workshop, kata('goto', workshop.first))),
  };
}

function emptyTest(workshop: Workshop): () => Promise<number> {
  const folder = join(workshop.root, 'empty');
  mkdirSync(folder, { recursive: true });
  const text = "import { test } from 'vitest';\ntest('nothing', () => {});\n";
  writeFileSync(join(folder, 'empty.test.ts'), text);
  return () => timeOf(workshop, vitest('--root', folder));
}

/** From the moment before the file is written to the moment when the whole verdict can be read. */
async function watchAndCheck(workshop: Workshop): Promise<Sides> {
  const exercise = exerciseOf(workshop);
  const file = join(exercise.folders.workspace, exercise.entry);
  const solved = readFileSync(file, 'utf8');
  const watch = start(workshop.root, kata('watch'));
  let printed = '';
  let saves = 0;
  watch.stdout.on('data', (text: string) => (printed += text));
  const ended = once(watch, 'exit').then(() => {
    throw new Error('kata watch ended');
  });
  // Waited for only while something is measured; its end at the close is expected.
  ended.catch(() => {});

  async function verdict(): Promise<void> {
    // A verdict is one block of text, and an empty line ends it.
    while (!printed.endsWith('\n\n')) await Promise.race([once(watch.stdout, 'data'), ended]);
    if (!printed.includes('✓') || printed.includes('✗')) throw new Error(printed);
  }

  await verdict();
  return {
    async ours() {
      printed = '';
      saves += 1;
      const savedAt = performance.now();
      writeFileSync(file, `${solved}// save ${saves}\n`);
      await verdict();
      return performance.now() - savedAt;
    },
    theirs: () => timeOf(workshop, kata('check')),
    async close() {
      watch.stdin.end();
      await once(watch, 'exit');
    },
  };
}

/**
 * `kata dev check` judges each exercise's starter, its solution and its variants, and the starter again
 * to see that the verdict depends on the code alone. It is compared with one run of vitest that runs the
 * hidden tests of the same exercises on the same folders as many times, as its own user would start it:
 * with vitest's defaults, and without the type check that kata adds. The lab is loaded as it is in both.
 */
async function devCheckAndHiddenTests(workshop: Workshop): Promise<Sides> {
  const folder = join(workshop.root, 'hidden');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'vitest.config.js'),
    `export default { test: { globals: true, server: { deps: { external: [/\\/runner\\/dist\\//] } } } };\n`,
  );
  let runs = 0;
  for (const exercise of readCatalogue(workshop.root)) {
    const bench = await openWorkbench(join(folder, exercise.id)).open(exercise);
    const { starter, solution } = exercise.folders;
    const again = Array.from({ length: await repetitions(workshop, exercise) }, () => starter);
    const variants = [...bench.wrong, ...bench.right].map((variant) => variant.folder);
    for (const subject of [starter, ...again, solution, ...variants]) {
      runs += 1;
      writeFileSync(join(folder, `${runs}.test.ts`), hiddenTestsOn(subject, exercise));
    }
  }
  const report = join(folder, 'report.json');
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  return {
    ours: () => timeOf(workshop, kata('dev', 'check')),
    async theirs() {
      // Starters and wrong variants fail, which is their purpose.
      const took = await timeOf(workshop, vitest('--root', folder, ...reporting), 1);
      const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
        testResults: readonly { assertionResults: readonly unknown[] }[];
      };
      const ran = testResults.filter(({ assertionResults }) => assertionResults.length > 0);
      if (ran.length !== runs) throw new Error(`vitest ran ${ran.length} of ${runs} tests`);
      return took;
    },
  };
}

/** How often `kata dev check` judges the starter again: with 20 seeds where the search is by chance. */
async function repetitions(workshop: Workshop, { name }: Exercise): Promise<number> {
  await timeOf(workshop, kata('goto', name));
  const printed = await outputOf(workshop, kata('check', name, '--json'));
  const { coverage } = JSON.parse(printed) as Judgement;
  return coverage.some(isByChance) ? 20 : 2;
}

/** A test file that runs an exercise's hidden tests on one folder. */
function hiddenTestsOn(subject: string, { folders }: Exercise): string {
  const tests = readdirSync(folders.hidden).filter((file) => file.endsWith('.test.ts'));
  return [
    `process.env.KATA_SUBJECT = ${JSON.stringify(subject)};`,
    ...tests.map((file) => `await import(${JSON.stringify(join(folders.hidden, file))});`),
    '',
  ].join('\n');
}

function exerciseOf({ root, first }: Workshop): Exercise {
  const exercise = readCatalogue(root).find(({ id }) => id === first);
  if (exercise === undefined) throw new Error(`${first} is not in the catalogue`);
  return exercise;
}
