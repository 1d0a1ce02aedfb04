/**
 * What stands on a remote was made by somebody who wishes us ill. Nothing of it comes to the disk, nothing
 * that was there changes, and it is said why. KATA_BLOB_BYTES is the size of the large file (60 MB).
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { execa, execaSync } from 'execa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bareRepository,
  branch,
  git,
  machine,
  temporaryFolder,
  there,
  type Machine,
} from './machines.ts';

const blobBytes = Number(process.env['KATA_BLOB_BYTES'] ?? 60e6);

/** Each file below a folder with the hash of its bytes, .kata included; only locks of SQLite left out. */
function everything(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const below = (path: string): void => {
    for (const name of readdirSync(join(folder, path))) {
      const inner = join(path, name);
      const stats = lstatSync(join(folder, inner));
      if (stats.isDirectory()) below(inner);
      else if (!name.endsWith('-shm')) {
        found[inner] = stats.isSymbolicLink()
          ? 'a link'
          : createHash('sha256')
              .update(readFileSync(join(folder, inner)))
              .digest('hex');
      }
    }
  };
  below('');
  return found;
}

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true })
    .map((name) => lstatSync(join(folder, String(name))).size)
    .reduce((sum, size) => sum + size, 0);
}

interface Item {
  readonly mode?: string;
  readonly name: string | Buffer;
  readonly text?: string;
  readonly items?: readonly Item[];
  /** Of something that is there already. */
  readonly id?: string;
}

/** Writes a tree as it is, whatever git thinks of its names. */
function treeOf(remote: string, items: readonly Item[]): string {
  const entries = items.map(({ mode, name, text = 'x\n', items: inner, id }) => {
    const object =
      id ?? (inner ? treeOf(remote, inner) : git(remote, ['hash-object', '-w', '--stdin'], text));
    const head = Buffer.from(`${mode ?? (inner ? '40000' : '100644')} `);
    return Buffer.concat([head, Buffer.from(name), Buffer.from([0]), Buffer.from(object, 'hex')]);
  });
  const words = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
  return git(remote, words, Buffer.concat(entries));
}

/** A commit that goes on from the branch, with the mob's own facts unless others are given. */
function put(
  remote: string,
  workspace: readonly Item[],
  facts?: string,
  beside: readonly Item[] = [],
): void {
  const log: Item =
    facts === undefined
      ? { name: 'mob.jsonl', id: git(remote, ['rev-parse', `${branch}:mob.jsonl`]) }
      : { name: 'mob.jsonl', text: facts };
  const tree = treeOf(remote, [log, ...beside, { name: 'workspace', items: workspace }]);
  const commit = git(remote, ['commit-tree', tree, '-p', branch, '-m', 'x']);
  git(remote, ['update-ref', `refs/heads/${branch}`, commit]);
}

interface Scene {
  readonly remote: string;
  /** Began the mob, with work of its own below and unshared work in the workspace. */
  readonly inside: Machine;
  /** Has not joined yet. */
  readonly outside: Machine;
}

async function scene(settings: Parameters<typeof machine>[0] = {}): Promise<Scene> {
  const remote = bareRepository();
  const inside = machine(settings);
  const outside = machine(settings);
  mkdirSync(outside.workspace('01-tally'), { recursive: true });
  outside.edit('// of my own\n');
  await inside.start(remote);
  inside.edit('// not shared yet\n');
  return { remote, inside, outside };
}

/** Neither who is in the mob nor who wants to join gets anything of it. */
async function expectRefusal(
  { remote, inside, outside }: Scene,
  why: RegExp,
  what = 'what stands there',
): Promise<void> {
  for (const [each, act] of [
    [inside, () => inside.next()],
    [outside, () => outside.join(remote)],
  ] as const) {
    const before = everything(each.root);
    const error: unknown = await act().then(
      (screen) => expect.unreachable(`${what} was taken: ${screen}`),
      (refusal: unknown) => refusal,
    );
    expect(error, what).toMatchObject({ code: 'remote-refused' });
    const { message, remedy } = error as { message: string; remedy: string };
    expect(`${message}\n${remedy}`, what).toMatch(why);
    expect(message).toMatch(/Nothing was changed|nothing was changed/);
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(everything(each.root), what).toEqual(before);
  }
  expect(outside.inside.mob.current()).toBeUndefined();
}

describe('a hostile tree changes nothing, and it is said why', () => {
  const tally: Item = { name: 'tally.ts' };
  const cases: readonly (readonly [what: string, items: readonly Item[], why: RegExp])[] = [
    ['a link', [{ name: 'tally.ts', mode: '120000', text: '/etc/passwd' }], /is a link/],
    [
      'a link to a folder and a file through it',
      [
        { name: 'a', mode: '120000', text: '/tmp' },
        { name: 'a', items: [tally] },
      ],
      /link|duplicate/,
    ],
    ['..', [{ name: '..', items: [tally] }], /hasDotdot|leads out/],
    ['.', [{ name: '.', items: [tally] }], /hasDot|leads out/],
    ['a slash in a name', [{ name: '../../x' }], /fullPathname|leads out/],
    ['an absolute name', [{ name: '/tmp/x' }], /fullPathname|leads out/],
    [
      '.git/hooks',
      [
        {
          name: '.git',
          items: [{ name: 'hooks', items: [{ name: 'post-checkout', mode: '100755' }] }],
        },
      ],
      /hasDotgit|hidden/,
    ],
    ['.GIT', [{ name: '.GIT', items: [tally] }], /hasDotgit|hidden/],
    ['git~1', [{ name: 'git~1', items: [tally] }], /hasDotgit|short names/],
    [
      'a .git with an invisible letter',
      [{ name: '.g\u200cit', items: [tally] }],
      /hasDotgit|invisible/,
    ],
    [
      '.gitmodules',
      [{ name: '.gitmodules', text: '[submodule "x"]\nurl=ext::sh\npath=x\n' }],
      /gitmodules|hidden/i,
    ],
    [
      'a submodule',
      [{ name: 'x', mode: '160000', id: 'a'.repeat(40) }],
      /a repository in the repository/,
    ],
    ['case twins', [{ name: 'TALLY.ts' }, { name: 'tally.ts' }], /on some systems/],
    ['the same name twice', [tally, tally], /duplicate|on some systems/],
    ['a device of Windows', [{ name: 'NUL.txt' }], /a device/],
    ['a stream of Windows', [{ name: 'tally.ts:x' }], /Windows refuses/],
    ['a name that writes on the screen', [{ name: '\u001b]0;pwned\u0007' }], /invisible/],
    ['a name that is no UTF-8', [{ name: Buffer.from([0xff, 0xfe]) }], /UTF-8/],
  ];

  test('links, ways out, .git in every spelling, twins, devices, names that write on the screen', async () => {
    const all = await scene();
    const good = git(all.remote, ['rev-parse', branch]);
    for (const [what, items, why] of cases) {
      git(all.remote, ['update-ref', `refs/heads/${branch}`, good]);
      put(all.remote, items);
      await expectRefusal(all, why, what);
    }
  });

  test('a file beside the workspace', async () => {
    const all = await scene();
    put(all.remote, [tally], undefined, [{ name: 'package.json' }]);
    await expectRefusal(all, /package\.json does not belong there/);
  });

  test('more files than a mob needs', async () => {
    const all = await scene();
    const names = Array.from({ length: 600 }, (_, n) => `f${String(n).padStart(4, '0')}`);
    put(
      all.remote,
      names.map((name) => ({ name })),
    );
    await expectRefusal(all, /600 files, and 500 is the most/);
  });

  test('a few bytes that unfold to a million files', async () => {
    const all = await scene();
    let items: readonly Item[] = Array.from({ length: 10 }, (_, n) => ({ name: `f${n}` }));
    for (let depth = 0; depth < 6; depth += 1) {
      const id = treeOf(all.remote, items);
      items = Array.from({ length: 10 }, (_, n) => ({ name: `d${n}`, mode: '40000', id }));
    }
    put(all.remote, items);
    await expectRefusal(all, /more than 500 files/);
  });

  test('facts that break the screen, or are none', async () => {
    const all = await scene();
    const facts = there(all.remote, 'mob.jsonl');
    put(all.remote, [tally], facts.replaceAll('Grace', 'Gr\\u001b[2Jace'));
    await expectRefusal(all, /line 2 does not look like facts/);
    const again = await scene();
    put(again.remote, [tally], '#!/bin/sh\n');
    await expectRefusal(again, /line 1 does not say whose/);
  });
});

describe('a file that is far too large', () => {
  /** Zeros, which a few megabytes stand for on the wire. */
  async function withLargeFile(): Promise<Scene> {
    const all = await scene();
    const zeros = Buffer.alloc(1 << 20);
    const stream = Readable.from(
      (function* () {
        for (let left = blobBytes; left > 0; left -= zeros.length) {
          yield zeros.subarray(0, Math.min(left, zeros.length));
        }
      })(),
    );
    const settings = ['-c', 'core.compression=1', '-c', 'core.bigFileThreshold=1m'];
    const { stdout } = await execa(
      'git',
      [`--git-dir=${all.remote}`, ...settings, 'hash-object', '-w', '--stdin'],
      { input: stream },
    );
    put(all.remote, [{ name: 'tally.ts' }, { name: 'zeros.bin', id: stdout }]);
    return all;
  }

  test(
    'is not even asked for, where the remote can leave it out',
    { timeout: 600_000 },
    async () => {
      const all = await withLargeFile();
      await expectRefusal(all, /zeros\.bin is larger than 1 MB/);
      for (const { root } of [all.inside, all.outside]) {
        expect(bytesBelow(join(root, '.kata'))).toBeLessThan(2e6);
      }
    },
  );

  test('is streamed and thrown away, where it cannot', { timeout: 600_000 }, async () => {
    const all = await withLargeFile();
    const url = await served(all.remote);
    const before = everything(all.outside.root);
    await expect(all.outside.join(url)).rejects.toThrow(
      new RegExp(`zeros\\.bin has ${Number((blobBytes / 1e6).toPrecision(3))} MB`),
    );
    expect(everything(all.outside.root)).toEqual(before);
  });

  test('is cut off on the way, when it is more than a mob’s history can be', async () => {
    const all = await scene({ packBytesMost: 1e6 });
    const random = execaSync('head', ['-c', '3000000', '/dev/urandom'], { encoding: 'buffer' });
    const words = ['hash-object', '-w', '--stdin'];
    const id = git(all.remote, words, Buffer.from(random.stdout));
    put(all.remote, [{ name: 'random.bin', id }]);
    const url = await served(all.remote);
    const before = everything(all.outside.root);
    await expect(all.outside.join(url)).rejects.toThrow(/brings more than 1 MB/);
    expect(everything(all.outside.root)).toEqual(before);
  });
});

describe('a branch that was rewritten', () => {
  test('is told and refused: gone back, replaced, or removed', async () => {
    const all = await scene();
    all.inside.edit('// shared\n');
    await all.inside.next();
    all.inside.edit('// not shared yet\n');
    const head = git(all.remote, ['rev-parse', branch]);
    const { inside } = all;
    const before = everything(inside.root);
    const refuse = async (why: RegExp): Promise<void> => {
      await expect(inside.next()).rejects.toMatchObject({
        code: 'remote-refused',
        message: expect.stringMatching(why),
      });
      expect(everything(inside.root)).toEqual(before);
    };

    git(all.remote, ['update-ref', `refs/heads/${branch}`, `${head}~1`]);
    await refuse(/was rewritten/);
    const tree = git(all.remote, ['rev-parse', `${head}^{tree}`]);
    const alone = git(all.remote, ['commit-tree', tree, '-m', 'x']);
    git(all.remote, ['update-ref', `refs/heads/${branch}`, alone]);
    await refuse(/was rewritten/);
    git(all.remote, ['update-ref', '-d', `refs/heads/${branch}`]);
    await refuse(/is no longer on/);

    git(all.remote, ['update-ref', `refs/heads/${branch}`, head]);
    expect(await inside.next()).toMatch(/shared on/);
  });

  test('does not keep anybody from their own work', async () => {
    const all = await scene();
    put(all.remote, [{ name: '.git', items: [{ name: 'HEAD' }] }]);
    const screen = (await all.inside.stop()).replaceAll(/\s+/g, ' ');
    expect(screen).toContain('The others did not get it');
    expect(screen).toContain('kata mob join goes on with it');
  });
});

describe('a remote in a folder of this machine', () => {
  test('cannot have its hooks run here', async () => {
    const { remote, inside, outside } = await scene();
    const mark = join(temporaryFolder(), 'ran');
    mkdirSync(join(remote, 'hooks'), { recursive: true });
    for (const hook of [
      'update',
      'pre-receive',
      'post-receive',
      'post-update',
      'reference-transaction',
      'proc-receive',
    ]) {
      writeFileSync(join(remote, 'hooks', hook), `#!/bin/sh\necho ${hook} >> ${mark}\n`);
      chmodSync(join(remote, 'hooks', hook), 0o755);
    }
    git(remote, ['config', 'core.fsmonitor', `touch ${mark}`]);
    git(remote, ['config', 'core.alternateRefsCommand', `touch ${mark};`]);
    git(remote, ['config', 'uploadpack.packObjectsHook', `touch ${mark};`]);
    writeFileSync(join(remote, 'objects/info/alternates'), `${bareRepository()}/objects\n`);
    await inside.next();
    await outside.join(remote, { as: 'Edsger' });
    expect(() => readFileSync(mark)).toThrow(/ENOENT/);
  });
});

describe('a remote that never answers', () => {
  async function silent(): Promise<string> {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    return `git://127.0.0.1:${port}/room.git`;
  }

  test('is given up after its time', async () => {
    const { inside } = machine();
    const patience = { limitMs: 300, mayAsk: false, signal: new AbortController().signal };
    await expect(inside.remote.branches(await silent(), patience)).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: expect.stringMatching(/no answer in 0\.3 seconds/),
    });
  });

  test('is left at once by Ctrl-C', async () => {
    const interruption = new AbortController();
    const { inside } = machine();
    const patience = { limitMs: 60_000, mayAsk: false, signal: interruption.signal };
    const asking = inside.remote.branches(await silent(), patience);
    const left = expect(asking).rejects.toMatchObject({ code: 'interrupted' });
    await vi.waitFor(() => expect(readdirSync(join(inside.root, '.kata/tmp'))).toHaveLength(1));
    interruption.abort();
    await left;
    expect(readdirSync(join(inside.root, '.kata/tmp'))).toEqual([]);
  });

  test('what it says cannot write over the screen, nor show a password', async () => {
    const { inside } = machine();
    const server = createServer((socket) => {
      socket.end('0030ERR \u001b[2Jaccess denied, \u0007go away please\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const patience = { limitMs: 5_000, mayAsk: false, signal: new AbortController().signal };
    const url = `git://ada:secret@127.0.0.1:${port}/room.git`;
    const error: unknown = await inside.remote
      .branches(url, patience)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'remote-unreachable' });
    // eslint-disable-next-line no-control-regex
    expect(String(error)).not.toMatch(/secret|[\u0000-\u0009\u000b-\u001f]/);
  });
});

/** By git's own server, which does not leave contents out unless it is told to. */
async function served(repository: string): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  const daemon = execa(
    'git',
    [
      'daemon',
      '--reuseaddr',
      '--listen=127.0.0.1',
      `--port=${port}`,
      '--export-all',
      `--base-path=${join(repository, '..')}`,
    ],
    { reject: false },
  );
  onTestFinished(() => void daemon.kill());
  const url = `git://127.0.0.1:${port}/room.git`;
  await vi.waitFor(
    async () =>
      expect((await execa('git', ['ls-remote', url], { reject: false })).exitCode).toBe(0),
    { timeout: 20_000, interval: 50 },
  );
  return url;
}
