import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import {
  findings,
  supportedNode,
  type Finding,
  type Observations,
} from '../../src/domain/readiness.ts';
import { doctorView } from '../../src/views/doctor.ts';
import { colourless, plain, unicode } from '../../src/views/screen.ts';

const good: Observations = {
  node: '20.19.0',
  sqlite: { seen: '3.53.1' },
  database: { seen: { journalMode: 'wal', kept: true, folder: '.kata' } },
  git: { seen: '2.39.5' },
  terminal: {
    interactive: true,
    columns: 100,
    colours: true,
    unicode: true,
    term: 'xterm-256color',
  },
  clock: {
    now: Date.UTC(2026, 0, 2, 8, 30),
    driftMs: 0.4,
    zone: 'Europe/Warsaw',
    offsetMinutes: 60,
  },
  workshop: {
    root: '/kata',
    free: { seen: 93.4e9 },
    written: { seen: 4096 },
    build: { seen: [{ source: 'runner/src/main.ts', at: 1, builtAt: 2 }] },
    leftovers: [],
  },
};

test('a ready machine is told in one screen', () => {
  expect(doctorView({ columns: 80, style: colourless, symbols: unicode }, findings(good)))
    .toMatchInlineSnapshot(`
      "
        ✓ Node         20.19.0
        ✓ SQLite       3.53.1, wrote and read a WAL database in .kata
        ✓ git          2.39.5
        ✓ terminal     100 columns, colours, Unicode, TERM xterm-256color
        ✓ disk space   93 GB free
        ✓ .kata        wrote, read and removed a file of 4.1 kB
        ✓ clock        2026-01-02 09:30, Europe/Warsaw, steady within 1 ms
        ✓ build        every source is compiled, 1 in all

        This machine is ready.
      "
    `);
});

test('each problem comes with its remedy, within 80 columns', () => {
  const screen = doctorView(
    { columns: 80, style: colourless, symbols: plain },
    findings({
      ...good,
      node: '21.7.3',
      sqlite: {
        failed:
          'The module better_sqlite3.node was compiled against a different Node.js version using NODE_MODULE_VERSION 108.',
      },
      git: { failed: 'git is not on the PATH' },
    }),
  );
  expect(screen).toMatchInlineSnapshot(`
    "
      x  Node         21.7.3, which the kit does not support
                      -> Install Node 20.19 or later, 22.13 or later, or 24; then
                         run npm ci again.
      x  SQLite       The module better_sqlite3.node was compiled against a
                      different Node.js version using NODE_MODULE_VERSION 108.
                      -> In the workshop’s folder run npm rebuild better-sqlite3.
      ~  git          git is not on the PATH
                      -> Install git if your mob works across machines; nothing
                         else needs it.
      ok terminal     100 columns, colours, Unicode, TERM xterm-256color
      ok disk space   93 GB free
      ok .kata        wrote, read and removed a file of 4.1 kB
      ok clock        2026-01-02 09:30, Europe/Warsaw, steady within 1 ms
      ok build        every source is compiled, 1 in all

      This machine is not ready: 2 problems, 1 warning.
    "
  `);
  for (const line of screen.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
});

test('the supported versions of Node are those that package.json asks for', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8');
  expect(JSON.parse(text).engines.node).toBe('^20.19.0 || ^22.13.0 || >=24.0.0');
  for (const version of ['20.19.0', '20.20.2', '22.13.0', '24.0.0', '25.1.0', '26.0.0']) {
    expect(supportedNode(version), version).toBe(true);
  }
  for (const version of ['18.20.4', '20.18.9', '21.7.3', '22.11.0', '23.9.0']) {
    expect(supportedNode(version), version).toBe(false);
  }
});

test.each<[string, Partial<Observations>, string, Finding['status']]>([
  ['an unsupported Node', { node: '18.0.0' }, 'Node', 'problem'],
  [
    'a native SQLite that does not load',
    { sqlite: { failed: 'wrong version' } },
    'SQLite',
    'problem',
  ],
  ['a database that cannot be opened', { database: { failed: 'no' } }, 'SQLite', 'problem'],
  [
    'a disk without write-ahead logs',
    { database: database({ journalMode: 'delete' }) },
    'SQLite',
    'problem',
  ],
  ['a database that forgets', { database: database({ kept: false }) }, 'SQLite', 'problem'],
  ['no git', { git: { failed: 'not on the PATH' } }, 'git', 'warning'],
  ['a narrow terminal', { terminal: { ...good.terminal, columns: 79 } }, 'terminal', 'warning'],
  ['80 columns', { terminal: { ...good.terminal, columns: 80 } }, 'terminal', 'ok'],
  ['a dumb terminal', { terminal: { ...good.terminal, term: 'dumb' } }, 'terminal', 'warning'],
  [
    'a terminal without Unicode',
    { terminal: { ...good.terminal, unicode: false } },
    'terminal',
    'warning',
  ],
  [
    'a pipe',
    { terminal: { ...good.terminal, interactive: false, unicode: false } },
    'terminal',
    'ok',
  ],
  ['a clock that is moved', { clock: { ...good.clock, driftMs: -251 } }, 'clock', 'warning'],
  ['a clock that breathes', { clock: { ...good.clock, driftMs: 250 } }, 'clock', 'ok'],
  ['an unknown time zone', { clock: { ...good.clock, zone: '' } }, 'clock', 'warning'],
  ['a clock before the files', { clock: { ...good.clock, now: -60_000 } }, 'clock', 'warning'],
  ['a full disk', workshop({ free: { seen: 49e6 } }), 'disk space', 'problem'],
  ['a nearly full disk', workshop({ free: { seen: 499e6 } }), 'disk space', 'warning'],
  ['room enough', workshop({ free: { seen: 500e6 } }), 'disk space', 'ok'],
  ['a disk that does not tell', workshop({ free: { failed: 'unknown' } }), 'disk space', 'warning'],
  ['a .kata that refuses', workshop({ written: { failed: 'EROFS' } }), '.kata', 'problem'],
  ['sources that cannot be read', workshop({ build: { failed: 'EACCES' } }), 'build', 'problem'],
])('%s is judged for what it is', (_, seen, topic, status) => {
  expect(findings({ ...good, ...seen }).find((finding) => finding.topic === topic)?.status).toBe(
    status,
  );
});

test('whatever is not well has a remedy, and what is well has none', () => {
  const broken: Observations = {
    ...good,
    node: '18.0.0',
    git: { failed: 'gone' },
    sqlite: { failed: 'gone' },
  };
  for (const { status, remedy } of [...findings(good), ...findings(broken)]) {
    expect(remedy === undefined).toBe(status === 'ok');
  }
});

function database(changed: object): Observations['database'] {
  return { seen: { journalMode: 'wal', kept: true, folder: '.kata', ...changed } };
}

function workshop(changed: Partial<NonNullable<Observations['workshop']>>): Partial<Observations> {
  return { workshop: { ...good.workshop!, ...changed } };
}
