import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMachine } from '../../src/adapters/machine.ts';
import { doctor } from '../../src/commands/doctor.ts';
import type { Kata } from '../../src/commands/command.ts';
import { findings, ready, type Finding } from '../../src/domain/readiness.ts';
import { exit, KataError } from '../../src/errors.ts';
import { colourless, plain } from '../../src/views/screen.ts';

const terminal = { interactive: true, columns: 100, colours: true, unicode: true, term: 'xterm' };
const machine = openMachine({ node: process.versions.node, terminal });

let workshop: string;

beforeEach(() => {
  workshop = realpathSync(mkdtempSync(join(tmpdir(), 'kata-doctor-')));
  for (const folder of [
    'runner/src/domain',
    'runner/lab',
    'runner/model',
    'runner/dist/src/domain',
    'runner/dist/lab',
    'runner/dist/model',
  ]) {
    mkdirSync(join(workshop, folder), { recursive: true });
  }
  for (const file of ['src/domain/cart', 'lab/index', 'model/index']) {
    writeFileSync(join(workshop, `runner/${file}.ts`), 'export {};');
    writeFileSync(join(workshop, `runner/dist/${file}.js`), 'export {};');
  }
});

afterEach(() => rmSync(workshop, { recursive: true, force: true }));

test('a good machine is ready, and nothing is left behind on it', async () => {
  const report = findings(await machine.observe(workshop));
  expect(report.filter(({ status }) => status === 'problem')).toEqual([]);
  expect(ready(report)).toBe(true);
  expect(finding(report, 'SQLite').seen).toMatch(
    /^3\.\d+\.\d+, wrote and read a WAL database in \.kata$/,
  );
  expect(finding(report, '.kata').seen).toBe('wrote, read and removed a file of 4.1 kB');
  expect(finding(report, 'build').seen).toBe('every source is compiled, 3 in all');
  expect(finding(report, 'git').seen).toMatch(/^\d+\.\d+/);
  expect(readdirSync(join(workshop, '.kata'))).toEqual([]);
});

test('a source edited after the build is a warning that names it', async () => {
  utimesSync(join(workshop, 'runner/dist/lab/index.js'), 1, 1);
  expect(finding(findings(await machine.observe(workshop)), 'build')).toEqual({
    topic: 'build',
    status: 'warning',
    seen: 'runner/lab/index.ts was edited after it was compiled',
    remedy: 'In the workshop’s folder run npm run build.',
  });
});

test('a build that is missing is a problem', async () => {
  rmSync(join(workshop, 'runner/dist'), { recursive: true });
  const report = findings(await machine.observe(workshop));
  expect(finding(report, 'build')).toMatchObject({
    status: 'problem',
    seen: expect.stringMatching(/^runner\/.* is not compiled, and 2 more$/),
  });
  expect(ready(report)).toBe(false);
});

test('a .kata that cannot be written is a problem, and the rest is still looked at', async () => {
  // A file in the folder's place refuses everybody, root as well.
  writeFileSync(join(workshop, '.kata'), '');
  const report = findings(await machine.observe(workshop));
  expect(finding(report, '.kata').status).toBe('problem');
  expect(finding(report, 'SQLite').status).toBe('problem');
  expect(finding(report, 'build').status).toBe('ok');
});

test('a progress file that was set aside is named', async () => {
  mkdirSync(join(workshop, '.kata'));
  writeFileSync(join(workshop, '.kata/progress.corrupt-20260102-093012.db'), '');
  writeFileSync(join(workshop, '.kata/progress.db'), '');
  expect(finding(findings(await machine.observe(workshop)), 'set aside')).toMatchObject({
    status: 'warning',
    seen: '.kata/progress.corrupt-20260102-093012.db',
  });
});

test('an SQLite that does not load is a problem with its remedy, not a crash', async () => {
  // Away from node_modules the import of the native package fails for real.
  const compiled = join(import.meta.dirname, '../../dist/src/adapters');
  mkdirSync(join(workshop, 'away'));
  writeFileSync(join(workshop, 'away/package.json'), '{ "type": "module" }');
  for (const file of ['machine.js', 'sqlite.js']) {
    copyFileSync(join(compiled, file), join(workshop, 'away', file));
  }
  const { stdout } = await execa('node', ['--input-type=module', '--eval', observeFromHere], {
    cwd: workshop,
  });
  const report = findings({ ...(await machine.observe(workshop)), ...JSON.parse(stdout) });
  expect(finding(report, 'SQLite')).toMatchObject({
    status: 'problem',
    seen: expect.stringMatching(/Cannot find (package|module) 'better-sqlite3'/),
    remedy: 'In the workshop’s folder run npm rebuild better-sqlite3.',
  });
});

const observeFromHere = `
import { openMachine } from './away/machine.js';
const { sqlite, database } = await openMachine({ node: '', terminal: {} }).observe(process.cwd());
console.log(JSON.stringify({ sqlite, database }));`;

test('kata doctor exits 0 on a ready machine, and --json prints one document', async () => {
  const { kata, printed } = capturing(() => workshop);
  expect(await doctor(kata, { json: true })).toBe(exit.done);
  expect(printed).toHaveLength(1);
  expect(JSON.parse(printed.join())).toMatchObject({ ready: true, findings: expect.any(Array) });
});

test('kata doctor works outside a workshop, says so, and exits 3', async () => {
  const { kata, printed } = capturing(() => {
    throw new KataError('no-workshop', 'There is no workshop here.', 'Change to its folder.');
  });
  expect(await doctor(kata, {})).toBe(exit.broken);
  expect(printed.join()).toContain(
    'x  workshop   There is no workshop here; its disk and build were not looked at',
  );
  expect(printed.join()).toContain('-> Change to its folder.');
  expect(printed.join()).toContain('wrote and read a WAL database in the temporary folder');
});

function capturing(root: () => string) {
  const printed: string[] = [];
  const kata = {
    get root() {
      return root();
    },
    machine,
    screen: { columns: 100, style: colourless, symbols: plain },
    terminal: { print: (text: string) => printed.push(text) },
  };
  return { kata: kata as unknown as Kata, printed };
}

function finding(report: readonly Finding[], topic: string): Finding {
  const found = report.find((each) => each.topic === topic);
  if (!found)
    throw new Error(`no finding on ${topic} among ${report.map((each) => each.topic).join()}`);
  return found;
}
