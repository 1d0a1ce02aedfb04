import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Standing } from '../../src/domain/progress.ts';
import { openSqlite } from '../../src/adapters/sqlite.ts';
import { openTestTerminal, type TerminalOptions, type TestTerminal } from '../terminal.ts';
import { harvest } from '../vault/folders.ts';
import { expectAnswer, kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

const patience = { timeout: 20_000, interval: 50 };
const three = 'mob start 01 --with ada,grace,edsger';

interface Seen {
  readonly exercise: string;
  readonly driver: string;
  readonly navigator: string | null;
  readonly upcoming: readonly string[];
  readonly turn: number;
  readonly leftMs: number;
  readonly paused: boolean;
  readonly checks: number;
  readonly solved: boolean;
  readonly ownCopy: string | null;
}

async function seen({ kata }: MiniWorkshop): Promise<Seen | null> {
  return JSON.parse((await kata('mob status --json')).stdout) as Seen | null;
}

/** A workshop with a mob on at its first exercise. */
async function withMob(words = three): Promise<MiniWorkshop> {
  const workshop = miniWorkshop();
  expect(await workshop.kata(words)).toMatchObject({ exitCode: 0, stderr: '' });
  return workshop;
}

function tally({ workspace }: MiniWorkshop): string {
  return join(workspace('01-tally'), 'tally.ts');
}

function solve(workshop: MiniWorkshop): void {
  cpSync(join(workshop.root, 'solutions/01-tally/tally.ts'), tally(workshop));
}

test('a session of a room: start, check, hand over, note, stop, and what the log tells of it', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  const started = await kata(`${three} --turn 90s --facilitator margaret`);
  expect(started).toMatchObject({ exitCode: 0, stderr: '' });
  expect(started.stdout).toContain('Two people voted, and the tally said one.');
  expect(started.stdout).toMatch(
    /driver +ada\n +navigator +grace\n +then +edsger\n +leads +margaret/,
  );
  expect(await seen(workshop)).toMatchObject({ driver: 'ada', turn: 1, checks: 0, ownCopy: null });

  expect((await kata('check')).exitCode).toBe(1);
  expect((await kata('mob next')).stdout).toMatch(/driver +grace\n +navigator +edsger/);
  expect((await kata('mob skip edsger')).stdout).toMatch(/navigator +ada/);
  expect((await kata('mob add barbara')).stdout).toMatch(/then +barbara, edsger/);
  await kata(['mob', 'note', 'who else writes here?']);
  solve(workshop);
  const green = await kata('check');
  expect(green.exitCode).toBe(0);
  expect(green.stdout).toContain('then kata mob stop');
  expect(green.stdout).not.toContain('kata next');
  expect(await seen(workshop)).toMatchObject({
    checks: 2,
    solved: true,
    upcoming: ['ada', 'barbara', 'edsger'],
  });
  const home = (await kata('')).stdout;
  expect(home).toMatch(/a mob is on: grace drives, 1:\d\d left/);
  expect(home).toContain('The mob has solved 01 tally.');
  expect(home).not.toContain('kata next');

  const stopped = await kata('mob stop');
  expect(stopped.stdout).toMatch(/ended after 2 turns/);
  expect(await seen(workshop)).toBeNull();

  const log = (await kata('mob log')).stdout;
  expect(log).toMatch(
    /1 +ada, with grace[^]*✗ Every vote counts: broken in \d+ of \d+ schedules\n +2 +grace, with edsger[^]*• edsger was passed over\n +• barbara came\n +• “who else writes here\?”\n +✓ every promise holds/,
  );
  expect(log).not.toContain('still on');
  expect((await kata('mob log --format markdown')).stdout).toMatch(
    /^# 01 tally\n[^]*\n## 2\. grace/,
  );
  expect(JSON.parse((await kata('mob log --json')).stdout)).toMatchObject({
    exercise: 'tally',
    ended: true,
    turns: [
      { driver: 'ada' },
      { driver: 'grace', events: [{}, {}, {}, { check: { copy: expect.any(String) } }] },
    ],
  });
});

test('what the person did stays the person’s, what the room does is the room’s', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  const states = async () => {
    const listed = JSON.parse((await kata('list --json')).stdout) as Standing[];
    return listed.map(({ state, checks, hints }) => [state, checks, hints]);
  };
  await kata('next');
  solve(workshop);
  await kata('check');
  expect(await states()).toEqual([
    ['solved', 1, 0],
    ['untouched', 0, 0],
  ]);
  const own = harvest(workshop.workspace('01-tally'));

  await kata(three);
  expect(await states()).toEqual([
    ['open', 0, 0],
    ['untouched', 0, 0],
  ]);
  await kata('check');
  await kata('hint');
  await kata('hint greeting');
  expect(await states()).toEqual([
    ['open', 1, 1],
    ['untouched', 0, 1],
  ]);

  await kata('mob stop');
  expect(await states()).toEqual([
    ['solved', 1, 0],
    ['untouched', 0, 1],
  ]);
  expect(harvest(workshop.workspace('01-tally'))).toEqual(own);
});

test('a mob goes on where the last one stopped, and with --fresh from the start', async () => {
  const workshop = await withMob();
  const { kata } = workshop;
  const starter = readFileSync(tally(workshop), 'utf8');
  writeFileSync(tally(workshop), 'the work of the room');
  await kata('mob stop');
  expect(existsSync(tally(workshop))).toBe(false);

  const again = await kata('mob start --with grace');
  expect(again.stdout).toContain('It goes on where the last mob at this exercise stopped');
  expect(readFileSync(tally(workshop), 'utf8')).toBe('the work of the room');
  expect(await seen(workshop)).toMatchObject({ driver: 'grace', turn: 1, checks: 0 });
  await kata('mob stop');

  await kata('mob start --with grace --fresh');
  expect(readFileSync(tally(workshop), 'utf8')).toBe(starter);
});

test('what cannot be done is refused, and nothing has changed', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  for (const command of [
    'next',
    'pause',
    'resume',
    'skip ada',
    'add ada',
    'drop ada',
    'note x',
    'stop',
  ]) {
    expectAnswer(await kata(`mob ${command}`), 2, /No mob is on\./);
  }
  expectAnswer(await kata('mob log'), 2, /There was no mob here yet\./);
  expectAnswer(await kata('mob'), 2, /one more word\.[^]*kata mob --help/);
  const starts: readonly [readonly string[], RegExp][] = [
    [[], /not said who is in the room\.[^]*--with\s+ada,grace,edsger/],
    [['--with', ''], /There is no name in it\./],
    [['--with', 'ada,ADA'], /ADA is named twice\./],
    [['--with', 'ada\u001b[2J'], /“ada \[2J” is no name\./],
    [
      ['--with', 'ada', '--turn', 'soon'],
      /A turn of “soon” is not between ten seconds and an hour\./,
    ],
    [['--with', 'ada', '--turn', '9s'], /A turn of “9s”/],
    [['--with', 'ada', '--facilitator', 'Ada'], /Nobody is left to drive/],
    [['16', '--with', 'ada'], /There is no exercise 16\./],
    [['--with'], /argument missing/],
  ];
  for (const [words, says] of starts) {
    expectAnswer(await kata(['mob', 'start', ...words]), 2, says);
  }
  expect(existsSync(workshop.workspace('01-tally'))).toBe(false);
  // A mob that was refused leaves no story either.
  expectAnswer(await kata('mob log'), 2, /There was no mob here yet\./);
});

test('in a mob: what cannot be done is refused, in words that help', async () => {
  const workshop = await withMob();
  const { kata } = workshop;
  const refused: readonly [string | readonly string[], RegExp][] = [
    ['mob start 02 --with ada', /A mob is on already, at 01 tally\.[^]*kata mob stop/],
    ['mob skip Edgser', /nobody named Edgser[^]*Did you mean edsger\?/],
    ['mob drop gra', /Did you mean grace\?/],
    ['mob drop Tony', /nobody named Tony[^]*These are there: ada, grace, edsger\./],
    [['mob', 'drop', '\u001b[2J'], /nobody named {2}\[2J in this mob/],
    ['mob add ADA', /ADA is in this mob already\./],
    [['mob', 'add', 'a\tb\u0000c'.replace('\u0000', '\u0001')], /is no name/],
    ['mob resume', /The clock is running already\./],
    [['mob', 'note', ' '], /The note is empty\./],
    [['mob', 'note', 'x'.repeat(2001)], /longer than 2000 characters/],
    ['mob note two words', /Too many arguments[^]*quotation marks/],
    ['mob log --format pdf', /--format/],
    ['goto 02', /A mob is on at 01 tally, so 02 greeting is not opened\./],
  ];
  const before = await seen(workshop);
  for (const [words, says] of refused) expectAnswer(await kata(words), 2, says);
  await kata('mob pause');
  expectAnswer(await kata('mob pause'), 2, /The clock is paused already\./);
  expect(await seen(workshop)).toMatchObject({
    ...before,
    paused: true,
    leftMs: expect.any(Number),
  });

  expect((await kata('mob drop ada')).stdout).toMatch(/driver +grace/);
  await kata('mob drop grace');
  expectAnswer(await kata('mob drop edsger'), 2, /edsger is the last one who drives\./);
  expect(await seen(workshop)).toMatchObject({ driver: 'edsger', upcoming: [] });

  // Once it is solved, kata next would lead out of it.
  solve(workshop);
  await kata('check');
  expectAnswer(await kata('next'), 2, /A mob is on at 01 tally/);
});

test('a log that cannot be read is kept aside, and the mob can be taken up or stopped', async () => {
  const workshop = await withMob();
  const { kata, root } = workshop;
  writeFileSync(tally(workshop), 'the work of the room');
  for (const suffix of ['-wal', '-shm'])
    rmSync(join(root, `.kata/mob/log.db${suffix}`), { force: true });
  writeFileSync(join(root, '.kata/mob/log.db'), 'no database');
  const home = await kata('');
  expect(home.stderr).toContain('The mob’s log could not be read');
  expect(home.stdout).toContain('a mob is on: nobody drives');
  expectAnswer(await kata('mob next'), 2, /Nobody is there to drive\.[^]*kata mob add/);
  await kata('mob add ada');
  expect((await kata('mob next')).stdout).toMatch(/driver +ada/);
  expect(await kata('mob stop')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(existsSync(tally(workshop))).toBe(false);

  await kata('mob start --with ada');
  expect(readFileSync(tally(workshop), 'utf8')).toBe('the work of the room');
  const current = join(root, '.kata/mob/current.json');
  writeFileSync(current, 'no JSON');
  expectAnswer(await kata('check'), 3, /current\.json cannot be read[^]*kata restore/);
  rmSync(current);
  expect((await kata('restore')).stdout).toMatch(/01 tally +mob/);
});

test('of two who start or stop at once, one does, and everybody’s work stays theirs', async () => {
  const workshop = miniWorkshop();
  const { kata } = workshop;
  await kata('next');
  writeFileSync(tally(workshop), 'my own work');
  const own = harvest(workshop.workspace('01-tally'));
  const twice = async (words: string) => {
    const ran = await Promise.all([kata(words), kata(words)]);
    return ran.map(({ exitCode, stderr }) => `${exitCode} ${stderr.split('\n')[0]}`).toSorted();
  };
  const once = ['0 ', expect.stringMatching(/^2 .*mob is on/i)];
  expect(await twice(three)).toEqual(once);
  writeFileSync(tally(workshop), 'the work of the room');
  expect(await twice('mob stop')).toEqual(once);
  expect(harvest(workshop.workspace('01-tally'))).toEqual(own);

  await kata(three);
  expect(readFileSync(tally(workshop), 'utf8')).toBe('the work of the room');
  const both = await Promise.all([kata('mob next'), kata('mob next')]);
  expect(both).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  const { turns } = JSON.parse((await kata('mob log --json')).stdout) as {
    turns: { driver: string }[];
  };
  expect(['ada grace', 'ada grace edsger']).toContain(turns.map(({ driver }) => driver).join(' '));
});

describe('in a terminal', () => {
  function inTerminal(
    { root }: MiniWorkshop,
    words: string,
    size: Partial<TerminalOptions> = {},
  ): TestTerminal {
    const terminal = openTestTerminal(process.execPath, [kataProgram, ...words.split(' ')], {
      cwd: root,
      ...size,
    });
    onTestFinished(async () => {
      terminal.kill('SIGKILL');
      await terminal.ended;
    });
    return terminal;
  }

  test('start asks who is there, and proposes who was there last', async () => {
    const workshop = miniWorkshop();
    const first = inTerminal(workshop, 'mob start');
    await first.waitFor('Who is in the room?');
    first.send('Ada, Grace\r');
    expect(await first.ended).toMatchObject({ exitCode: 0 });
    expect(await seen(workshop)).toMatchObject({ driver: 'Ada', navigator: 'Grace' });
    await workshop.kata('mob stop');

    const second = inTerminal(workshop, 'mob start');
    await second.waitFor('Ada, Grace');
    second.send('\r');
    expect(await second.ended).toMatchObject({ exitCode: 0 });
    expect(await seen(workshop)).toMatchObject({ driver: 'Ada', upcoming: ['Grace'] });
  });

  test('Ctrl-C at the question starts nothing', async () => {
    const workshop = miniWorkshop();
    const terminal = inTerminal(workshop, 'mob start');
    await terminal.waitFor('Who is in the room?');
    terminal.send('\x03');
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(terminal.cursorHidden).toBe(false);
    expect(await seen(workshop)).toBeNull();
    expect(existsSync(workshop.workspace('01-tally'))).toBe(false);
  });

  /** So narrow that everything has its usual size, and can be read. */
  const small = { columns: 22, rows: 6 };

  test('the clock follows: n hands over, p pauses, and it ends with the mob', async () => {
    const workshop = await withMob();
    const terminal = inTerminal(workshop, 'mob status --follow', small);
    await terminal.waitFor(/^ {2}[34]:\d\d\n[^]*driver {6}ada/m);
    terminal.send('n');
    await terminal.waitFor(/driver {6}grace/);
    terminal.send('p');
    await vi.waitUntil(async () => (await seen(workshop))?.paused === true, patience);
    terminal.send('p');
    await vi.waitUntil(async () => (await seen(workshop))?.paused === false, patience);
    terminal.resize(80, 24);
    await terminal.waitFor((screen) => screen.includes('█') && screen.includes('01 tally'));
    // What happens elsewhere is seen here.
    await workshop.kata('mob pause');
    await terminal.waitFor('the clock stands still');
    await workshop.kata('mob stop');
    expect(await terminal.ended).toMatchObject({ exitCode: 0 });
    expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
  });

  test.each([
    ['q', 'q', 0],
    ['Ctrl-C', '\x03', 130],
  ])('%s leaves the clock, and the mob goes on', async (_, key, exitCode) => {
    const workshop = await withMob();
    const terminal = inTerminal(workshop, 'mob status --follow', small);
    await terminal.waitFor(/driver {6}ada/);
    terminal.send(key);
    expect(await terminal.ended).toMatchObject({ exitCode });
    expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
    expect(await seen(workshop)).toMatchObject({ driver: 'ada', turn: 1 });
  });

  test('the end of a turn rings once, and the next end again', async () => {
    const workshop = await withMob(`${three} --turn 10s`);
    const terminal = inTerminal(workshop, 'mob status --follow', small);
    const rings = () => terminal.written.split('\u0007\u001b]9;').length - 1;
    await terminal.waitFor(/driver {6}ada/);
    expect(rings()).toBe(0);
    letPass(workshop, 9_000);
    await terminal.waitFor(/-0:0[2-9]/);
    expect(rings()).toBe(1);
    expect(terminal.written).toContain('ada’s turn is over; grace drives next');
    terminal.send('n');
    await terminal.waitFor(/driver {6}grace/);
    letPass(workshop, 9_000);
    await terminal.waitFor(/-0:0[2-9]/);
    expect(rings()).toBe(2);
  });
});

/** As if all of it had happened earlier. */
function letPass({ root }: MiniWorkshop, ms: number): void {
  const database = openSqlite(join(root, '.kata/mob/log.db'), { timeout: 5_000 });
  database.exec(`UPDATE facts SET at = at - ${ms}`);
  database.close();
}

test('without a terminal, the clock is told once', async () => {
  const { kata } = await withMob();
  const once = await kata('mob status --follow');
  expect(once).toMatchObject({ exitCode: 0, stderr: '' });
  expect(once.stdout).toMatch(/driver +ada[^]*left +[34]:\d\d of 4:00/);
  expect(once.stdout).not.toContain('\u001b');
});
