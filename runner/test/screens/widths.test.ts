import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type {
  Coverage,
  Curve,
  PromiseVerdict,
  ScheduleCoverage,
  ScheduleStory,
  Step,
} from '../../lab/index.ts';
import type { Exercise } from '../../src/domain/exercise.ts';
import { missedGoals, type Judgement } from '../../src/domain/judgement.ts';
import type { Standing } from '../../src/domain/progress.ts';
import { storyOf } from '../../src/domain/mob-story.ts';
import { mobOf, type MobFact } from '../../src/domain/mob.ts';
import { modules } from '../../src/domain/exercise.ts';
import { KataError } from '../../src/errors.ts';
import { briefView } from '../../src/views/brief.ts';
import { checkView } from '../../src/views/check.ts';
import { devCheckView } from '../../src/views/dev-check.ts';
import { diffView } from '../../src/views/diff.ts';
import { bugView, errorView } from '../../src/views/error.ts';
import { hintView } from '../../src/views/hint.ts';
import { homeView } from '../../src/views/home.ts';
import { folded } from '../../src/views/line.ts';
import { listView } from '../../src/views/list.ts';
import { modelView } from '../../src/views/model.ts';
import { stillOpenView } from '../../src/views/next.ts';
import { recoveredView } from '../../src/views/recovered.ts';
import { followView } from '../../src/views/mob-clock.ts';
import { logView } from '../../src/views/mob-log.ts';
import { handedOverView, notedView, statusView, stoppedView } from '../../src/views/mob.ts';
import { plain, unicode, type Screen, type Style } from '../../src/views/screen.ts';
import { replayView } from '../../src/views/replay.ts';
import { beginView, lineView, realCheckView, reportView } from '../../src/views/run.ts';
import { appliedView, solutionView } from '../../src/views/solution.ts';
import { exerciseOf, standingOf, wide } from './samples.ts';

const letters = fc.constantFrom('a', 'b', 'm', 'x', '–', 'é', '倉', '.', '-', '/', "'");
const word = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: letters, minLength: 1, maxLength: 14 }) },
  { weight: 1, arbitrary: fc.string({ unit: letters, minLength: 60, maxLength: 150 }) },
);
const text = fc.array(word, { minLength: 1, maxLength: 16 }).map((words) => words.join(' '));
/** What an exercise's folder can be called, however unwisely. */
const name = fc.string({
  unit: fc.constantFrom('a', 'b', 'c'),
  minLength: 1,
  maxLength: 70,
});
const number = fc.oneof(fc.nat(20), fc.nat(20_000_000));

const exercise: fc.Arbitrary<Exercise> = fc
  .record({
    name,
    number: fc.integer({ min: 1, max: 99 }),
    texts: fc.array(text, { minLength: 8, maxLength: 8 }),
    module: fc.constantFrom(...modules.map((each) => each.name)),
    lecture: fc.constantFrom(undefined, '01-why'),
  })
  .map(({ texts: [one = '', two = '', three = '', ...hints], ...parts }) =>
    exerciseOf(parts.number, parts.name, {
      ...parts,
      hints,
      entry: `${parts.name}.ts`,
      promises: [
        { id: 'first', text: one, ask: two },
        { id: 'second', text: three, ask: one },
      ],
      breaks: ['first'],
    }),
  );

const standing: fc.Arbitrary<Standing> = fc
  .record({
    state: fc.constantFrom('open' as const, 'solved' as const, 'untouched' as const),
    checks: number,
    hints: fc.nat(5),
    revealed: fc.boolean(),
    timeMs: fc.nat(10 ** 9),
    brokenIn: number,
    schedules: number,
    checked: fc.boolean(),
  })
  .map(({ brokenIn, schedules, checked, ...parts }) =>
    standingOf('any', {
      ...parts,
      ...(checked && {
        last: {
          kind: 'checked',
          id: 1,
          at: 1,
          exercise: 'any',
          broken: 'second',
          brokenIn,
          schedules,
          durationMs: 1,
          copy: 'c',
        },
      }),
    }),
  );

const lane = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('customer', 'web #1', 'web #2', 'store', '倉庫') },
  { weight: 1, arbitrary: text },
);

const story: fc.Arbitrary<ScheduleStory> = fc
  .uniqueArray(lane, { minLength: 2, maxLength: 7 })
  .chain((lanes) => {
    const at = fc.option(
      fc.record({ file: fc.oneof(fc.constant('cart.ts'), name), line: number, column: number }),
      { nil: undefined },
    );
    const one = fc.constantFrom(...lanes);
    const arrow = fc
      .record({
        event: number,
        kind: fc.constantFrom('call' as const, 'answer' as const),
        ends: fc.shuffledSubarray(lanes, { minLength: 2, maxLength: 2 }),
        text,
        effect: fc.option(text, { nil: undefined }),
        changed: fc.boolean(),
        at,
      })
      .map(({ ends: [from = '', to = ''], effect, changed, at: place, ...step }) => ({
        ...step,
        from,
        to,
        ...(effect !== undefined && { effect }),
        ...(changed && { changes: [] }),
        ...(place && { at: place }),
      }));
    const mark = fc
      .record({
        event: number,
        what: fc.constantFrom(
          { kind: 'fault' as const, fault: 'crash' as const },
          { kind: 'fault' as const, fault: 'lock expiry' as const },
          { kind: 'restart' as const },
          { kind: 'note' as const },
        ),
        on: one,
        text,
        at,
      })
      .map(({ what, at: place, ...step }) => ({ ...what, ...step, ...(place && { at: place }) }));
    const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(arrow, mark), {
      minLength: 1,
      maxLength: 9,
    });
    return fc.record(
      {
        scenario: text,
        lanes: fc.constant(lanes),
        steps,
        so: text,
        passes: text,
        token: fc.string({ unit: fc.constantFrom('0', 'a', 'z'), minLength: 5, maxLength: 90 }),
      },
      { requiredKeys: ['scenario', 'lanes', 'steps', 'token'] },
    );
  });

const verdict = (promise: string): fc.Arbitrary<PromiseVerdict> =>
  fc
    .record({
      holds: fc.boolean(),
      brokenIn: number,
      tried: number,
      unit: fc.constantFrom('schedule' as const, 'state' as const, 'mutant' as const),
      program: word,
      those: fc.array(text, { maxLength: 2 }),
      so: text,
      story: fc.option(story, { nil: undefined }),
    })
    .map(({ story: told, ...rest }) => ({
      promise,
      ...rest,
      ...(told && !rest.holds && { story: told }),
    }));

const goals = fc.array(fc.record({ goal: text, seen: number }), { maxLength: 2 });

const curve: fc.Arbitrary<Curve> = fc.record(
  {
    what: fc.oneof(word, text),
    values: fc.array(number, { minLength: 1, maxLength: 90 }),
    endMost: number,
  },
  { requiredKeys: ['what', 'values'] },
);

const searched: fc.Arbitrary<ScheduleCoverage> = fc.record({
  unit: fc.constant('schedule'),
  scenario: text,
  kind: fc.constantFrom('exhaustive' as const, 'bounded' as const, 'sampled' as const),
  schedules: number,
  blocked: number,
  seed: number,
  bounds: fc.array(
    fc.record({
      fault: fc.constantFrom('crash' as const, 'unknown outcome' as const),
      atMost: fc.nat(3),
      seen: number,
    }),
    { maxLength: 3 },
  ),
  goals,
});

const explored: fc.Arbitrary<ScheduleCoverage> = fc
  .tuple(searched, fc.option(fc.array(curve, { maxLength: 3 }), { nil: undefined }))
  .map(([each, curves]) => ({ ...each, ...(curves && { curves }) }));

const coverage: fc.Arbitrary<Coverage> = fc.oneof(
  explored,
  fc.record({
    unit: fc.constant('state' as const),
    scenario: text,
    kind: fc.constantFrom('exhaustive' as const, 'bounded' as const),
    states: number,
    depth: number,
    goals,
  }),
  fc.record({
    unit: fc.constant('mutant' as const),
    scenario: text,
    program: word,
    right: number,
    mutants: number,
    seeds: number,
    runs: number,
    runsOfRight: number,
    rejections: fc.array(
      fc.record({
        mutant: text,
        runsMean: fc.double({ min: 1, max: 100, noNaN: true }),
        runsMost: number,
      }),
      { maxLength: 2 },
    ),
  }),
);

const judgement: fc.Arbitrary<Judgement> = fc
  .record({
    promises: fc.tuple(verdict('first'), verdict('second')),
    coverage: fc.array(coverage, { minLength: 1, maxLength: 3 }),
    durationMs: number,
    printed: fc.option(
      fc.array(text).map((lines) => lines.join('\n\t')),
      { nil: undefined },
    ),
  })
  .map(({ printed, ...parts }) => ({
    exercise: 'any',
    passed: parts.promises.every(({ holds }) => holds) && missedGoals(parts.coverage).length === 0,
    ...parts,
    ...(printed !== undefined && { output: { text: printed, cutBytes: 3 } }),
  }));

const screen: fc.Arbitrary<Screen> = fc.record({
  columns: fc.integer({ min: 60, max: 120 }),
  drawingColumns: fc.integer({ min: 60, max: 140 }),
  symbols: fc.constantFrom(unicode, plain),
  style: fc.constant(wide.style),
});

const chalk = new Chalk({ level: 1 });
const colours: Style = {
  accent: chalk.cyan,
  good: chalk.green,
  bad: chalk.red,
  dim: chalk.dim,
  bold: chalk.bold,
};

/** In the given width, with nothing at a line's end, and the same in colours. */
function fits(at: Screen, view: (screen: Screen) => string): void {
  const shown = view(at);
  const { columns, drawingColumns = columns } = at;
  const most = shown.includes('│') ? Math.max(columns, drawingColumns) : columns;
  for (const line of shown.split('\n')) {
    expect(stringWidth(line), line).toBeLessThanOrEqual(most);
    expect(line).toBe(line.trimEnd());
  }
  const coloured = view({ ...at, style: colours });
  expect(stripVTControlCharacters(coloured)).toBe(shown);
}

/** Few runs find it: each one looks at many lines. */
const runs = { numRuns: 60 };

test('a check fits every width from 60 to 120, and colours change no letter', () => {
  fc.assert(
    fc.property(screen, exercise, judgement, standing, (at, one, judged, stands) => {
      fits(at, (each) => checkView(each, one, judged, stands));
    }),
    runs,
  );
});

test('so does a replay', () => {
  const broken = fc.array(fc.record({ promise: fc.constantFrom('first', 'second'), so: text }), {
    maxLength: 2,
  });
  fc.assert(
    fc.property(screen, exercise, story, broken, (at, one, told, breaks) => {
      const replayed = { exercise: one.name, story: told, given: [], broken: breaks };
      fits(at, (each) => replayView(each, one, replayed));
    }),
    runs,
  );
});

test('so does the home screen, and the list', () => {
  const rows = fc.array(fc.tuple(exercise, standing), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(screen, rows, (at, all) => {
      const catalogue = all.map(([one]) => one);
      const standings = new Map(all.map(([one, stands]) => [one.name, stands]));
      const [[first, its] = [exerciseOf(1, 'a'), standingOf('a')]] = all;
      fits(at, (each) => listView(each, catalogue, standings));
      fits(at, (each) => homeView(each, catalogue, standings, { kind: 'done' }));
      fits(at, (each) => homeView(each, catalogue, standings, { kind: 'next', exercise: first }));
      fits(at, (each) =>
        homeView(each, catalogue, standings, { kind: 'at', exercise: first, standing: its }),
      );
    }),
    runs,
  );
});

test('so do the errors, with the learner’s line in them', () => {
  fc.assert(
    fc.property(screen, text, text, text, fc.nat(150), (at, sentence, code, remedy, column) => {
      const message = [
        sentence,
        `  12 | \t${code}`,
        `     | \t${' '.repeat(column)}^`,
        `  ${code}`,
      ];
      const error = new KataError('type-error', message.join('\n'), remedy);
      fits(at, (each) => errorView(each, error));
      const bug = new Error(sentence);
      fits(at, (each) => bugView(each, bug));
    }),
    runs,
  );
});

test('so do the screens of a mob', () => {
  const unit = fc.constantFrom('a', 'b', 'é', '倉', ' ', '-');
  const person = fc.string({ unit, maxLength: 29 }).map((name) => `G${name.trim()}`);
  const people = fc.uniqueArray(person, { minLength: 1, maxLength: 12 });
  const left = fc.integer({ min: -900, max: 3600 });
  fc.assert(
    fc.property(screen, exercise, standing, people, left, text, (at, one, stands, all, s, note) => {
      const turn = { kind: 'turn', driver: all[0]! } as const;
      const facts: readonly MobFact[] = [
        { kind: 'began', people: all, facilitators: [], turnMs: 3_600_000, uid: 'a', at: 0 },
        { ...turn, uid: 'b', at: 1 },
        { kind: 'note', text: note, uid: 'c', at: 2 },
        { kind: 'dropped', name: all.at(-1)!, uid: 'd', at: 3 },
      ];
      const state = {
        exercise: one,
        mob: mobOf(facts),
        standing: stands,
        own: undefined,
        now: 3_600_001 - s * 1000,
      };
      const turns = storyOf(facts, state.now);
      fits(at, (each) => statusView(each, state));
      fits(at, (each) => handedOverView(each, state));
      const nothing = { own: undefined, mobs: undefined, shared: false, unshared: undefined };
      fits(at, (each) => stoppedView(each, state, nothing));
      fits(at, (each) => notedView(each, one, note));
      fits(at, (each) => logView(each, one, { turns, isOn: true }));
      fits({ ...at, drawingColumns: at.columns }, (each) => followView(each, 24, state).join('\n'));
    }),
    runs,
  );
});

test('so do models', () => {
  const named = fc.record({ name, value: text });
  const invariant = fc.record({
    name,
    holds: fc.boolean(),
    brokenIn: number,
    story,
    state: fc.array(named),
  });
  const reached = fc.oneof(
    fc.record({
      how: fc.constant('sampled' as const),
      traces: number,
      seed: number,
      states: number,
    }),
    fc.record({
      how: fc.constant('explored' as const),
      kind: fc.constantFrom('exhaustive' as const, 'bounded' as const),
      states: number,
      depth: number,
      transitions: number,
      deadlocks: number,
    }),
  );
  fc.assert(
    fc.property(
      screen,
      name,
      fc.array(invariant, { maxLength: 3 }),
      reached,
      (at, file, found, all) => {
        const invariants = found.map((each) => ({ ...each, saysNothing: each.brokenIn === 0 }));
        const run = { file, module: file, durationMs: 1, reached: all, invariants, trace: {} };
        fits(at, (each) => modelView(each, run, found.length > 1 ? file : undefined));
      },
    ),
    runs,
  );
});

test('so does a run on real parts', () => {
  const verdict = fc.record({
    promise: fc.constantFrom('first', 'second'),
    tried: number,
    brokenIn: fc.nat(2),
    so: text,
    scenario: text,
  });
  fc.assert(
    fc.property(screen, exercise, text, fc.array(verdict), (at, one, said, promises) => {
      const names = ['web #1', 'the customer', 'gateway.example', 'broker'];
      const line = { at: 0, who: 'web #1', text: said };
      fits(at, (each) => lineView(each, line, names));
      fits(at, (each) => lineView(each, { ...line, who: 'broker', isFault: true }, names));
      fits(at, (each) => beginView(each, 3, 20, { number: 2, name: said, of: 5, names }));
      const faults = new Map([
        ['crash', 3],
        ['lost response', 1_000],
      ]);
      const report = { runs: 20, seed: 4_711, durationMs: 30_500, promises, faults, kept: said };
      fits(at, (each) => reportView(each, one, 'solution', report));
      fits(at, (each) => realCheckView(each, one, report));
    }),
    runs,
  );
});

test('so do hints, comparisons and all the small ones', () => {
  fc.assert(
    fc.property(screen, exercise, text, text, (at, one, before, after) => {
      const files = [{ name: one.entry, before, after: `${before}\n\n${after}\n` }];
      fits(at, (each) => hintView(each, one, 1 + (before.length % 5)));
      fits(at, (each) => diffView(each, files) ?? '');
      fits(at, (each) => stillOpenView(each, [one, one], one));
      fits(at, (each) => appliedView(each, one, 'c7'));
      const sources = new Map([[one.entry, `${before}\n\t${after}\n`]]);
      fits(at, (each) => solutionView(each, one, 'It compares.', sources));
      fits(at, (each) => briefView(each, one, 'Count every vote.'));
      const findings = [{ what: before, problem: after }, { what: after }];
      fits(at, (each) => devCheckView(each, { exercise: one.id, findings }));
      const recovered = { exercise: one.name, operation: before, rescued: undefined };
      fits(at, (each) => recoveredView(each, recovered));
    }),
    runs,
  );
});

test('code that goes on below keeps its letters, and leaves no line of blanks there', () => {
  // A blank between two words that fill a line each stood on a line of its own.
  expect(folded('aaaaaaaa bbbbbbbb', 10)).toEqual(['aaaaaaaa', '  bbbbbbbb']);
  expect(folded('aaaaaaaa     ', 10)).toEqual(['aaaaaaaa']);
  const code = fc.string({ unit: fc.constantFrom('a', 'b', '倉', ' ', '    '), maxLength: 40 });
  fc.assert(
    fc.property(code, fc.integer({ min: 6, max: 20 }), (line, width) => {
      const [first = '', ...below] = folded(line, width);
      expect([first, ...below].join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
      for (const each of below) expect(each.trim()).not.toBe('');
      for (const each of [first, ...below]) expect(stringWidth(each)).toBeLessThanOrEqual(width);
    }),
  );
});
