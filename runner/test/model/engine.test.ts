import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { everyWay } from '../../model/choices.ts';
import {
  EngineError,
  explore,
  itfOf,
  ModelError,
  openModel,
  sample,
  storyOf,
  type Explored,
  type ExploreOptions,
  type Questions,
} from '../../model/index.ts';
import { dieHard, lastCapybara, modelOf } from './specifications.ts';

/** A module around its declarations. */
function moduleOf(...lines: readonly string[]): string {
  return `module small {\n${lines.join('\n')}\n}`;
}

function run(
  text: string,
  questions: Partial<Questions> = {},
  options: ExploreOptions = {},
): Promise<Explored> {
  return explore(modelOf(text).machine(), { invariants: [], ...questions }, options);
}

describe('every choice is made', () => {
  test('all sequences of answers, also where an early one decides what comes later', () => {
    const ways: number[][] = [];
    everyWay(({ choose }) => {
      const first = choose(3);
      ways.push(first === 1 ? [first] : [first, choose(2)]);
    });
    expect(ways).toEqual([[0, 0], [0, 1], [1], [2, 0], [2, 1]]);
  });

  test('whoever asks for something else after the same answers is no reliable evaluator', () => {
    let runs = 0;
    expect(() => everyWay(({ choose }) => (choose(2 + runs++), choose(2)))).toThrow(EngineError);
  });

  test.each([
    ['any: each branch that is enabled, once', "any { x' = 1, all { x > 5, x' = 2 }, x' = 3 }", 2],
    ['nondet: each value', "nondet i = 1.to(4).oneOf() x' = i", 4],
    ['values of which some are not enabled', "nondet i = 1.to(4).oneOf() all { i > 2, x' = i }", 2],
    ['one within the other', "nondet i = 1.to(3).oneOf() any { x' = i, x' = i + 10 }", 6],
    ['one after the other', "all { nondet i = 1.to(2).oneOf() x' = i, any { y' = 1, y' = 2 } }", 4],
    ['a set of sets', "nondet s = Set(1, 2, 3).powerset().oneOf() x' = s.size()", 4],
    [
      'a set of maps',
      "nondet m = Set(1, 2).setOfMaps(Set(5, 6)).oneOf() x' = m.get(1) * 10 + m.get(2)",
      4,
    ],
    ['pairs', "nondet p = tuples(Set(1, 2), Set(3, 4)).oneOf() x' = p._1 * 10 + p._2", 4],
    [
      'an empty set is no choice',
      "any { x' = 7, { nondet i = Set().filter(j => j > 0).oneOf() x' = i } }",
      1,
    ],
    ['a set that depends on the state', "nondet i = x.to(x + 1).oneOf() x' = i + 5", 2],
  ])('%s', (_, step, followers) => {
    const whole = step.includes("y'") ? step : `all { ${step}, y' = y }`;
    const machine = modelOf(
      moduleOf(
        'var x: int',
        'var y: int',
        "action init = all { x' = 0, y' = 0 }",
        `action step = ${whole}`,
      ),
    ).machine();
    const [first] = machine.initial();
    const after = machine.after(first!);
    expect(new Set(after.map(({ text }) => text)).size).toBe(followers);
  });

  test('also in the beginning', async () => {
    const found = await run(
      moduleOf(
        'var x: int',
        "action init = { nondet i = 1.to(5).oneOf() x' = i }",
        "action step = x' = x",
      ),
    );
    expect(found).toMatchObject({ states: 5, depth: 0, transitions: 5 });
  });

  test('in modules with constants, each instance with its own', async () => {
    const found = await explore(
      modelOf(`
        module counter {
          const most: int
          var n: int
          action init = n' = 0
          action step = any { all { n < most, n' = n + 1 }, n' = 0 }
        }
        module main { import counter(most = 3).* }`).machine(),
      { invariants: [] },
    );
    expect(found).toMatchObject({ states: 4, depth: 3 });
  });

  test('with sum types, records, lists and tuples in the state', async () => {
    const found = await run(
      moduleOf(
        'type Light = Red | Green(int)',
        'var light: Light',
        'var seen: List[(int, { at: Light })]',
        "action init = all { light' = Red, seen' = [] }",
        `action step = match light {
          | Red => all { light' = Green(3), seen' = seen.append((1, { at: light })) }
          | Green(n) => all { n > 0, seen.length() < 2, light' = Red, seen' = seen }
        }`,
      ),
    );
    expect(found).toMatchObject({ states: 4, deadlocks: 1 });
  });

  test('equal sets are one state, however they came about', async () => {
    const found = await run(
      moduleOf(
        'var s: Set[int]',
        "action init = s' = Set()",
        `action step = any {
          { nondet i = 1.to(4).oneOf() s' = s.union(Set(i)) },
          s' = 1.to(4).filter(i => s.contains(i)),
          { nondet i = 1.to(4).oneOf() s' = s.exclude(Set(i)) },
        }`,
      ),
    );
    expect(found.states).toBe(16);
  });
});

describe('what is asked', () => {
  const counting = moduleOf(
    'var x: int',
    "action init = x' = 0",
    "action step = any { all { x < 9, x' = x + 1 }, all { x == 4, x' = 100 } }",
    'val small = x < 100',
    'val under = x < 7',
    'val isNine = x == 9',
  );

  test('a state in which an invariant is false is counted, and not followed', async () => {
    const found = await run(counting, { invariants: ['small', 'under'] });
    expect(found.kind).toBe('exhaustive');
    expect(found.states).toBe(9);
    expect([...found.broken].map(([name, { count }]) => [name, count])).toEqual([
      ['small', 1],
      ['under', 2],
    ]);
  });

  test('the way to it is a shortest', async () => {
    const { broken } = await run(counting, { invariants: ['under'] });
    expect(broken.get('under')?.trace.map(({ state }) => state['x'])).toEqual(
      [0, 1, 2, 3, 4, 100].map((x) => ({ '#bigint': String(x) })),
    );
  });

  test('on request, the first such state is the last', async () => {
    const found = await run(counting, { invariants: ['under'] }, { untilBroken: true });
    expect(found).toMatchObject({ kind: 'until broken', states: 7 });
  });

  test('goals: in how many states each is reached', async () => {
    const { goals } = await run(counting, { goals: ['isNine', 'under'] });
    expect([...goals]).toEqual([
      ['isNine', 1],
      ['under', 7],
    ]);
  });

  test('what must stay possible: the states from which it is not', async () => {
    const { broken } = await run(counting, { possible: ['isNine'] });
    expect(broken.get('isNine')?.count).toBe(1);
    expect(broken.get('isNine')?.trace.at(-1)?.state).toEqual({ x: { '#bigint': '100' } });
  });

  test('rules about steps: what is wrong with one, also with one that leads to a known state', async () => {
    const text = moduleOf(
      'var x: int',
      "action init = x' = 0",
      "action step = any { all { x < 3, x' = x + 1 }, all { x == 3, x' = 0 } }",
    );
    const back = ({ before, after }: { before: object; after: object }) =>
      JSON.stringify(after) < JSON.stringify(before) ? 'it went back' : undefined;
    const { broken } = await run(text, { rules: { back } });
    expect(broken.get('back')).toMatchObject({ count: 1, so: 'it went back' });
    expect(broken.get('back')?.trace).toHaveLength(5);
  });

  test('where no step leads on', async () => {
    const found = await run(counting);
    expect(found.deadlocks).toBe(2);
    expect(found.wayToDeadlock()).toHaveLength(6);
    expect(found.wayToFarthest()).toHaveLength(10);
  });

  test('more states than may be looked at: nothing is claimed of them', async () => {
    const text = moduleOf('var x: int', "action init = x' = 0", "action step = x' = x + 1");
    expect(await run(text, {}, { statesMost: 100 })).toMatchObject({
      kind: 'bounded',
      states: 100,
    });
  });

  test('Ctrl-C is heard while it goes on', async () => {
    const text = moduleOf('var x: int', "action init = x' = 0", "action step = x' = x + 1");
    const interruption = new AbortController();
    const reason = new Error('enough');
    const running = run(text, {}, { signal: interruption.signal, statesMost: 1e9 });
    setImmediate(() => interruption.abort(reason));
    await expect(running).rejects.toBe(reason);
  });
});

describe('what is told', () => {
  test('the action, what was chosen, and the line in which it is called', async () => {
    const { broken } = await run(
      moduleOf(
        'var x: int',
        "action init = x' = 0",
        "action add(n: int): bool = x' = x + n",
        'action step = {',
        '  nondet n = Set(2, 3).oneOf()',
        '  any { add(n), all { false, add(100) } }',
        '}',
        'val notFive = x != 5',
      ),
      { invariants: ['notFive'] },
      { untilBroken: true },
    );
    expect(broken.get('notFive')?.trace.map(({ deed }) => deed)).toEqual([
      { action: 'init', picks: {}, at: { file: 'test.qnt', line: 3, column: 8 } },
      {
        action: 'add',
        picks: { n: { '#bigint': '2' } },
        at: { file: 'test.qnt', line: 7, column: 9 },
      },
      {
        action: 'add',
        picks: { n: { '#bigint': '3' } },
        at: { file: 'test.qnt', line: 7, column: 9 },
      },
    ]);
  });

  test('as a story: whoever acts has a lane, and so has what changes', async () => {
    const model = modelOf(lastCapybara(2));
    const { broken } = await explore(model.machine(), { invariants: ['notOversold'] });
    const story = storyOf(broken.get('notOversold')!.trace, { scenario: 'two customers' });
    expect(story.lanes).toEqual(['customer 1', 'customer 2', 'bought', 'stock']);
    expect(
      story.steps.map((step) =>
        'from' in step
          ? `${step.from} to ${step.to}: ${step.text}: ${step.effect}`
          : `${step.kind} on ${step.on}: ${step.text}`,
      ),
    ).toEqual([
      'note on customer 1: look: → 1',
      'note on customer 2: look: → 1',
      'customer 1 to bought: buy: + customer 1',
      'customer 1 to stock: and in the same step: → 0',
      'customer 2 to bought: buy: + customer 2',
      'customer 2 to stock: and in the same step: → -1',
    ]);
  });

  test('as ITF: states, actions and choices, and nothing that JSON cannot keep', async () => {
    const { broken } = await run(dieHard, { invariants: ['notFour'] });
    const trace = itfOf(broken.get('notFour')!.trace, {
      description: 'four litres',
      source: 'a test',
      status: 'violation',
    });
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    expect(trace).toMatchObject({
      '#meta': { format: 'ITF', status: 'violation' },
      vars: ['big', 'small', 'mbt::actionTaken', 'mbt::nondetPicks'],
      states: [
        { '#meta': { index: 0 }, big: { '#bigint': '0' }, 'mbt::actionTaken': 'init' },
        { 'mbt::actionTaken': 'fillBig' },
        { 'mbt::actionTaken': 'bigToSmall' },
        { 'mbt::actionTaken': 'emptySmall' },
        { 'mbt::actionTaken': 'bigToSmall' },
        { 'mbt::actionTaken': 'fillBig' },
        { '#meta': { index: 6 }, big: { '#bigint': '4' }, 'mbt::actionTaken': 'bigToSmall' },
      ],
    });
  });
});

describe('drawn by chance', () => {
  test('the same seed draws the same traces, another one others', async () => {
    const drawn = async (seed: number) =>
      JSON.stringify(
        (await sample(modelOf(dieHard).machine(), { invariants: [] }, { traces: 3, seed })).example,
      );
    expect(await drawn(7)).toBe(await drawn(7));
    expect(await drawn(7)).not.toBe(await drawn(8));
  });

  test('it finds what is easily found, and tells its shortest way', async () => {
    const machine = modelOf(dieHard).machine();
    const found = await sample(machine, { invariants: ['notFour'] }, { traces: 200, seed: 1 });
    expect(found.broken.get('notFour')?.count).toBeGreaterThan(0);
    expect(found.broken.get('notFour')?.trace.length).toBeGreaterThanOrEqual(7);
    expect(found.states).toBeLessThanOrEqual(16);
  });
});

describe('a mistake in a specification has its place, and says what to do', () => {
  const given = ['var x: int', 'var y: int', "action init = all { x' = 0, y' = 0 }"];

  test.each([
    ['type-error', "action step = all { x' = z, y' = y }", /Nothing here is named z/, 5],
    [
      'type-error',
      'action step = all { x\' = "a", y\' = y }',
      /two types meet .* (int and str|str and int)/,
      5,
    ],
    [
      'type-error',
      "action step = any { all { x' = 1, y' = y }, x' = 2 }",
      /next value to y, and others/,
      5,
    ],
    ['type-error', 'val next = 1', /next is a word of Quint itself/, 5],
    ['type-error', 'val r = { a: 1 }.b', /no field b in a record of a/, 5],
    ['syntax-error', 'val a = 1 +', /does not fit here|ends here/, 6],
    ['syntax-error', 'val a = x = 1', /One = gives/, 6],
    ['syntax-error', 'import other.* from "./other"', /imported here is not there/, 5],
  ])('%s: %s', async (code, line, message, at) => {
    const error = await failureOf(async () => modelOf(moduleOf(...given, line)).check());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.at).toMatchObject({ file: 'test.qnt', line: at });
    expect(error.remedy).toMatch(/\.$/);
  });

  test.each([
    ['model-incomplete', [], 'step', /has no action step/],
    [
      'model-undefined',
      ["action step = all { x' = Map(1 -> 2).get(x), y' = y }"],
      'step',
      /non-existing key/,
    ],
    ['model-undefined', ["action step = x' = x"], 'step', /without a next value for y/],
    [
      'model-too-large',
      ["action step = all { nondet i = 1.to(2^40).oneOf() x' = i, y' = y }"],
      'step',
      /without bound/,
    ],
    [
      'model-too-large',
      ["action step = all { nondet i = Int.oneOf() x' = i, y' = y }"],
      'step',
      /without bound/,
    ],
  ] as const)('%s, once it is run: %j', async (code, lines, step, message) => {
    const model = modelOf(moduleOf(...given, ...lines));
    const running = async () => explore(model.machine({ step }), { invariants: [] });
    await expect(running()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('an invariant that is not there', async () => {
    const running = run(dieHard, { invariants: ['notFive'] });
    await expect(running).rejects.toThrow('test.qnt has no val notFive in its module dieHard.');
  });

  test('a file that is imported has its own name in what is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kata-model-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'parts.qnt'), 'module parts {\n  val one = two\n}\n');
    writeFileSync(join(folder, 'main.qnt'), 'module main { import parts.* from "./parts" }\n');
    const error = await failureOf(async () => openModel({ path: join(folder, 'main.qnt') }));
    expect(error.at).toEqual({ file: 'parts.qnt', line: 2, column: 13 });
  });

  async function failureOf(work: () => Promise<unknown>): Promise<ModelError> {
    try {
      await work();
    } catch (error) {
      if (error instanceof ModelError) return error;
      throw error;
    }
    throw new Error('nothing was wrong');
  }
});

test('what is taken as an invariant: every boolean val of the module', async () => {
  const text = moduleOf(
    'var x: int',
    "action init = x' = 0",
    "action step = x' = x",
    'val small = x < 5',
    'val twice = 2 * x',
    'val anything = true',
    'pure val constant = true',
    'def isLess(n: int): bool = x < n',
  );
  const model = modelOf(text);
  expect(await model.check()).toEqual(['small', 'anything']);
  expect(model.saysNothing('anything')).toBe(true);
  expect(model.saysNothing('small')).toBe(false);
});
