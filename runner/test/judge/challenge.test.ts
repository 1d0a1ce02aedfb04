/** Exercises in which a schedule is written, from the hidden test to the judgement. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJudge } from '../../src/adapters/judge/judge.ts';
import { readCatalogue } from '../../src/adapters/workshop.ts';
import { miniWorkshop } from '../workshop.ts';

const program = resolve(import.meta.dirname, '../../dist/src/adapters/judge/host.js');

const hidden = `
import { challenge } from '#lab';
const votes = {
  given: {},
  processes: { 'web #1': { 'POST /vote': 'tally.ts#vote' }, 'web #2': { 'POST /vote': 'tally.ts#vote' } },
  traffic: {
    ada: (browser) => browser.post('/vote', { to: 'web #1' }),
    ben: (browser) => browser.post('/vote', { to: 'web #2' }),
  },
};
challenge(
  {
    ...votes,
    promise: 'every-vote-counts',
    schedule: 'schedules.ts#lost',
    name: 'two votes at once',
    wrong: (outcome) => {
      const tally = outcome.document('tally')?.value;
      return tally === 2 ? undefined : \`2 votes were cast, and the tally says \${tally}\`;
    },
  },
  {
    ...votes,
    promise: 'voters-are-answered',
    schedule: 'schedules.ts#alone',
    name: 'two voters',
    faults: { crashes: 1 },
    wrong: (outcome) => (outcome.answers().length === 2 ? undefined : 'a voter was left alone'),
  },
);
`;

/** Judges the starter with these schedules, and replays tokens of theirs. */
function bench() {
  const { root } = miniWorkshop();
  const exercise = readCatalogue(root).find(({ name }) => name === 'tally')!;
  const judge = openJudge({ root, system: process, program });
  onTestFinished(() => judge.close());
  const { starter } = exercise.folders;
  writeFileSync(join(exercise.folders.hidden, 'tally.test.ts'), hidden);
  const write = (schedules: string): void =>
    writeFileSync(
      join(starter, 'schedules.ts'),
      `import { crash, deliver, step, type Schedule } from '#lab';\n${schedules}`,
    );
  return {
    write,
    judged: async (schedules: string) => {
      write(schedules);
      return judge.judge(exercise, starter);
    },
    replayed: (token: string) => judge.replay(exercise, starter, token),
  };
}

const alone = `export const alone: Schedule = [step('ada'), crash('web #1')];`;
const lost = `export const lost: Schedule = [step('ada'), step('web #1'), step('ben')];`;

test('schedules that break what they are to break pass, with the fewest steps beside them', async () => {
  const { judged, replayed } = bench();
  const longer = lost.replace("step('ben')", "step('ben'), step('web #2'), step('web #2')");
  const { passed, promises, coverage } = await judged(`${longer}\n${alone}`);
  expect(passed).toBe(true);
  expect(promises).toMatchObject([
    {
      promise: 'every-vote-counts',
      holds: true,
      unit: 'attack',
      story: { so: '2 votes were cast, and the tally says 1', byItself: 5 },
      attack: { steps: 5, fewest: { steps: 3, isCertain: true } },
    },
    {
      promise: 'voters-are-answered',
      holds: true,
      attack: { steps: 2, fewest: { steps: 2, isCertain: true } },
    },
  ]);
  expect(coverage).toMatchObject([
    { unit: 'attack', kind: 'exhaustive', bounds: [] },
    { unit: 'attack', kind: 'exhaustive', bounds: [{ fault: 'crash', atMost: 1 }] },
  ]);

  const replays = await Promise.all(promises.map(({ story }) => replayed(story!.token!)));
  expect(replays).toMatchObject([
    { isAttack: true, broken: [{ promise: 'every-vote-counts' }] },
    { isAttack: true, broken: [{ promise: 'voters-are-answered' }] },
  ]);
});

test('a step that is not possible is told with its line, and what is possible with it', async () => {
  const { judged } = bench();
  const early = `export const lost: Schedule = [\n  step('ada'),\n  deliver('m1', 'web #1'),\n];`;
  const { passed, promises, coverage } = await judged(`${early}\n${alone}`);
  expect(passed).toBe(false);
  expect(coverage).toHaveLength(1);
  expect(promises[0]).toMatchObject({
    holds: false,
    brokenIn: 1,
    tried: 1,
    story: { steps: [{ event: 0, from: 'ada', to: 'web #1' }] },
    attack: {
      steps: 2,
      refused: {
        number: 2,
        step: "deliver('m1', 'web #1')",
        at: { file: 'schedules.ts', line: 4, column: 3 },
      },
      possible: [
        { step: "step('web #1')", does: 'load tally' },
        { step: "step('ben')", does: 'POST /vote' },
      ],
    },
  });
  expect(promises[0]?.story).not.toHaveProperty('byItself');
});

test.each([
  ['is not there', 'export const other: Schedule = [];'],
  ['is no list', 'export const lost = 7;'],
  ['is a list of something else', "export const lost = ['step'];"],
])('a schedule that %s is asked for by its name', async (_, schedules) => {
  const { judged } = bench();
  await expect(judged(`${schedules}\n${alone}`)).rejects.toMatchObject({
    code: 'export-missing',
    message: expect.stringContaining('schedules.ts does not export a schedule lost'),
  });
});
