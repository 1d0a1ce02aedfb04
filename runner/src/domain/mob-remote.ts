/** A mob whose people sit at several machines: names on the remote, and what a meeting with it leads to. */
import { KataError } from '../errors.ts';
import type { Exercise } from './exercise.ts';
import { inOrder, type MobFact, type SharedPlace } from './mob.ts';

export function branchOf({ id }: Pick<Exercise, 'id'>): string {
  return `mob/${id}`;
}

/** Undefined for a branch that is no mob's, or one on which work was kept beside. */
export function exerciseIdOn(branch: string): string | undefined {
  return /^mob\/(\d+-[a-z0-9-]+)$/.exec(branch)?.[1];
}

/** Where work is kept that met other work. */
export function besideBranch(branch: string, person: string, commit: string): string {
  return `${branch}-beside/${slugOf(person)}-${commit.slice(0, 7)}`;
}

/** 'Édith Ann' → 'edith-ann': for branches and addresses. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'somebody';
}

const schemes = ['http', 'https', 'ssh', 'git', 'file', 'git+ssh', 'ssh+git'];

/**
 * Whether a remote lies in this machine's folders: a path, or file://. An address that would run a program,
 * or that git could take for an option, is refused.
 * @throws KataError usage
 */
export function placeOf(url: string): 'path' | 'file' | 'elsewhere' {
  const refuse = (why: string): never => {
    throw new KataError(
      'usage',
      `“${withoutPassword(url)}” is no address of a repository: ${why}.`,
      'Give what git clone would take: https://…, ssh://…, host:path, or a folder.',
    );
  };
  if (url === '') return refuse('it is empty');
  if (url.startsWith('-')) return refuse('it looks like an option');
  if (/[\p{Cc}\p{Cf}]/u.test(url)) return refuse('it has invisible characters');
  if (/^[a-z][a-z0-9+.-]*::/i.test(url)) return refuse('it names a program to run');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined && !schemes.includes(scheme)) return refuse(`${scheme} is not known`);
  if (scheme !== undefined) return scheme === 'file' ? 'file' : 'elsewhere';
  // As git reads it: a colon before any slash names a host, unless it names a drive.
  const drive = /^[a-z]:[\\/]/i.test(url);
  return !drive && /^[^/\\]+:/.test(url) ? 'elsewhere' : 'path';
}

/** An address as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '$1');
}

/**
 * What a meeting of this machine with the remote leads to.
 * 'hand over': somebody else drives, and the work here is shared. 'share': it is shared, but the turn was
 * handed over elsewhere already. 'take': the work there is laid out. 'keep both': both have new work, and
 * neither replaces the other. 'nothing': both are equal, and so it stays.
 */
export type Meeting = 'hand over' | 'share' | 'take' | 'keep both' | 'nothing';

/** Workspaces by git's name for their content; null for none. */
export interface Trees {
  /** As both had it last. */
  readonly base: string | null;
  readonly here: string;
  /** Undefined when the remote cannot be asked, or has no such branch yet. */
  readonly there: string | undefined;
}

export interface Wish {
  /** Else the work here is shared, and the turn goes on. */
  readonly handOver: boolean;
  /** A turn was handed over on another machine since the last meeting. */
  readonly elsewhere: boolean;
  /** Facts are known here that are not known there. */
  readonly news: boolean;
}

export function meetingOf({ base, here, there }: Trees, wish: Wish): Meeting {
  const newThere = there !== undefined && there !== base && there !== here;
  const newHere = here !== base;
  if (newThere) return newHere ? 'keep both' : 'take';
  if (wish.handOver && !wish.elsewhere) return 'hand over';
  return here !== (there ?? base) || wish.news ? 'share' : 'nothing';
}

type Turn = Extract<MobFact, { kind: 'turn' }>;

export function lastTurn(facts: readonly MobFact[]): Turn | undefined {
  return inOrder(facts).findLast((fact) => fact.kind === 'turn');
}

/** @param uid  null for none */
export function turnNamed(facts: readonly MobFact[], uid: string | null): Turn | undefined {
  return facts.filter((fact) => fact.kind === 'turn').find((fact) => fact.uid === uid);
}

export type KeptBeside = Extract<MobFact, { kind: 'kept-beside' }>;

/** What was kept beside in this turn and the one before: later on, the log tells of it. */
export function latelyKept(facts: readonly MobFact[]): readonly KeptBeside[] {
  const sorted = inOrder(facts);
  const turns = sorted.filter((fact) => fact.kind === 'turn');
  const since = sorted.indexOf(turns.at(-2) ?? turns.at(-1) ?? sorted[0]!);
  return sorted.slice(since).filter((fact) => fact.kind === 'kept-beside');
}

/** Facts of one log that the other lacks. */
export function missingIn(
  theirs: readonly MobFact[],
  ours: readonly MobFact[],
): readonly MobFact[] {
  const known = new Set(theirs.map(({ uid }) => uid));
  return ours.filter(({ uid }) => !known.has(uid));
}

/** Something that came, or was handed over, and is not laid out here yet. */
export interface Waiting {
  /** Who has the keyboard now, if that is news. */
  readonly driver: string | undefined;
  readonly since: number | undefined;
  /** There is work that is not here. */
  readonly work: boolean;
}

/** @param tree  the workspace on the remote, by git's name; undefined when it was not asked */
export function waitingAt(
  { laid, turn }: SharedPlace,
  facts: readonly MobFact[],
  tree: string | undefined,
): Waiting | undefined {
  const last = lastTurn(facts);
  const handedOver = last !== undefined && last.uid !== turn;
  const work = tree !== undefined && tree !== laid;
  if (!handedOver && !work) return undefined;
  return {
    driver: handedOver ? last.driver : undefined,
    since: handedOver ? last.at : undefined,
    work,
  };
}
