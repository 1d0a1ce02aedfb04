import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  lookAtTerminal,
  openScreen,
  openTerminal,
  type Output,
} from '../../src/adapters/terminal.ts';
import { KataError } from '../../src/errors.ts';
import { colourless, plain, unicode } from '../../src/views/screen.ts';
import { isMissing } from '../programs.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kata-terminal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a question on a terminal', () => {
  test('takes Enter as the answer it proposes', async () => {
    const session = inTerminal(`console.log('answer', await terminal.confirm('Show it?', false))`);
    await session.until('Show it?');
    session.type('\r');
    await session.until('answer false');
  });

  test('takes y as yes', async () => {
    const session = inTerminal(`console.log('answer', await terminal.confirm('Show it?', false))`);
    await session.until('Show it?');
    session.type('y\r');
    await session.until('answer true');
  });

  test('lets one choose among things of any type', async () => {
    const session = inTerminal(`
      const choices = [{ name: 'first', value: { n: 1 } }, { name: 'second', value: { n: 2 } }];
      console.log('answer', await terminal.choose('Which?', choices));`);
    await session.until('second');
    session.type('\u001B[B\r');
    await session.until('answer { n: 2 }');
  });

  test('ends as an interruption at Ctrl-C, with the terminal restored', async () => {
    const session = inTerminal(`
      try { await terminal.confirm('Show it?', false); }
      catch (error) { console.log(error.code, process.stdin.isRaw); }`);
    await session.until('Show it?');
    session.type('\u0003');
    await session.until('interrupted false');
  });
});

test('a question without a terminal is refused, so that no script ever hangs', async () => {
  const terminal = inProcess(new PassThrough());
  expect(terminal.interactive).toBe(false);
  await expect(terminal.confirm('Show it?', true)).rejects.toMatchObject({
    code: 'needs-confirmation',
  });
  await expect(terminal.choose('Which?', [])).rejects.toBeInstanceOf(KataError);
});

describe('a long text', () => {
  const lines = "Array.from({ length: 60 }, (_, n) => 'line ' + (n + 1)).join('\\n')";

  test('goes through PAGER, with its arguments', async () => {
    const session = inTerminal(`await terminal.page(${lines})`, {
      PAGER: "sed -n 's/^line 42/paged &/p'",
    });
    await session.until('paged line 42');
    expect(await session.ended).toBe(0);
    expect(session.seen()).not.toContain('line 1\r');
  });

  test.skipIf(isMissing('less'))(
    'goes through less where there is no PAGER, and q leaves it',
    async () => {
      const session = inTerminal(`await terminal.page(${lines}); console.log('back');`);
      await session.until('line 23');
      expect(session.seen()).not.toContain('line 60');
      session.type('q');
      await session.until('back');
    },
  );

  test('is printed where no pager can be found', async () => {
    const session = inTerminal(`await terminal.page(${lines})`, {
      PATH: dirname(process.execPath) + '-none',
    });
    await session.until('line 60');
    expect(await session.ended).toBe(0);
  });

  test('is printed where PAGER names a program that is not there', async () => {
    const session = inTerminal(`await terminal.page(${lines})`, { PAGER: 'no-such-pager-here' });
    await session.until('line 60');
  });

  test('survives a pager that reads nothing', async () => {
    const deaf = join(folder, 'deaf');
    writeFileSync(deaf, '#!/bin/sh\nexit 0\n');
    chmodSync(deaf, 0o755);
    const session = inTerminal(
      `await terminal.page('x'.repeat(4e6) + ${lines}); console.log('back');`,
      {
        PAGER: deaf,
      },
    );
    await session.until('back');
    expect(await session.ended).toBe(0);
  });

  test('is simply printed when it fits, when PAGER is cat, and into a pipe', async () => {
    const pager = 'echo paged';
    const short = inTerminal(`await terminal.page('short')`, { PAGER: pager });
    const cat = inTerminal(`await terminal.page(${lines})`, { PAGER: 'cat' });
    expect(await short.ended).toBe(0);
    expect(await cat.ended).toBe(0);
    expect(short.seen()).toBe('short\r\n');
    expect(cat.seen()).toContain('line 60');
    const { stdout } = await piped(`await terminal.page(${lines})`, { PAGER: pager });
    expect(stdout).toContain('line 60');
  });
});

test('a reader that goes away ends the command quietly, as in kata list | head -1', async () => {
  writeFileSync(
    join(folder, 'endless.mjs'),
    script(`const more = () => { terminal.print('a line of text'); setImmediate(more); }; more();`),
  );
  const { stdout, stderr } = await execa({
    shell: true,
    cwd: folder,
    timeout: 20_000,
  })`node endless.mjs | head -1`;
  expect(stdout).toBe('a line of text');
  expect(stderr).toBe('');
});

test('what is printed and what is complained about go to different streams', async () => {
  const { stdout, stderr } = await piped(`terminal.print('out'); terminal.complain('err');`);
  expect([stdout, stderr]).toEqual(['out', 'err']);
});

test('the width is that of the terminal, up to 100 columns for text, and 80 in a pipe', async () => {
  const wide = { columns: 240, isTTY: true, getColorDepth: () => 1 };
  expect(await openScreen({}, output(wide))).toMatchObject({ columns: 100, drawingColumns: 140 });
  expect((await openScreen({}, output({ ...wide, columns: 72 }))).columns).toBe(72);
  expect((await openScreen({}, output({ ...wide, columns: 0 }))).columns).toBe(80);
  expect((await openScreen({}, output({}))).columns).toBe(80);
  const session = inTerminal(`console.log(terminal.columns, terminal.rows, terminal.interactive)`);
  await session.until('80 24 true');
});

test.each<[string, Record<string, string>, object, boolean]>([
  ['a terminal', {}, { isTTY: true }, true],
  ['a pipe', {}, {}, false],
  ['a terminal under NO_COLOR', { NO_COLOR: '1' }, { isTTY: true }, false],
  ['a terminal with an empty NO_COLOR', { NO_COLOR: '' }, { isTTY: true }, true],
  ['a terminal under FORCE_COLOR=0', { FORCE_COLOR: '0' }, { isTTY: true }, false],
  ['a pipe under FORCE_COLOR=1', { FORCE_COLOR: '1' }, {}, true],
  ['a pipe under both', { FORCE_COLOR: '1', NO_COLOR: '1' }, {}, false],
  ['a dumb terminal', { TERM: 'dumb' }, { isTTY: true }, false],
  ['a terminal that knows none', {}, { isTTY: true, getColorDepth: () => 1 }, false],
])('%s has its colours right', async (_, environment, parts, coloured) => {
  const stdout = output({ getColorDepth: () => 8, ...parts });
  const { style } = await openScreen(environment, stdout);
  expect(style.good('yes') !== 'yes').toBe(coloured);
  expect(style === colourless).toBe(!coloured);
  expect(lookAtTerminal(environment, new PassThrough(), stdout).colours).toBe(coloured);
});

test.each<[string, Record<string, string>, boolean]>([
  ['a UTF-8 locale', { LANG: 'pl_PL.UTF-8' }, true],
  ['its other spelling', { LC_CTYPE: 'en_GB.utf8' }, true],
  ['LC_ALL over LANG', { LC_ALL: 'C', LANG: 'C.UTF-8' }, false],
  ['no locale', {}, false],
  ['another encoding', { LANG: 'de_DE.ISO-8859-1' }, false],
  ['the Linux console', { LANG: 'C.UTF-8', TERM: 'linux' }, false],
])('%s gets the symbols it can show', async (_, environment, rich) => {
  expect((await openScreen(environment, output({}))).symbols).toBe(rich ? unicode : plain);
});

function output(parts: object): Output {
  return Object.assign(new PassThrough(), parts);
}

function inProcess(stdin: PassThrough) {
  const stdout = new PassThrough();
  return openTerminal({
    stdin,
    stdout,
    stderr: stdout,
    environment: {},
    onHangUp: () => undefined,
  });
}

/** A program around the compiled adapter, as main.ts is one. */
function script(body: string): string {
  const adapter = join(import.meta.dirname, '../../dist/src/adapters/terminal.js');
  return `
    import { openTerminal } from ${JSON.stringify(adapter)};
    const { stdin, stdout, stderr, env: environment } = process;
    const terminal = openTerminal({ stdin, stdout, stderr, environment, onHangUp: () => process.exit(0) });
    ${body}`;
}

function piped(body: string, environment: Record<string, string> = {}) {
  return execa('node', ['--input-type=module', '--eval', script(body)], {
    env: environment,
    stdin: 'ignore',
    timeout: 20_000,
  });
}

/** Runs the body on a pseudo-terminal of 80 × 24. */
function inTerminal(body: string, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script(body)], {
    cols: 80,
    rows: 24,
    cwd: folder,
    env: {
      PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      TERM: 'xterm',
      ...environment,
    },
  });
  let text = '';
  const seen = () => stripVTControlCharacters(text);
  let look = () => {};
  child.onData((data) => {
    text += data;
    look();
  });
  let gone = false;
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      gone = true;
      resolve(exitCode);
      look();
    });
  });
  return {
    seen,
    ended,
    type: (keys: string) => child.write(keys),
    /** Resolves when the text was shown; a program that ends without it is a failure. */
    until: (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        look = () => {
          if (seen().includes(wanted)) resolve();
          else if (gone) reject(new Error(`ended without “${wanted}”:\n${seen()}`));
        };
        look();
      }),
  };
}
