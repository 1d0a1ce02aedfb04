import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { exit } from '../../src/errors.ts';
import { miniWorkshop, type MiniWorkshop } from '../workshop.ts';

test('a new exercise takes the next number and says what to do next', async () => {
  const workshop = miniWorkshop();
  const { exitCode, stdout } = await workshop.kata('dev new gift-wrap');
  expect(exitCode).toBe(exit.done);
  expect(stdout).toContain('exercises/03-gift-wrap/starter/counter.ts');
  expect(stdout).toContain('kata dev check 03-gift-wrap');
  expect((await workshop.kata('list')).stdout).toContain('gift-wrap');
  expect(readdirSync(join(workshop.root, 'exercises'))).toContain('03-gift-wrap');
  expect(readdirSync(join(workshop.root, 'solutions'))).toContain('03-gift-wrap');
});

test('every file of a new exercise passes the types', async () => {
  const workshop = miniWorkshop();
  await workshop.kata('dev new gift-wrap');
  const compiler = join(workshop.root, 'node_modules/typescript/bin/tsc');
  const { exitCode, stdout } = await execa(process.execPath, [compiler, '-p', workshop.root], {
    cwd: workshop.root,
    reject: false,
  });
  expect(stdout).toBe('');
  expect(exitCode).toBe(0);
});

test('dev check judges a new exercise soundly and names just what its author still owes', async () => {
  const workshop = miniWorkshop();
  await workshop.kata('dev new gift-wrap');
  const { exitCode, stdout } = await workshop.kata('dev check gift-wrap --json');
  expect(exitCode).toBe(exit.failed);
  const [{ findings }] = JSON.parse(stdout);
  expect(findings.map(({ what }: { what: string }) => what)).toEqual(
    expect.arrayContaining(['starter', 'solution', 'wrong conflict-ignored', 'right ask-again']),
  );
  const owed = findings.filter(({ problem }: { problem?: string }) => problem !== undefined);
  expect(owed.map(({ what }: { what: string }) => what)).toEqual([
    'brief',
    'hints',
    'notes',
    'wrong variants',
    'right variants',
  ]);
});

describe('refused, with nothing written:', () => {
  test.each(['GiftWrap', 'gift_wrap', 'gift--wrap', '-gift', '../gift', '03-'])(
    'the bad name %s',
    async (name) => {
      const workshop = miniWorkshop();
      const before = tree(workshop);
      const { exitCode } = await workshop.kata(`dev new ${name}`);
      expect(exitCode).toBe(exit.usage);
      expect(tree(workshop)).toEqual(before);
    },
  );

  test('a name that an exercise has', async () => {
    const workshop = miniWorkshop();
    const before = tree(workshop);
    const { exitCode, stderr } = await workshop.kata('dev new tally');
    expect(exitCode).toBe(exit.usage);
    expect(stderr).toContain('There is an exercise tally already: 01-tally.');
    expect(tree(workshop)).toEqual(before);
  });

  test('a folder that is there already', async () => {
    const workshop = miniWorkshop();
    mkdirSync(join(workshop.root, 'solutions/03-gift-wrap'));
    const { exitCode, stderr } = await workshop.kata('dev new gift-wrap');
    expect(exitCode).toBe(exit.usage);
    expect(stderr).toContain('solutions/03-gift-wrap is there already.');
    expect(existsSync(join(workshop.root, 'exercises/03-gift-wrap'))).toBe(false);
  });
});

test('completion and doctor of the built kata work from end to end', async () => {
  const workshop = miniWorkshop();
  const { exitCode, stdout } = await workshop.kata('completion bash');
  expect(exitCode).toBe(exit.done);
  expect(stdout).toContain("'dev new')");
  expect((await workshop.kata('completion tcsh')).exitCode).toBe(exit.usage);
  const report = JSON.parse((await workshop.kata('doctor --json')).stdout);
  expect(report.findings.map(({ topic }: { topic: string }) => topic)).toContain('SQLite');
});

function tree({ root }: MiniWorkshop): readonly string[] {
  return ['exercises', 'solutions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map(String),
  );
}
