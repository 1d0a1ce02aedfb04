import { execa } from 'execa';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTestTerminal, type TerminalOptions, type TestTerminal } from '../terminal.ts';
import { kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
const command = [process.execPath, kataProgram, 'watch'];

interface Watched {
  readonly workshop: MiniWorkshop;
  readonly terminal: TestTerminal;
  readonly file: string;
  readonly solution: string;
}

/** `kata watch` on a workshop whose first exercise is laid out. */
async function watched(
  options: Partial<TerminalOptions> = {},
  [program = '', ...words] = command,
): Promise<Watched> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  const terminal = openTestTerminal(program, words, { cwd: workshop.root, ...options });
  onTestFinished(async () => {
    terminal.kill('SIGKILL');
    await terminal.ended;
  });
  return {
    workshop,
    terminal,
    file: join(workshop.workspace('01-tally'), 'tally.ts'),
    solution: join(workshop.root, 'solutions/01-tally/tally.ts'),
  };
}

test('it judges at once and again at a save, and leaves the last verdict behind', async () => {
  const { terminal, file, solution } = await watched();
  const first = await terminal.waitFor(
    (text) => text.includes('check 1') && text.endsWith('q quit'),
  );
  expect(first).toMatch(/✗ Every vote counts\n +broken in \d+ of \d+ schedules/);
  expect(first).toMatch(/01 tally {3}\d:\d\d of 10:00.*\n +h hint .* q quit$/);
  expect(first.split('\n')).toHaveLength(24);

  copyFileSync(solution, file);
  await terminal.waitFor(
    (text) => text.includes('check 2') && text.includes('✓ Every vote counts'),
  );

  terminal.send('q');
  expect(await terminal.ended).toMatchObject({ exitCode: 0 });
  expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
  expect(terminal.screen()).toContain('✓ Every vote counts');
});

test('a file that an editor replaces is seen, and seen again', async () => {
  const { terminal, file, solution } = await watched();
  const starter = readFileSync(file, 'utf8');
  await terminal.waitFor('check 1');
  for (const [check, text] of [readFileSync(solution, 'utf8'), starter].entries()) {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    await terminal.waitFor(`check ${check + 2}`);
  }
});

test('a mistake is shown in place, and gone with the next save', async () => {
  const { terminal, file, solution } = await watched();
  await terminal.waitFor('check 1');
  writeFileSync(file, 'export const vote = (;\n');
  const screen = await terminal.waitFor('tally.ts:1:22');
  expect(screen).toContain('1 | export const vote = (;');
  expect(screen).not.toContain('broken in');
  copyFileSync(solution, file);
  await terminal.waitFor((text) => text.includes('check 2') && !text.includes('tally.ts:1:22'));
});

test('a save that comes during a run is judged after it', async () => {
  const { terminal, file, solution } = await watched();
  await terminal.waitFor('check 1');
  writeFileSync(file, `${readFileSync(file, 'utf8')}// saved once\n`);
  await terminal.waitFor('judging');
  copyFileSync(solution, file);
  await terminal.waitFor(
    (text) => text.includes('check 3') && text.includes('✓ Every vote counts'),
  );
});

test('keys show hint, list and diff in place, and any other key goes back', async () => {
  const { terminal } = await watched();
  await terminal.waitFor('check 1');
  for (const [key, shown] of [
    ['h', 'hint 1 of'],
    ['l', 'greeting'],
    ['d', 'equals the starter'],
  ] as const) {
    terminal.send(key);
    await terminal.waitFor(shown);
    terminal.send(' ');
    await terminal.waitFor('check 1');
  }
});

test('reset lays the starter out, says so, and judges it', async () => {
  const { terminal, file } = await watched();
  const starter = readFileSync(file, 'utf8');
  await terminal.waitFor('check 1');
  writeFileSync(file, `${starter}// mine\n`);
  await terminal.waitFor('check 2');
  terminal.send('r');
  await terminal.waitFor('kata restore');
  expect(readFileSync(file, 'utf8')).toBe(starter);
  terminal.send(' ');
  await terminal.waitFor('check 3');
});

test('next moves to the next exercise and watches it', async () => {
  const { terminal, workshop, file, solution } = await watched();
  await terminal.waitFor('check 1');
  copyFileSync(solution, file);
  await terminal.waitFor('check 2');
  terminal.send('n');
  await terminal.waitFor(/02 greeting {3}\d:\d\d/);
  terminal.send(' ');
  await terminal.waitFor(/02 greeting +check 1/);
  const answer = join(workshop.root, 'solutions/02-greeting/greeting.ts');
  copyFileSync(answer, join(workshop.workspace('02-greeting'), 'greeting.ts'));
  await terminal.waitFor('✓ 02 greeting');
});

test('the screen follows the window, and never scrolls', async () => {
  const { terminal } = await watched({ columns: 60, rows: 12 });
  const small = await terminal.waitFor('check 1');
  expect(small).toMatch(/… \d+ more lines: kata check/);
  for (const [columns, rows] of [
    [100, 40],
    [40, 8],
    [80, 24],
  ] as const) {
    terminal.resize(columns, rows);
    const screen = await terminal.waitFor((text) => {
      const lines = text.split('\n');
      return lines.length === rows && /^ {2}h hint/.test(lines[rows - 1] ?? '');
    });
    expect(screen).toMatch(/01 tally/);
  }
  expect(terminal.written).not.toMatch(/\n/);
});

test.each([
  ['q', (terminal: TestTerminal) => terminal.send('q'), 0],
  ['Ctrl-C', (terminal: TestTerminal) => terminal.send('\x03'), 130],
])('%s gives the terminal back as it was', async (_, leave, code) => {
  const script = `${quoted(command)}; echo "left with $?"; stty -a`;
  const { terminal } = await watched({ columns: 100 }, ['bash', '-c', script]);
  await terminal.waitFor('check 1');
  leave(terminal);
  await terminal.ended;
  expect(terminal.screen()).toContain(`left with ${code}`);
  expect(terminal.screen()).toMatch(/ icanon [^]* echo /);
  expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
});

test.each(['SIGTERM', 'SIGHUP'])(
  '%s gives the terminal back as it was, also in a run',
  async (signal) => {
    const { terminal } = await watched();
    await terminal.waitFor('judging');
    process.kill(terminal.pid, signal);
    expect(await terminal.ended).toMatchObject({ exitCode: 130 });
    expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
  },
);

test('Ctrl-Z stops it like any job, and fg brings it back', async () => {
  const { terminal } = await watched({}, ['bash', '--norc', '-i']);
  terminal.send(`${quoted(command)}\r`);
  await terminal.waitFor('check 1');
  terminal.send('\x1a');
  await terminal.waitFor('Stopped');
  expect(terminal).toMatchObject({ alternate: false, cursorHidden: false });
  terminal.send('fg\r');
  await terminal.waitFor(/check 1[^]*q quit$/);
  terminal.send('q');
  await terminal.waitFor(() => !terminal.alternate);
});

test('without a terminal: one plain block per verdict, until stdin ends', async () => {
  const { kata, root, workspace } = await laidOut();
  const once = await kata('watch', { stdin: 'ignore' });
  expect(once).toMatchObject({ exitCode: 0, stderr: '' });
  expect(once.stdout).toContain('✗ Every vote counts');
  expect(once.stdout).not.toContain('\x1b');

  const running = execa(process.execPath, [kataProgram, 'watch'], {
    cwd: root,
    stdin: 'pipe',
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
  });
  const lines = running[Symbol.asyncIterator]();
  await upTo(lines, 'check 2');
  copyFileSync(join(root, 'solutions/01-tally/tally.ts'), join(workspace('01-tally'), 'tally.ts'));
  await upTo(lines, 'check 3');
  running.stdin.end();
  expect(await running).toMatchObject({ exitCode: 0 });
});

async function laidOut(): Promise<MiniWorkshop> {
  const workshop = miniWorkshop();
  await workshop.kata('next');
  return workshop;
}

async function upTo(lines: AsyncIterator<unknown>, text: string): Promise<void> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the output ended before ${text}`);
    if (String(value).includes(text)) return;
  }
}
