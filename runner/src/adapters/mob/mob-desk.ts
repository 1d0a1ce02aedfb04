/**
 * The mob of this machine, in .kata/mob: current.json says what is on, and log.db holds the facts of all mobs.
 * Every command looks whether a mob is on, so that costs one look at the disk.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  inOrder,
  progressOf,
  type CurrentMob,
  type MobFact,
  type NewMobFact,
  type SharedPlace,
} from '../../domain/mob.ts';
import type { Clock, MobDesk, ProgressLog } from '../../domain/ports.ts';
import { KataError } from '../../errors.ts';
import { openFacts, type Facts } from '../facts.ts';
import { fileSystem, writeWhole } from '../vault/file-system.ts';

export interface MobDeskSettings {
  /** .kata */
  readonly kataFolder: string;
  readonly clock: Clock;
  /** Told when a log could not be used, and was kept aside. */
  readonly complain: (notice: string) => void;
}

export function openMobDesk({
  kataFolder,
  clock,
  complain,
}: MobDeskSettings): MobDesk & { close(): void } {
  const folder = join(kataFolder, 'mob');
  const current = join(folder, 'current.json');
  let opened: Facts | undefined;

  function log(): Facts {
    if (opened) return opened;
    const { facts, notice } = openFacts(join(folder, 'log.db'), clock);
    if (notice !== undefined) complain(`The mob’s log ${notice}`);
    return (opened = facts);
  }

  function factsOf(id: string): readonly MobFact[] {
    const facts = log()
      .rows(id)
      .map(({ at, kind, detail }) => ({ ...detail, at, kind }) as unknown as MobFact);
    return inOrder(facts);
  }

  function add(id: string, { at, kind, ...detail }: MobFact): void {
    log().add({ at, subject: id, kind, detail });
  }

  /**
   * Later than all of its mob: the clocks of several machines differ, and one may be set back or stand still for
   * a millisecond.
   */
  function stamp(id: string, fact: NewMobFact): MobFact {
    const last = factsOf(id).at(-1)?.at ?? 0;
    return { ...fact, uid: randomUUID(), at: Math.max(clock.now(), last + 1) };
  }

  function currentMob(): CurrentMob | undefined {
    if (!existsSync(current)) return undefined;
    const found: unknown = parse(readFileSync(current, 'utf8'));
    if (isCurrent(found)) return found;
    throw new KataError(
      'mob-damaged',
      `${current} cannot be read, so it is not known whether a mob is on.`,
      `Move that file away; nothing else is lost: kata restore lists every sealed copy.`,
    );
  }

  return {
    current: currentMob,
    noteOf: (mob) => ({ file: 'mob/current.json', text: mob && textOf(mob) }),
    facts: factsOf,
    stamp,
    record: (id, fact) =>
      log().alone(() => {
        const recorded = stamp(id, fact);
        add(id, recorded);
        return recorded;
      }),
    merge: (id, facts) =>
      log().alone(() => {
        const known = new Set(factsOf(id).map(({ uid }) => uid));
        for (const fact of facts) if (!known.has(fact.uid)) add(id, fact);
      }),
    alone: (action) => log().alone(action),
    keep(mob) {
      if (currentMob()?.id !== mob.id) return;
      const temporary = join(folder, `current-${randomUUID()}.json`);
      writeWhole(fileSystem, temporary, current, textOf(mob));
    },
    last: () => (existsSync(folder) ? log().rows().at(-1)?.subject : undefined),
    close: () => opened?.close(),
  };
}

function textOf(mob: CurrentMob): string {
  return `${JSON.stringify(mob)}\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCurrent(found: unknown): found is CurrentMob {
  if (typeof found !== 'object' || found === null) return false;
  const { id, exercise, own, remote } = found as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    typeof exercise === 'string' &&
    isTextOrNull(own) &&
    (remote === undefined || isPlace(remote))
  );
}

function isPlace(found: unknown): found is SharedPlace {
  if (typeof found !== 'object' || found === null) return false;
  const { url, branch, person, seen, laid, turn, pending } = found as Record<string, unknown>;
  return (
    typeof url === 'string' &&
    typeof branch === 'string' &&
    [person, seen, laid, turn, pending].every(isTextOrNull)
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

/** While a mob is on, what happens in its exercise counts for the mob, and all else for the person. */
export function sharedProgress(own: ProgressLog, desk: MobDesk): ProgressLog {
  return {
    facts() {
      const mob = desk.current();
      return mob ? progressOf(own.facts(), desk.facts(mob.id), mob.exercise) : own.facts();
    },
    record(fact) {
      const mob = desk.current();
      if (mob?.exercise !== fact.exercise) return own.record(fact);
      const { at } = desk.record(mob.id, { kind: 'progress', fact });
      return { ...fact, at, id: desk.facts(mob.id).length };
    },
    close: () => own.close(),
  };
}
