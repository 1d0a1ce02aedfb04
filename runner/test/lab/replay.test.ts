import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explore } from '../../lab/explore.ts';
import { loadProgram } from '../../lab/program.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { execute } from '../../lab/schedule.ts';
import { followingToken, parseToken, type Token } from '../../lab/token.ts';
import { outsidePromises, subjectOf } from './programs.ts';

/** What is there is read, and then written, so that one of two may be lost; the process may crash, too. */
const handler = `let calls = 0;
export async function post({ body }, { store, broker, clock, ids }) {
  calls += 1;
  const found = await store.load('cart');
  await store.commit({ key: 'cart', value: [...(found?.value ?? []), body, calls, clock.now(), ids.next()] });
  await broker.send('jobs', { type: 'Job', body: Math.random() });
  return { status: 200 };
}
export async function work({ body }, { store }) {
  await store.commit({ key: 'job', value: body });
}
`;

/** A script of its own, so that it and nothing else is what the token's hash is made of. */
const script = `
import { explore, slice, storyOf } from 'LAB/explore.js';
import { loadProgram } from 'LAB/program.js';
import { execute } from 'LAB/schedule.js';
import { loadSubject } from 'LAB/subject.js';
import { followingToken, parseToken } from 'LAB/token.js';

const [folder, text] = process.argv.slice(2);
const scenario = {
  name: 'two customers and a worker',
  processes: {
    'web #1': { 'POST /': 'run.ts#post' },
    'web #2': { 'POST /': 'run.ts#post' },
    worker: { 'queue jobs': 'run.ts#work' },
  },
  traffic: {
    ada: (visitor) => visitor.post('/', { to: 'web #1', body: 'tea' }),
    ben: (visitor) => visitor.post('/', { to: 'web #2', body: 'milk' }),
  },
  faults: { crashes: 1 },
  promises: {
    kept: (outcome) => (outcome.document('cart')?.value.length === 8 ? undefined : 'something is lost'),
    told: (outcome) => (outcome.messages('jobs').length === 2 ? undefined : 'a job is missing'),
  },
};
const subject = loadSubject(folder);
if (text) {
  const token = parseToken(text);
  const told = await slice(() => {
    const program = loadProgram(scenario, subject, token);
    return storyOf(program, execute(program, followingToken(token), 'steps'));
  });
  process.stdout.write(JSON.stringify(told, null, 1));
} else {
  const { coverage, broken } = await explore(scenario, subject, { seed: 1, breathe: () => undefined });
  process.stdout.write(JSON.stringify({ coverage, broken: [...broken] }, null, 1));
}
`;

const lab = new URL('../../dist/lab', import.meta.url).href;

/** A process of its own in a folder of its own, with the same subject. */
function inAnotherProcess(token = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'run.ts'), handler);
  const file = join(folder, 'explore.mjs');
  writeFileSync(file, script.replaceAll('LAB', lab));
  return execFileSync(process.execPath, [file, folder, token], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
}

test('another process in another folder explores the same and tells the same, to the byte', () => {
  const told = inAnotherProcess();
  expect(told).toMatch(/"kind": "exhaustive"/);
  expect(told).toMatch(/"so": "something is lost"/);
  expect(inAnotherProcess()).toBe(told);
});

test('a token from one process tells the same story in others', () => {
  const { broken } = JSON.parse(inAnotherProcess()) as {
    broken: [string, { story: { token: string; so: string } }][];
  };
  for (const [promise, { story }] of broken) {
    const replayed = inAnotherProcess(story.token);
    expect(inAnotherProcess(story.token), promise).toBe(replayed);
    const again = JSON.parse(replayed) as { token: string; steps: { text: string }[] };
    expect(again.token).toBe(story.token);
    expect(again.steps.some(({ text }) => text.includes('commit'))).toBe(true);
  }
});

const lostUpdate: Scenario = {
  name: 'two customers',
  processes: { 'web #1': { 'POST /': 'run.ts#post' }, 'web #2': { 'POST /': 'run.ts#post' } },
  traffic: {
    ada: (visitor) => visitor.post('/', { to: 'web #1', body: 'tea' }),
    ben: (visitor) => visitor.post('/', { to: 'web #2', body: 'milk' }),
  },
  faults: { crashes: 1 },
  promises: {
    kept: (outcome) =>
      outcome.document<unknown[]>('cart')?.value.length === 8 ? undefined : 'something is lost',
  },
};

async function tokenFor(source: string): Promise<Token> {
  const { broken } = await explore(lostUpdate, subjectOf({ 'run.ts': source }), {
    seed: 1,
    breathe: () => undefined,
  });
  const token = parseToken(broken.get('kept')!.story!.token);
  if (!('hash' in token)) throw new Error(token.message);
  return token;
}

test('a thousand replays of a token never differ', async () => {
  const token = await tokenFor(handler);
  const subject = subjectOf({ 'run.ts': handler });
  await outsidePromises(() => {
    const program = loadProgram(lostUpdate, subject, token);
    const told = new Set<string>();
    for (let replay = 0; replay < 1_000; replay += 1) {
      const { world } = execute(program, followingToken(token), 'steps');
      told.add(JSON.stringify([world.chronicle.steps, world.documents.all()]));
    }
    expect(told.size).toBe(1);
  });
});

test('when the code has changed, the token says that it no longer fits, or from which step on', async () => {
  const token = await tokenFor(handler);
  const changed = subjectOf({
    'run.ts': 'export async function post() { return { status: 200 }; }',
  });
  await outsidePromises(() => {
    const program = loadProgram(lostUpdate, changed, token);
    expect(() => execute(program, followingToken(token))).toThrow(
      expect.objectContaining({
        misfit: expect.objectContaining({
          code: 'token-misfit',
          message: expect.stringMatching(/beyond step \d+: your code has changed/) as string,
          remedy: expect.stringContaining('kata check') as string,
        }) as unknown,
      }),
    );
  });
});

test.each([
  '',
  '1',
  '1abc',
  '1ABCD0',
  '1abcd!',
  '1abcdz',
  ' 1abcd0',
  '1abcd0 ',
  '1abcd~',
  '1abcd~A',
])('“%s” is no token, and says what to do', (text) => {
  expect(parseToken(text)).toEqual({
    code: 'token-malformed',
    message: `“${text}” is no replay token.`,
    remedy: expect.stringMatching(/^Copy it whole/) as string,
  });
});

test('a token of another version of the lab says so', () => {
  expect(parseToken('0abcd01')).toMatchObject({ code: 'token-outdated' });
});

test('a choice may be beyond the digits, and behind the last one the first move is taken', () => {
  expect(parseToken('1abcd')).toEqual({ hash: 'abcd', choices: [] });
  expect(parseToken('1abcd0yz1zz0')).toEqual({ hash: 'abcd', choices: [0, 34, 36, 70] });
  expect(parseToken('1abcd01~7-0-3')).toEqual({ hash: 'abcd', choices: [0, 1], input: '7-0-3' });
});
