/** A mob on several machines, by a real bare repository between them. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { note } from '../../src/commands/mob/note.ts';
import { drop } from '../../src/commands/mob/people.ts';
import {
  bareRepository,
  branch,
  branchesOf,
  commitsOn,
  git,
  machine,
  there,
  type Machine,
} from './machines.ts';

/** Ada's machine began, Grace's has joined. */
async function two(): Promise<{ remote: string; ada: Machine; grace: Machine }> {
  const remote = bareRepository();
  const ada = machine();
  const grace = machine();
  await ada.start(remote);
  await grace.join(remote, { as: 'Grace' });
  return { remote, ada, grace };
}

const branchBeside = /mob\/01-tally-beside\/[a-z]+-[0-9a-f]{7}/;

/** Whatever breaks the lines of a screen, as one line. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

test('start shares the workspace, join lays it out, next carries each turn over', async () => {
  const { remote, ada, grace } = await two();
  expect(grace.text()).toBe(ada.text());
  expect(grace.mob()).toMatchObject({ driver: 'Ada', upcoming: ['Grace'] });

  ada.edit('// by Ada\n');
  expect(await ada.next()).toMatch(/driver +Grace/);
  expect(there(remote)).toBe('// by Ada\n');
  expect(commitsOn(remote)[0]).toBe("Ada: Ada's turn 1 at 01 tally");
  expect(git(remote, ['log', '-1', '--format=%ae %ce', branch])).toBe(
    'ada@mob.invalid ada@mob.invalid',
  );

  expect(flat(await grace.next())).toContain('You have the keyboard since');
  expect(grace.text()).toBe('// by Ada\n');
  expect(grace.mob().turns.map(({ driver }) => driver)).toEqual(['Ada', 'Grace']);

  grace.edit('// by Ada\n// by Grace\n');
  await grace.next();
  expect(commitsOn(remote)[0]).toBe("Grace: Grace's turn 2 at 01 tally");
  await ada.next();
  expect(ada.text()).toBe('// by Ada\n// by Grace\n');
  expect(ada.mob()).toMatchObject({ driver: 'Ada', turns: { length: 3 } });
  expect(ada.mob()).toEqual(grace.mob());
});

test('everyone’s own work comes back byte for byte, and the mob’s last state reaches the others', async () => {
  const remote = bareRepository();
  const ada = machine();
  const grace = machine();
  await grace.kata('next');
  grace.edit('// Grace’s own\r\n');
  writeFileSync(join(grace.workspace('01-tally'), '.notes'), 'mine');
  const own = grace.tree();

  await ada.start(remote);
  await grace.join(remote);
  expect(existsSync(join(grace.workspace('01-tally'), '.notes'))).toBe(false);
  grace.edit('// the last of it\n');
  const left = flat(await grace.stop());
  expect(left).toContain('This machine has left the mob at 01 tally after 1 turn.');
  expect(left).toContain('workspace/01-tally is yours again');
  expect(grace.tree()).toEqual(own);
  expect(there(remote)).toBe('// the last of it\n');

  await ada.next();
  expect(ada.text()).toBe('// the last of it\n');
  await ada.stop();
  expect(existsSync(ada.workspace('01-tally'))).toBe(false);
});

test('whoever left joins again, and the mob goes on for them', async () => {
  const { remote, ada, grace } = await two();
  await grace.stop();
  ada.edit('// meanwhile\n');
  await ada.next();
  await grace.join(remote);
  expect(grace.text()).toBe('// meanwhile\n');
  expect(grace.mob()).toMatchObject({ driver: 'Grace', ended: false });
});

describe('two press next at the same time', () => {
  test('both turns’ work exists afterwards, on both sides it is said, and neither replaced the other', async () => {
    const { remote, ada, grace } = await two();
    ada.edit('// Ada’s turn\n');
    grace.edit('// Grace typed, too\n');
    const screens = (await Promise.all([ada.next(), grace.next()])).map(flat);

    const late = screens[0]!.includes('at the same time') ? 0 : 1;
    const [first, second] = late === 1 ? [ada, grace] : [grace, ada];
    const texts = ['// Ada’s turn\n', '// Grace typed, too\n'];
    expect(screens[late]).toContain('Two handed over at the same time, and both turns are kept.');
    const [beside = ''] = branchBeside.exec(screens[late]!) ?? [];

    expect(there(remote)).toBe(texts[1 - late]);
    expect(there(remote, 'workspace/tally.ts', beside)).toBe(texts[late]);
    expect(first.text()).toBe(texts[1 - late]);
    expect(second.text()).toBe(texts[1 - late]);

    const [, copy = ''] = /sealed here as ([0-9a-f]{6})/.exec(screens[late]!) ?? [];
    expect(await second.kata(`restore ${copy}`)).toMatchObject({ exitCode: 0 });
    expect(second.text()).toBe(texts[late]);

    const told = flat(await first.status());
    expect(told).toContain(`that work is kept on ${beside}`);
    expect(first.mob().turns).toHaveLength(2);
    expect(first.mob()).toEqual(second.mob());
  });

  test('and one of them has nothing new: the turn is handed over once', async () => {
    const { remote, ada, grace } = await two();
    ada.edit('// Ada’s turn\n');
    const screens = (await Promise.all([ada.next(), grace.next()])).map(flat);
    await ada.next();
    await grace.next();
    expect(screens.join()).not.toContain('both turns are kept');
    expect(there(remote)).toBe('// Ada’s turn\n');
    expect(ada.text()).toBe('// Ada’s turn\n');
    expect(ada.mob()).toEqual(grace.mob());
    expect(branchesOf(remote)).toEqual([branch]);
  });

  test('with the same content: there is nothing to keep beside', async () => {
    const { remote, ada, grace } = await two();
    ada.edit('// the same\n');
    grace.edit('// the same\n');
    await ada.next();
    expect(flat(await grace.next())).toContain('You have the keyboard');
    expect(branchesOf(remote)).toEqual([branch]);
  });

  test('the name of what is kept beside says whose it is', async () => {
    const { remote, ada, grace } = await two();
    ada.edit('// Ada\n');
    await ada.next();
    grace.edit('// Grace\n');
    const beside = branchBeside.exec(flat(await grace.next()))?.[0] ?? '';
    expect(beside).toMatch(/\/grace-/);
    expect(commitsOn(remote, beside)[0]).toBe("Grace: Grace's work at 01 tally, beside other work");
    expect(flat(await ada.next())).toContain(`that work is kept on ${beside}`);
  });
});

test('of two who press next at one machine at the same turn, one hands it over', async () => {
  const { ada, grace } = await two();
  const screens = await Promise.all([ada.next(), ada.next()]);
  expect(screens.filter((screen) => flat(screen).includes('Grace has the keyboard'))).toHaveLength(
    1,
  );
  expect(ada.mob().turns.map(({ driver }) => driver)).toEqual(['Ada', 'Grace']);
  await grace.next();
  expect(grace.mob()).toEqual(ada.mob());
});

describe('without the remote', () => {
  test('hand-overs happen here, and are shared with their story once it is back', async () => {
    const { remote, ada, grace } = await two();
    renameSync(remote, `${remote}.away`);
    ada.edit('// turn 1\n');
    const screen = flat(await ada.next());
    expect(screen).toContain('Not shared yet:');
    expect(screen).toMatch(/driver +Grace/);
    ada.edit('// turn 2\n');
    await ada.next();
    expect(flat(await ada.status())).toMatch(/last reached .* cannot be reached/);

    renameSync(`${remote}.away`, remote);
    ada.edit('// turn 3\n');
    expect(flat(await ada.next())).toContain('shared on mob/01-tally');
    expect(commitsOn(remote).slice(0, 3)).toEqual([
      "Ada: Ada's turn 3 at 01 tally",
      "Grace: Grace's turn 2 at 01 tally",
      "Ada: Ada's turn 1 at 01 tally",
    ]);
    await grace.next();
    expect(grace.text()).toBe('// turn 3\n');
    expect(grace.mob()).toEqual(ada.mob());
  });

  test('and the others went on meanwhile: both are kept when it is back', async () => {
    const { remote, ada, grace } = await two();
    renameSync(remote, `${remote}.away`);
    ada.edit('// offline\n');
    await ada.next();
    renameSync(`${remote}.away`, remote);
    grace.edit('// online\n');
    await grace.next();

    const screen = flat(await ada.next());
    const beside = branchBeside.exec(screen)?.[0] ?? '';
    expect(there(remote, 'workspace/tally.ts', beside)).toBe('// offline\n');
    expect(commitsOn(remote, beside)).toContain("Ada: Ada's turn 1 at 01 tally");
    expect(ada.text()).toBe('// online\n');
    expect(flat(await grace.next())).toContain(beside);
  });

  test('it goes away in the middle: nothing is laid out over work that is not kept there', async () => {
    const { remote, ada, grace } = await two();
    const away = machine({
      meddle: (real) => ({
        push: async (place, commit, patience) => {
          renameSync(remote, `${remote}.away`);
          return real.push(place, commit, patience);
        },
      }),
    });
    await away.join(remote);
    ada.edit('// Ada\n');
    await ada.next();
    away.edit('// mine\n');
    const screen = flat(await away.next());
    expect(screen).toContain('Nothing was replaced here');
    expect(screen).toContain('Not shared yet:');
    expect(away.text()).toBe('// mine\n');
    renameSync(`${remote}.away`, remote);
    expect(grace.text()).not.toBe('// mine\n');
  });

  test('stop says that the others did not get the last of it, and keeps it here', async () => {
    const { remote, ada } = await two();
    renameSync(remote, `${remote}.away`);
    ada.edit('// only here\n');
    const screen = flat(await ada.stop());
    expect(screen).toContain('The others did not get it:');
    const [, copy] = /The mob’s work is sealed as ([0-9a-f]{6})/.exec(screen) ?? [];
    await ada.kata(`restore ${copy}`);
    expect(ada.text()).toBe('// only here\n');
  });
});

test('the private repository is made anew when somebody moves it away, even with work that waits', async () => {
  const { remote, ada, grace } = await two();
  renameSync(remote, `${remote}.away`);
  ada.edit('// offline\n');
  await ada.next();
  renameSync(`${remote}.away`, remote);
  rmSync(join(ada.root, '.kata/mob/git'), { recursive: true });
  ada.edit('// and back\n');
  expect(await ada.next()).toContain('shared on');
  await grace.next();
  expect(grace.text()).toBe('// and back\n');
});

test('what git cannot carry stays where it is, and is told by name', async () => {
  const { ada, grace } = await two();
  const folder = grace.workspace('01-tally');
  mkdirSync(join(folder, 'deep/empty'), { recursive: true });
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/mine\n');
  writeFileSync(join(folder, 'big.log'), 'x'.repeat(1_000_001));
  symlinkSync('tally.ts', join(folder, 'latest'));
  writeFileSync(join(folder, 'locked.md'), 'carried, but not its mode');
  chmodSync(join(folder, 'locked.md'), 0o444);
  const said = flat(await grace.next());
  for (const name of [
    '.git is hidden',
    'big.log is larger',
    'deep/empty is an',
    'latest is a link',
  ]) {
    expect(said).toContain(name);
  }
  const local = grace.tree();

  await ada.next();
  expect(Object.keys(ada.tree())).toEqual(['README.md', 'locked.md', 'tally.ts']);
  ada.edit('// Ada\n');
  await ada.next();
  await grace.next();
  expect(grace.text()).toBe('// Ada\n');
  expect(grace.tree()).toMatchObject({
    '.git/HEAD': local['.git/HEAD'],
    'big.log': local['big.log'],
    'deep/empty': local['deep/empty'],
    latest: local['latest'],
  });
});

test('names, line ends, programs and empty files travel unchanged', async () => {
  const { ada, grace } = await two();
  const folder = ada.workspace('01-tally');
  mkdirSync(join(folder, 'nested/deeper'), { recursive: true });
  writeFileSync(join(folder, 'nested/deeper/Überlegung 票.md'), 'naïve\r\n');
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'bytes.bin'), Buffer.from([0, 255, 10, 13, 0]));
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'run.sh'), 0o755);
  await ada.next();
  await grace.next();
  expect(grace.tree()).toEqual(ada.tree());
  expect(readFileSync(join(grace.workspace('01-tally'), 'bytes.bin'))).toEqual(
    Buffer.from([0, 255, 10, 13, 0]),
  );
});

test('what an editor saves while others’ work is laid out is sealed, and said', async () => {
  const { remote, ada } = await two();
  let saving = false;
  const late = machine({
    meddle: (real) => ({
      lay: (files, use) =>
        real.lay(files, async (folder) => {
          if (saving) late.edit('// saved late\n');
          return use(folder);
        }),
    }),
  });
  await late.join(remote);
  ada.edit('// Ada\n');
  await ada.next();
  saving = true;
  const screen = flat(await late.next());
  const [, copy] =
    /What was saved here at that moment is sealed as ([0-9a-f]{6})/.exec(screen) ?? [];
  expect(late.text()).toBe('// Ada\n');
  await late.kata(`restore ${copy}`);
  expect(late.text()).toBe('// saved late\n');
});

test('notes, pauses and people are told at once, and change nobody’s files', async () => {
  const { ada, grace } = await two();
  grace.edit('// in the middle of it\n');
  await ada.run(note, { text: 'ids are not \u001b[2Jidentities' });
  await ada.run(drop, { name: 'Grace' });
  await grace.status();
  expect(grace.facts()).toEqual(ada.facts());
  expect(grace.facts().some((fact) => fact.kind === 'note' && fact.text.includes('[2J'))).toBe(
    true,
  );
  expect(grace.mob().people.find(({ name }) => name === 'Grace')?.present).toBe(false);
  expect(grace.text()).toBe('// in the middle of it\n');
  expect(flat(await grace.next())).not.toContain('at the same time');
});

test('a clock that goes wrong on one machine does not put turns in the wrong order', async () => {
  const remote = bareRepository();
  const ahead = machine({ clockAheadMs: 20 * 60_000 });
  const right = machine();
  await ahead.start(remote);
  await right.join(remote, { as: 'Grace' });
  ahead.edit('// 1\n');
  await ahead.next();
  await right.next();
  right.edit('// 2\n');
  await right.next();
  await ahead.next();
  expect(ahead.mob().turns.map(({ driver }) => driver)).toEqual(['Ada', 'Grace', 'Ada']);
  expect(await right.status()).toMatch(/left +4:00 of 4:00/);
});

test('a second mob is not begun over one that is there; a fresh one is on top of it, and is told', async () => {
  const { remote, ada, grace } = await two();
  await expect(machine().start(remote)).rejects.toMatchObject({ code: 'usage' });
  const third = machine();
  await third.start(remote, { fresh: true, with: 'Edsger,Barbara' });
  expect(third.mob()).toMatchObject({ driver: 'Edsger' });
  expect(commitsOn(remote).at(-1)).toMatch(/Ada's work/);

  ada.edit('// still mine\n');
  await expect(ada.next()).rejects.toMatchObject({ code: 'remote-refused' });
  expect(ada.text()).toBe('// still mine\n');
  await grace.stop();
  await grace.join(remote);
  expect(grace.mob()).toMatchObject({ driver: 'Edsger' });
});

describe('joining', () => {
  test('says what it means, and asks', async () => {
    const remote = bareRepository();
    await machine().start(remote);
    const refusing = machine({ answer: false });
    const said = flat(await refusing.join(remote, { yes: undefined }));
    expect(said).toContain('kata check and kata watch run it on this machine, with your rights');
    expect(said).toContain('Nothing was changed.');
    expect(refusing.inside.mob.current()).toBeUndefined();
    const willing = machine({ answer: true });
    await willing.join(remote, { yes: undefined });
    expect(willing.mob().driver).toBe('Ada');
    await expect(machine().join(remote, { yes: undefined })).rejects.toMatchObject({
      code: 'needs-confirmation',
    });
  });

  test('with several mobs, the exercise is named', async () => {
    const remote = bareRepository();
    await machine().start(remote);
    await machine().start(remote, { exercise: '2' });
    await expect(machine().join(remote)).rejects.toThrow(/several mobs: 01 tally, 02 greeting/);
    const named = machine();
    await named.join(remote, { exercise: 'greeting' });
    expect(existsSync(named.workspace('02-greeting'))).toBe(true);
  });

  test('where there is none, or not that one, is said', async () => {
    const remote = bareRepository();
    await expect(machine().join(remote)).rejects.toMatchObject({ code: 'no-mob' });
    await machine().start(remote);
    await expect(machine().join(remote, { exercise: '2' })).rejects.toThrow(
      /no mob at 02 greeting/,
    );
  });
});
