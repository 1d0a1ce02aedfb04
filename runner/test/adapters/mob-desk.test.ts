import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openMobDesk, sharedProgress } from '../../src/adapters/mob/mob-desk.ts';
import { openProgressLog } from '../../src/adapters/progress-log.ts';
import type { Kata } from '../../src/commands/command.ts';
import { withFacts } from '../../src/commands/mob/mob-at-hand.ts';
import { handOverHere } from '../../src/commands/mob/next.ts';
import { beginning, mobOf, type CurrentMob } from '../../src/domain/mob.ts';
import type { MobDesk } from '../../src/domain/ports.ts';
import { exerciseOf } from '../screens/samples.ts';

const noon = Date.UTC(2026, 0, 2, 12);
const outbox: CurrentMob = { id: 'mob-1', exercise: 'outbox', own: null };
const room = { people: ['Ada', 'Grace', 'Edsger'], facilitators: [], turnMs: 240_000 };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kata-mob-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function deskIn(kataFolder: string, clock = { now: () => noon }): MobDesk {
  const complain = (notice: string) => expect.fail(notice);
  const desk = openMobDesk({ kataFolder, clock, complain });
  onTestFinished(() => desk.close());
  return desk;
}

/** What the vault does with the note of a desk. */
function switchTo(kataFolder: string, desk: MobDesk, mob: CurrentMob | undefined): void {
  const { file, text } = desk.noteOf(mob);
  mkdirSync(join(kataFolder, 'mob'), { recursive: true });
  if (text === undefined) rmSync(join(kataFolder, file));
  else writeFileSync(join(kataFolder, file), text);
}

test('facts keep the order in which they came, in one millisecond and with a clock set back', () => {
  const kataFolder = newFolder();
  let now = noon;
  const desk = deskIn(kataFolder, { now: () => now });
  const names = Array.from({ length: 20 }, (_, index) => `person ${index}`);
  for (const name of names) {
    if (name === 'person 10') now -= 3_600_000;
    desk.record('mob-1', { kind: 'added', name });
  }
  const facts = deskIn(kataFolder).facts('mob-1');
  expect(facts.map((fact) => fact.kind === 'added' && fact.name)).toEqual(names);
  expect(new Set(facts.map(({ at }) => at)).size).toBe(names.length);
  expect(facts[0]!.at).toBe(noon);
});

test('what another machine recorded is taken once, and belongs to its mob', () => {
  const desk = deskIn(newFolder());
  for (const fact of beginning(room)) desk.record('mob-1', fact);
  const elsewhere = deskIn(newFolder(), { now: () => noon + 5 });
  const there = desk.facts('mob-1');
  elsewhere.merge('mob-1', there);
  elsewhere.record('mob-1', { kind: 'note', text: 'why twice?' });
  desk.merge('mob-1', elsewhere.facts('mob-1'));
  desk.merge('mob-1', elsewhere.facts('mob-1'));
  expect(desk.facts('mob-1')).toEqual(elsewhere.facts('mob-1'));
  expect(desk.facts('mob-1')).toHaveLength(there.length + 1);
  expect(desk.facts('mob-2')).toEqual([]);
});

test('of two who hand over the same turn at once, one hands it over', () => {
  const kataFolder = newFolder();
  const exercise = () => exerciseOf(3, 'outbox');
  const one = { mob: deskIn(kataFolder), exercise } as unknown as Kata;
  const other = { mob: deskIn(kataFolder), exercise } as unknown as Kata;
  for (const fact of beginning(room)) one.mob.record('mob-1', fact);
  const [seenByOne, seenByOther] = [withFacts(one, outbox), withFacts(other, outbox)];

  const drivers = (): readonly string[] =>
    mobOf(one.mob.facts('mob-1')).turns.map(({ driver }) => driver);

  handOverHere(one, seenByOne);
  handOverHere(other, seenByOther);
  expect(drivers()).toEqual(['Ada', 'Grace']);

  handOverHere(other, withFacts(other, outbox));
  expect(drivers()).toEqual(['Ada', 'Grace', 'Edsger']);
});

test('what is recorded alone is there as a whole, or not at all', () => {
  const kataFolder = newFolder();
  const desk = deskIn(kataFolder);
  expect(() =>
    desk.alone(() => {
      desk.record('mob-1', { kind: 'dropped', name: 'Ada' });
      throw new Error('cut off');
    }),
  ).toThrow('cut off');
  expect(deskIn(kataFolder).facts('mob-1')).toEqual([]);
  desk.alone(() => desk.alone(() => desk.record('mob-1', { kind: 'ended' })));
  expect(deskIn(kataFolder).facts('mob-1')).toMatchObject([{ kind: 'ended' }]);
});

test('a note that cannot be read is said, not taken for no mob', () => {
  const kataFolder = newFolder();
  const desk = deskIn(kataFolder);
  expect(desk.current()).toBeUndefined();
  switchTo(kataFolder, desk, outbox);
  expect(desk.current()).toEqual(outbox);
  for (const text of ['', '{', '[]', 'null', '{"id":"a"}', '{"id":"a","exercise":"b","own":3}']) {
    writeFileSync(join(kataFolder, 'mob/current.json'), text);
    expect(() => desk.current(), text).toThrow('cannot be read');
  }
});

test('while a mob is on, its exercise counts for the mob, and before and after for the person', () => {
  const kataFolder = newFolder();
  const desk = deskIn(kataFolder);
  const { log } = openProgressLog(join(kataFolder, 'progress.db'), { now: () => noon });
  const progress = sharedProgress(log, desk);
  const hint = (exercise: string, rung: number) =>
    progress.record({ kind: 'hinted', exercise, rung });
  const rungs = () =>
    progress.facts().map((fact) => fact.kind === 'hinted' && [fact.exercise, fact.rung]);

  hint('outbox', 1);
  switchTo(kataFolder, desk, outbox);
  expect(rungs()).toEqual([]);
  hint('outbox', 2);
  hint('tokens', 3);
  expect(rungs()).toEqual([
    ['tokens', 3],
    ['outbox', 2],
  ]);
  switchTo(kataFolder, desk, undefined);
  expect(rungs()).toEqual([
    ['outbox', 1],
    ['tokens', 3],
  ]);
  progress.close();
});
