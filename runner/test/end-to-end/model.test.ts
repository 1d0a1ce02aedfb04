import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { miniWorkshop, type MiniWorkshop, type Ran } from '../workshop.ts';

const repository = resolve(import.meta.dirname, '../../..');
const id = '12-model-check';

interface ModelWorkshop extends MiniWorkshop {
  /** Puts something else in the learner's model. */
  edit(from: string, to: string, file?: string): void;
}

/** A workshop with exercise 12, laid out. */
async function modelWorkshop(): Promise<ModelWorkshop> {
  const workshop = miniWorkshop();
  for (const folder of ['exercises', 'solutions']) {
    cpSync(join(repository, folder, id), join(workshop.root, folder, id), { recursive: true });
  }
  expect(await workshop.kata('goto 12')).toMatchObject({ exitCode: 0 });
  return {
    ...workshop,
    edit(from, to, file = 'inbox-outbox.qnt') {
      const path = join(workshop.workspace(id), file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
    },
  };
}

const theInvariant =
  'val nothingForgotten = messages.forall(m => queue.get(m) == "completed" implies topic.contains(m))';

function expectRefused(ran: Ran, says: RegExp, exitCode = 2): void {
  expect(ran).toMatchObject({ exitCode, stdout: '' });
  expect(ran.stderr.replaceAll(/\s+/g, ' ')).toMatch(says);
  expect(ran.stderr).toMatch(/^ +→ \S/m);
}

test('a check of a model: the way to the wrong state as a story, in the lines of the learner’s file', async () => {
  const { kata } = await modelWorkshop();
  const { exitCode, stdout } = await kata('check');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ No message ends like that customer’s');
  expect(stdout).toMatch(/broken in \d+ of 516 states; the simplest has 6 steps/);
  expect(stdout).toContain('7 of 7 models with a fault are not noticed');
  expect(stdout).toMatch(/payments #1 {2}queue {2}store .* inbox-outbox\.qnt/);
  expect(stdout).toMatch(/✖ .* crash: queue m1 → waiting/);
  expect(stdout).toMatch(/commit: booked m1 → 1, inbox \+ m1 +:\d+/);
  expect(stdout).toContain('again  kata model');
});

test('the solution: all reachable states, by their number and depth', async () => {
  const { kata } = await modelWorkshop();
  await kata('solution --apply --yes');
  const { exitCode, stdout } = await kata('check');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/two workers and one message: 136 states, up to 12\s+steps/);
  expect(stdout).toMatch(/one worker and two messages: 205 states, up to 13\s+steps/);
});

test('kata model: every invariant of the file, and what it does not say yet', async () => {
  const { kata } = await modelWorkshop();
  const { exitCode, stdout } = await kata('model');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('✓ bookedOnce');
  expect(stdout).toContain('• nothingForgotten is written as true, so it says nothing yet');
  expect(stdout).toMatch(/all reachable states: 5,475 states, up to 22 steps/);
});

test('kata model: once the invariant says it, the nearest state in which it is false', async () => {
  const { kata, edit, root } = await modelWorkshop();
  edit('val nothingForgotten = true', theInvariant);
  const { exitCode, stdout } = await kata(
    'model --invariant nothingForgotten --itf trace.itf.json',
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /✗ nothingForgotten is false in \d+ of \d,\d+ states, the nearest 6 steps/,
  );
  expect(stdout).not.toContain('bookedOnce');
  expect(stdout).toMatch(/^ +topic {2}Set\(\)$/m);
  expect(stdout).toContain('The trace is in trace.itf.json.');
  const written = JSON.parse(readFileSync(join(root, 'trace.itf.json'), 'utf8'));
  expect(written['#meta']).toMatchObject({ format: 'ITF', status: 'violation' });
  expect(written.states).toHaveLength(7);
});

test('kata model --itf -, and --json: one document on stdout', async () => {
  const { kata } = await modelWorkshop();
  const itf = await kata('model --itf -');
  expect(JSON.parse(itf.stdout)).toMatchObject({ '#meta': { status: 'ok' } });
  expect(JSON.parse(itf.stdout).states).toHaveLength(23);
  const json = await kata('model --json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    file: 'inbox-outbox.qnt',
    reached: { how: 'explored', kind: 'exhaustive', states: 5_475, depth: 22 },
    invariants: [{ name: 'bookedOnce', holds: true }, { name: 'noGhosts' }, { saysNothing: true }],
  });
});

test('kata model --sample: the same seed, the same traces', async () => {
  const { kata } = await modelWorkshop();
  const json = async (seed: number) => {
    const { stdout } = await kata(`model --sample 20 --seed ${seed} --json`);
    return JSON.parse(stdout);
  };
  const { durationMs: _, ...first } = await json(3);
  expect(first.reached).toMatchObject({ how: 'sampled', traces: 20, seed: 3 });
  expect(await json(3)).toMatchObject(first);
  expect((await json(4)).trace).not.toEqual(first.trace);
});

test('a model anywhere, named by its file', async () => {
  const { kata, root } = miniWorkshop();
  writeFileSync(
    join(root, 'clock.qnt'),
    "module clock {\n  var hour: int\n  action init = hour' = 1\n  action step = hour' = hour % 12 + 1\n}\n",
  );
  const { exitCode, stdout } = await kata('model clock.qnt');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('The module has no boolean val');
  expect(stdout).toMatch(/12 states, up to 11 steps/);
});

test('what is wrong in the model is told like a type error, by both commands', async () => {
  const { kata, edit } = await modelWorkshop();
  edit('isAt(w, "clear")', 'isAt(w, clear)');
  for (const words of ['check', 'model']) {
    const ran = await kata(words);
    expectRefused(ran, /inbox-outbox\.qnt:\d+:\d+ Nothing here is named clear\./);
    expect(ran.stderr).toMatch(/^ +\d+ \| +isAt\(w, clear\),$/m);
  }
});

test('a check says what it misses: a name, an untouched system.qnt, the file itself', async () => {
  const { kata, edit, workspace } = await modelWorkshop();
  edit('action work(', 'action working(');
  edit('oneOf() work(w)', 'oneOf() working(w)');
  expectRefused(await kata('check'), /inbox-outbox\.qnt has no work, which the check needs/);
  await kata('reset');
  edit('module inboxOutbox', 'module outbox');
  expectRefused(await kata('check'), /inbox-outbox\.qnt has no inboxOutbox, which the check needs/);
  await kata('reset');
  edit(
    'action crash(w: Worker): bool = all {',
    'action crash(w: Worker): bool = all {\n    false,',
    'system.qnt',
  );
  expectRefused(await kata('check'), /system\.qnt was changed\. It is there to be read/);
  await kata('reset');
  rmSync(join(workspace(id), 'inbox-outbox.qnt'));
  expectRefused(await kata('check'), /inbox-outbox\.qnt is missing/, 3);
});

test('a model that grows without end is refused, and not called right', async () => {
  const { kata, edit } = await modelWorkshop();
  edit('if (store.inbox.contains(m)) goOn', 'if (false) goOn');
  edit('times => times + 1', 'times => times - 1');
  expectRefused(await kata('check'), /two workers and one message has more than 10,000 states/);
});

test('what cannot be done is said: no such file, no number, a seed for nothing, nothing to replay', async () => {
  const { kata } = await modelWorkshop();
  expectRefused(await kata('model nowhere.qnt'), /There is no model .*nowhere\.qnt/);
  expectRefused(await kata('model --sample many'), /--sample takes a whole number/);
  expectRefused(await kata('model --seed 3'), /without --sample nothing is/);
  expectRefused(await kata('model --invariant nothing'), /has no val nothing/);
  expectRefused(await kata('replay'), /has no schedules to replay/);
  expectRefused(await kata('replay 12.1abc'), /has no schedules to replay/);
  const { kata: elsewhere } = miniWorkshop();
  expectRefused(await elsewhere('model'), /No exercise here is about a model/);
});

test('kata model --tlc: what to install, where Java or TLC is missing', async () => {
  const { kata, root } = await modelWorkshop();
  const env = {
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
    PATH: root,
    JAVA_HOME: '',
    TLA2TOOLS_JAR: join(root, 'none.jar'),
  };
  const ran = await kata('model --tlc', { env, extendEnv: false });
  expectRefused(ran, /Java is not on the PATH, and tla2tools\.jar is not in any usual place/, 3);
  expect(ran.stderr).toContain('github.com/tlaplus/tlaplus/releases');
});

test.skipIf(process.platform === 'win32')(
  'kata model --tlc: TLC reads the solution’s twin, its verdict is the command’s',
  async () => {
    const { kata, root } = await modelWorkshop();
    const jar = join(root, 'tla2tools.jar');
    writeFileSync(jar, '');
    const java = join(root, 'java');
    // In place of Java, a program that says what it was asked for, and in which folder.
    writeFileSync(java, '#!/bin/sh\necho "$PWD: $*"\nexit ${TLC_CODE:-0}\n');
    chmodSync(java, 0o755);
    const env = {
      NO_COLOR: '1',
      TLA2TOOLS_JAR: jar,
      PATH: [root, process.env['PATH']].join(delimiter),
    };
    const ran = await kata('model --tlc', { env });
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toBe(
      `${join(root, 'solutions', id)}: -cp ${jar} tlc2.TLC -deadlock -config InboxOutbox.cfg InboxOutbox.tla`,
    );
    expect(await kata('model --tlc', { env: { ...env, TLC_CODE: '12' } })).toMatchObject({
      exitCode: 1,
    });
  },
);
