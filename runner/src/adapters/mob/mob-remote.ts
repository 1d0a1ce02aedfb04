/**
 * Meets the mob's branch elsewhere. What is fetched comes into a repository that is thrown away afterwards
 * (.kata/tmp/mob-…) and is looked through there: its names and sizes from the listing, then its facts. Only
 * then do its packs move to .kata/mob/git. So nothing is left of what was refused.
 */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { placeOf, slugOf, withoutPassword } from '../../domain/mob-remote.ts';
import type { Branch, Clock, MobRemote, Patience, Received } from '../../domain/ports.ts';
import { readLog, writeLog } from '../../domain/shared-log.ts';
import {
  lookThrough,
  sharedFolder,
  sharedLog,
  treeLimits,
  type ListedFile,
  type TreeLimits,
} from '../../domain/shared-files.ts';
import { KataError } from '../../errors.ts';
import { fileSystem, makeFolders } from '../vault/file-system.ts';
import { tryLock } from '../vault/lock.ts';
import { startOf } from '../vault/processes.ts';
import { openGit, remoteName, type Call, type Ran, type System } from './git.ts';

export interface MobRemoteSettings {
  /** .kata */
  readonly kataFolder: string;
  readonly clock: Clock;
  /** Where a relative path begins. */
  readonly cwd: string;
  readonly pid: number;
  readonly system: System;
  readonly limits?: TreeLimits;
  /** How much may come over the wire at once, in bytes. */
  readonly packBytesMost?: number;
  /** How long to wait for another kata, in tries and the pause between two of them in ms. */
  readonly patience?: { readonly tries: number; readonly pauseMs: number };
}

const defaultPackBytesMost = 50e6;
const defaultPatience = { tries: 200, pauseMs: 50 };
const lookEveryMs = 100;

/** git's name for nothing, the same everywhere. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const incoming = 'refs/incoming';
/** Of one listing: 500 names of 200 characters are far less. */
const listingMost = 1 << 20;

export function openMobRemote(settings: MobRemoteSettings): MobRemote {
  const { kataFolder, clock, cwd, pid, system } = settings;
  const {
    limits = treeLimits,
    packBytesMost = defaultPackBytesMost,
    patience: lockPatience = defaultPatience,
  } = settings;
  const git = openGit(system);
  const mob = join(kataFolder, 'mob');
  const own = join(mob, 'git');
  const tmp = join(kataFolder, 'tmp');
  const reached = join(mob, 'reached');

  /** Only with files of ours, so a failure is nobody's mistake but the disk's, or a bug. */
  async function mine(call: Omit<Call, 'repository'>): Promise<string> {
    await makeOwn();
    const ran = await git({ repository: own, ...call });
    if (ran.done) return ran.stdout.toString().trim();
    throw new KataError(
      'mob-damaged',
      `${own} cannot be used: ${ran.reason}.`,
      'Move that folder away: it is made anew, and no work is only there. kata doctor checks the disk.',
    );
  }

  /** It gets its place only when it is whole, and whoever comes first is as good as any other. */
  async function makeOwn(): Promise<void> {
    if (existsSync(join(own, 'HEAD'))) return;
    await temporarily(async (folder) => {
      const made = join(folder, 'git');
      init(made);
      mkdirSync(mob, { recursive: true });
      try {
        renameSync(made, own);
      } catch (error) {
        if (!existsSync(join(own, 'HEAD'))) throw error;
      }
    });
  }

  /** As git init --bare makes it, without anybody's templates. */
  function init(repository: string): void {
    mkdirSync(join(repository, 'objects/pack'), { recursive: true });
    mkdirSync(join(repository, 'objects/info'));
    mkdirSync(join(repository, 'refs/heads'), { recursive: true });
    writeFileSync(join(repository, 'HEAD'), 'ref: refs/heads/none\n');
    writeFileSync(
      join(repository, 'config'),
      '[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = true\n',
    );
  }

  /** A folder that is gone afterwards, whatever happens; and what a killed command left of its own. */
  async function temporarily<T>(use: (folder: string) => Promise<T>): Promise<T> {
    sweep();
    const folder = join(tmp, `mob-${pid}-${randomUUID()}`);
    mkdirSync(folder, { recursive: true });
    try {
      return await use(folder);
    } finally {
      discard(folder);
    }
  }

  function sweep(): void {
    if (!existsSync(tmp)) return;
    for (const name of readdirSync(tmp)) {
      const owner = Number(/^mob-(\d+)-/.exec(name)?.[1] ?? pid);
      if (owner !== pid && startOf(owner) === undefined) discard(join(tmp, name));
    }
  }

  /** The ids and names of branches that begin with `prefix`. */
  async function heads(
    repository: string,
    url: string,
    prefix: string,
    patience: Patience,
  ): Promise<ReadonlyMap<string, string>> {
    const words = ['ls-remote', '--heads', ...uploadPack(url), remoteName, `refs/heads/${prefix}*`];
    const ran = await git({ repository, url, words, patience });
    if (!ran.done) throw unreachable(url, ran);
    const lines = ran.stdout.toString().split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [, id, branch] = /^([0-9a-f]{40})\trefs\/heads\/(\S+)$/.exec(line) ?? [];
        return id !== undefined && branch?.startsWith(prefix) === true ? [[branch, id]] : [];
      }),
    );
  }

  async function fetch(repository: string, place: Branch, patience: Patience): Promise<string> {
    const { url, branch } = place;
    const filter = `blob:limit=${limits.fileBytes + 1}`;
    // So that git takes it that large contents are missing, and writes nothing down about it.
    const partial = `-c remote.${remoteName}.promisor=true -c remote.${remoteName}.partialclonefilter=${filter}`;
    const plainly = 'fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head';
    const words = [
      ...`${partial} ${plainly} --filter=${filter}`.split(' '),
      ...uploadPack(url),
      remoteName,
      `+refs/heads/${branch}:${incoming}`,
    ];
    const watch = new AbortController();
    const signal = AbortSignal.any([patience.signal, watch.signal]);
    const running = git({ repository, url, words, patience: { ...patience, signal } });
    const tooLarge = watchSize(join(repository, 'objects'), watch.signal).then((over) => {
      if (over) watch.abort();
      return over;
    });
    try {
      const ran = await running;
      if (!ran.done) throw refusedByGit(ran) ?? unreachable(url, ran);
      if (sizeOf(join(repository, 'objects')) > packBytesMost) watch.abort();
      watch.signal.throwIfAborted();
    } catch (error) {
      if (watch.signal.aborted) throw refused(`it brings more than ${packBytesMost / 1e6} MB`);
      throw error;
    } finally {
      watch.abort();
      await tooLarge;
    }
    return idOf(repository, incoming);
  }

  /** True as soon as more has come than may; false when it is called off. */
  async function watchSize(folder: string, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const waited = await setTimeout(lookEveryMs, true, { signal }).catch(() => false);
      if (!waited) return false;
      if (sizeOf(folder) > packBytesMost) return true;
    }
  }

  async function idOf(repository: string, name: string): Promise<string> {
    const ran = await git({ repository, words: ['rev-parse', '--verify', '--quiet', name] });
    return ran.done ? ran.stdout.toString().trim() : '';
  }

  async function has(commit: string): Promise<boolean> {
    if (!existsSync(join(own, 'HEAD'))) return false;
    return (await git({ repository: own, words: ['cat-file', '-e', `${commit}^{commit}`] })).done;
  }

  async function mustFollow(repository: string, seen: string, commit: string): Promise<void> {
    const words = ['merge-base', '--is-ancestor', seen, commit];
    if (seen === commit || (await git({ repository, words })).done) return;
    throw new KataError(
      'remote-refused',
      'The mob’s branch was rewritten: what was shared before is no longer part of it. Nothing was changed.',
      'Ask in the room who did that. kata mob stop brings your own work back and keeps the mob’s; kata mob join takes what is there now.',
    );
  }

  async function lookInto(repository: string, commit: string): Promise<Received> {
    const listing = await git({
      repository,
      words: ['ls-tree', '-r', '-z', '-l', '--full-tree', commit],
      outputMost: listingMost,
    });
    if (listing.ended === 'output') throw refused(`it has more than ${limits.files} files`);
    if (!listing.done) throw refused(`git cannot list it: ${listing.reason}`);
    const { log, files } = lookThrough(listing.stdout, limits);
    const [facts, ...contents] = await contentsOf(repository, [log, ...files]);
    return {
      commit,
      tree: (await idOf(repository, `${commit}:${sharedFolder}`)) || emptyTree,
      files: files.map(({ path, executable }, index) => ({
        path,
        executable,
        bytes: contents[index]!,
      })),
      log: readLog(facts!.toString(), clock.now()),
    };
  }

  /** In the order of the files. They are known to be small. */
  async function contentsOf(
    repository: string,
    files: readonly ListedFile[],
  ): Promise<readonly Buffer[]> {
    const ran = await git({
      repository,
      words: ['cat-file', '--batch'],
      input: files.map(({ id }) => `${id}\n`).join(''),
      outputMost: limits.bytes + limits.fileBytes + files.length * 100,
    });
    if (!ran.done) throw refused(`git cannot read it: ${ran.reason}`);
    let start = 0;
    return files.map(({ id, size, path }) => {
      // '<id> blob <size>', a line end, the bytes, a line end.
      const from = ran.stdout.indexOf(10, start) + 1;
      const head = ran.stdout.subarray(start, from).toString();
      if (head !== `${id} blob ${size}\n`) throw refused(`git cannot read ${path}`);
      start = from + size + 1;
      return ran.stdout.subarray(from, from + size);
    });
  }

  /** An index comes last: git looks for a pack only where it finds one. */
  async function accept(repository: string, place: Branch, commit: string): Promise<void> {
    await makeOwn();
    const from = join(repository, 'objects/pack');
    const to = join(own, 'objects/pack');
    const names = existsSync(from) ? readdirSync(from) : [];
    const isIndex = (name: string): number => Number(name.endsWith('.idx'));
    for (const name of names.toSorted((a, b) => isIndex(a) - isIndex(b))) {
      renameSync(join(from, name), join(to, name));
    }
    // Tells the next fetch what is here already. Another kata may be doing the same; then that is fine.
    await git({ repository: own, words: ['update-ref', `refs/seen/${place.branch}`, commit] });
  }

  function nowReached(): void {
    mkdirSync(mob, { recursive: true });
    writeFileSync(reached, String(clock.now()));
  }

  let before: Promise<unknown> = Promise.resolve();

  async function locked<T>(action: () => Promise<T>): Promise<T> {
    makeFolders(fileSystem, mob);
    const path = join(mob, 'lock');
    let owner: number | undefined;
    for (let attempt = 1; attempt <= lockPatience.tries; attempt += 1) {
      const taken = tryLock(fileSystem, path, join(mob, `claim-${randomUUID()}`), pid);
      if (typeof taken === 'object') {
        try {
          return await action();
        } finally {
          taken.release();
        }
      }
      owner = taken ?? owner;
      if (taken !== undefined) await setTimeout(lockPatience.pauseMs);
    }
    throw new KataError(
      'vault-busy',
      `Another kata${owner === undefined ? '' : `, process ${owner},`} is meeting the mob’s remote.`,
      `Try again once it is done. If there is no such process, remove ${path}.`,
    );
  }

  function unreachable(url: string, { reason }: Ran): KataError {
    return new KataError(
      'remote-unreachable',
      `${withoutPassword(url)} cannot be reached: ${reason}.`,
      `Look whether git ls-remote ${withoutPassword(url)} works here.`,
    );
  }

  return {
    locate: async (url) => (placeOf(url) === 'path' ? resolve(cwd, url) : url),

    branches: (url, patience) =>
      temporarily(async (repository) => {
        init(repository);
        return [...(await heads(repository, url, 'mob/', patience)).keys()];
      }),

    receive: (place, seen, patience) =>
      temporarily(async (repository) => {
        init(repository);
        if (existsSync(join(own, 'objects'))) {
          const ours = join(own, 'objects').replaceAll('\\', '/');
          writeFileSync(join(repository, 'objects/info/alternates'), `${ours}\n`);
        }
        const head = (await heads(repository, place.url, place.branch, patience)).get(place.branch);
        if (head === undefined) {
          if (seen === null) return undefined;
          throw new KataError(
            'remote-refused',
            `The branch ${place.branch} is no longer on ${withoutPassword(place.url)}. Nothing was changed.`,
            'Ask in the room who removed it. kata mob stop brings your own work back and keeps the mob’s.',
          );
        }
        const commit = (await has(head)) ? head : await fetch(repository, place, patience);
        if (seen !== null) await mustFollow(repository, seen, commit);
        const received = await lookInto(repository, commit);
        await accept(repository, place, commit);
        nowReached();
        return received;
      }),

    async write(files) {
      const ids = await inTurns(files, 8, ({ bytes }) =>
        mine({ words: ['hash-object', '-w', '--no-filters', '--stdin'], input: bytes }),
      );
      return temporarily(async (folder) => {
        const lines = files.map(
          ({ path, executable }, index) =>
            `${executable ? '100755' : '100644'} ${ids[index]}\t${path}\0`,
        );
        const environment = { GIT_INDEX_FILE: join(folder, 'index') };
        const words = ['update-index', '-z', '--index-info'];
        if (files.length > 0) await mine({ words, environment, input: lines.join('') });
        return mine({ words: ['write-tree'], environment });
      });
    },

    async commit({ tree, log, parents, person, message }) {
      const facts = await mine({
        words: ['hash-object', '-w', '--no-filters', '--stdin'],
        input: writeLog(log),
      });
      const all = await mine({
        words: ['mktree', '-z'],
        input: [`100644 blob ${facts}\t${sharedLog}`, `040000 tree ${tree}\t${sharedFolder}`].join(
          '\0',
        ),
      });
      // One that is gone, because somebody moved the repository away, is no loss: what it held is sealed.
      const known = await inTurns(parents, 2, async (parent) =>
        (await has(parent)) ? [parent] : [],
      );
      const at = `${Math.floor(clock.now() / 1000)} +0000`;
      const email = `${slugOf(person)}@mob.invalid`;
      return mine({
        words: ['commit-tree', all, ...known.flat().flatMap((parent) => ['-p', parent])],
        input: `${message}\n`,
        environment: {
          GIT_AUTHOR_NAME: person,
          GIT_AUTHOR_EMAIL: email,
          GIT_AUTHOR_DATE: at,
          GIT_COMMITTER_NAME: person,
          GIT_COMMITTER_EMAIL: email,
          GIT_COMMITTER_DATE: at,
        },
      });
    },

    async push({ url, branch }, commit, patience) {
      await makeOwn();
      const ran = await git({
        repository: own,
        url,
        patience,
        words: [
          ...'push --porcelain --no-progress --no-verify --no-follow-tags'.split(' '),
          '--no-recurse-submodules',
          ...receivePack(url),
          remoteName,
          `${commit}:refs/heads/${branch}`,
        ],
      });
      if (ran.done) {
        nowReached();
        return 'pushed';
      }
      if (hasMoved(ran.stdout.toString())) return 'moved';
      throw notTaken(url, ran) ?? unreachable(url, ran);
    },

    lay: (files, use) =>
      temporarily(async (folder) => {
        const into = join(folder, sharedFolder);
        mkdirSync(into);
        for (const { path, executable, bytes } of files) {
          const full = join(into, path);
          mkdirSync(dirname(full), { recursive: true });
          writeFileSync(full, bytes, { flag: 'wx' });
          chmodSync(full, executable ? 0o755 : 0o644);
        }
        return use(into);
      }),

    reachedAt: async () =>
      existsSync(reached) ? Number(readFileSync(reached, 'utf8')) : undefined,

    alone(action) {
      // The lock keeps other processes out, not what else this one does.
      const done = before.then(() => locked(action));
      before = done.catch(() => undefined);
      return done;
    },
  };
}

/**
 * A repository in a folder of this machine is served by git here: so that large contents can stay out, and
 * with none of what its owner could have it run.
 */
function uploadPack(url: string): readonly string[] {
  return placeOf(url) === 'elsewhere'
    ? []
    : ['--upload-pack=git -c uploadpack.allowFilter=true upload-pack'];
}

function receivePack(url: string): readonly string[] {
  if (placeOf(url) === 'elsewhere') return [];
  const without = [
    'core.hooksPath=/dev/null',
    'core.alternateRefsCommand=true',
    'receive.denyCurrentBranch=refuse',
    'receive.autogc=false',
  ];
  const options = without.map((setting) => `-c ${setting}`).join(' ');
  return [`--receive-pack=git ${options} receive-pack`];
}

function refused(why: string): KataError {
  return new KataError(
    'remote-refused',
    `What stands on the mob’s branch is refused, and nothing was changed: ${why}.`,
    'Ask whoever handed over last what they shared. A mob’s branch holds small, plain files only.',
  );
}

/** git looks at each object that comes, and refuses what could harm a checkout. */
function refusedByGit({ stderr }: Ran): KataError | undefined {
  const [, what] = /error: object [0-9a-f]+: (.+)/.exec(stderr) ?? [];
  if (what !== undefined) return refused(`git refuses ${what}`);
  return /fsck error|index-pack failed|invalid index-pack|did not send all necessary/.test(stderr)
    ? refused('git refuses it as damaged')
    : undefined;
}

/** '!', a tab, the refs, a tab, and the reason in brackets. */
const rejection = /^!\t\S+\t\[([^\]]+)\](?: \((.+)\))?/m;
/** Two pushes at the same time: the one that came too late is told in one of these ways. */
const race =
  /lock|incorrect old value|already exists|fetch first|non-fast-forward|reference|stale|failed to update ref/i;

function hasMoved(porcelain: string): boolean {
  const [, kind, why = ''] = rejection.exec(porcelain) ?? [];
  return kind === 'rejected' || (kind === 'remote rejected' && race.test(why));
}

function notTaken(url: string, { stdout }: Ran): KataError | undefined {
  const [, , why] = rejection.exec(stdout.toString()) ?? [];
  if (why === undefined) return undefined;
  return new KataError(
    'remote-unreachable',
    `${withoutPassword(url)} does not take what is shared here: ${why}.`,
    'Ask its owner who may push branches that begin with mob/.',
  );
}

function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A git that was cut off may still be writing there; it is swept away by a later command.
  }
}

function sizeOf(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true })
      .map((name) => statSync(join(folder, String(name)), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

/** A few at a time, so that many files do not become many processes at once. */
async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const done: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    done.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  }
  return done;
}
