import { expect, test } from 'vitest';
import { explore, type Exploration } from '../../lab/explore.ts';
import { MistakeError } from '../../lab/mistake.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import type { Mistake, Step } from '../../lab/verdict.ts';
import { subjectOf } from './programs.ts';

type Situation = Partial<Omit<Scenario, 'name'>>;

/** One request to `run`, in one process. */
const oneRequest: Situation = {
  processes: { web: { 'POST /:what': 'run.ts#run' } },
  traffic: { ada: (browser) => browser.post('/a', { to: 'web' }) },
};
/** Two at the same time, in the same process. */
const twoRequests: Situation = {
  ...oneRequest,
  traffic: {
    ada: (browser) => browser.post('/a', { to: 'web' }),
    ben: (browser) => browser.post('/b', { to: 'web' }),
  },
};
/** One message, and who is named takes it. */
const oneMessage = (...workers: readonly string[]): Situation => ({
  processes: Object.fromEntries(workers.map((name) => [name, { 'queue jobs': 'run.ts#run' }])),
  queued: { jobs: [{ type: 'Job', body: 'it' }] },
});

function exploreSource(
  source: string,
  situation: Situation = oneRequest,
  more: Record<string, string> = {},
): Promise<Exploration> {
  const scenario: Scenario = { name: 'a situation', processes: {}, promises: {}, ...situation };
  return explore(scenario, subjectOf({ 'run.ts': source, ...more }), {
    seed: 1,
    breathe: () => undefined,
  });
}

async function mistakeIn(
  ...given: Parameters<typeof exploreSource>
): Promise<Mistake & { line: number | undefined }> {
  const error = await exploreSource(...given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MistakeError)) throw error ?? new Error('no mistake was found');
  return { ...error.mistake, line: error.mistake.at?.line };
}

/** A handler with these lines as its body, the first of which is line 2. */
const handler = (...lines: readonly string[]): string =>
  [
    'export async function run(input, services) {',
    ...lines,
    'return { status: 200, body: 1 };',
    '}',
  ].join('\n');

// What leads out of the lab

test.each([
  ['await new Promise((later) => setTimeout(later, 1));', 'setTimeout', /delaySeconds/],
  ['setInterval(() => {}, 1);', 'setInterval', /delaySeconds/],
  ['setImmediate(() => {});', 'setImmediate', /Await the call/],
  ["await fetch('https://shop');", 'fetch', /services\.http/],
  ["if (process.env.HOME === '') return;", 'process', /request/],
  ["Buffer.from('a');", 'Buffer', /Uint8Array/],
  ['crypto.randomUUID();', 'crypto', /services\.ids/],
  ['performance.now();', 'performance', /services\.clock/],
  ['globalThis.seen = true;', 'globalThis', /store/],
  ['delete global.seen;', 'global', /store/],
  ["if ('seen' in globalThis) return;", 'globalThis', /store/],
  ["eval('1');", 'eval', /into the file/],
  ["new Function('return this')();", 'Function', /into the file/],
  ["(async () => {}).constructor('return this')();", 'Function', /into the file/],
  ["({}).constructor.constructor('return this')();", 'Function', /into the file/],
  ['new WeakRef(input);', 'WeakRef', /services/],
  ['new BroadcastChannel(String(input));', 'BroadcastChannel', /services/],
])('%s is refused by name', async (code, name, instead) => {
  const mistake = await mistakeIn(handler('', code));
  expect(mistake).toMatchObject({ code: 'left-the-lab', line: 3 });
  expect(mistake.message).toMatch(new RegExp(`^${name} leads out of the lab: `));
  expect(mistake.remedy).toMatch(instead);
});

test('a refusal cannot be caught', async () => {
  const source = handler('try {', '  setTimeout(() => {}, 1);', '} catch {}');
  expect(await mistakeIn(source)).toMatchObject({ code: 'left-the-lab', line: 3 });
});

test('what leads out while the file is loaded is told in the same way', async () => {
  const source = `\nconst started = performance.now();\n${handler('')}`;
  expect(await mistakeIn(source)).toMatchObject({ code: 'left-the-lab', line: 2 });
});

test('the column is the learner’s, with the types still in it', async () => {
  const line = 'const later: number = Number(input as unknown), done = setTimeout(String);';
  const { at } = await mistakeIn(handler(line));
  expect(at).toEqual({ file: 'run.ts', line: 2, column: line.indexOf('setTimeout') + 1 });
});

test('what only looks whether something exists is free', async () => {
  const source = handler("const there = typeof setTimeout === 'function' && !!process;");
  await expect(exploreSource(source)).resolves.toBeDefined();
});

// Imports

test.each([
  ["import { readFileSync } from 'node:fs';", /run\.ts imports 'node:fs', which the lab does not/],
  ["import lodash from 'lodash';", /run\.ts imports 'lodash', which the lab does not control/],
  ["import '../elsewhere.ts';", /run\.ts imports '\.\.\/elsewhere\.ts', which lies outside/],
  [
    "import { a } from './helper.ts';",
    /run\.ts imports '\.\/helper\.ts', and there is no such file/,
  ],
])('%s is refused with its line', async (statement, says) => {
  const mistake = await mistakeIn(`// one\n\n${statement}\n${handler('')}`);
  expect(mistake).toMatchObject({ code: 'import-refused', line: 3 });
  expect(mistake.message).toMatch(says);
});

test.each([["await import('node:fs');"], ["require('fs');"], ["try { require('fs'); } catch {}"]])(
  '%s is refused with its line',
  async (code) => {
    expect(await mistakeIn(handler('', code))).toMatchObject({ code: 'import-refused', line: 3 });
  },
);

test('a file that another one imports is named when it goes astray', async () => {
  const source = `import { help } from './helper.ts';\n${handler('help();')}`;
  const helper = { 'helper.ts': "\nimport 'node:os';\nexport const help = () => {};\n" };
  expect(await mistakeIn(source, oneRequest, helper)).toMatchObject({
    code: 'import-refused',
    at: { file: 'helper.ts', line: 2 },
  });
});

// Files that cannot be used

test('a missing export, a throw on import, a syntax error, a wait on import', async () => {
  expect(await mistakeIn('export const other = 1;')).toMatchObject({
    code: 'export-missing',
    message: expect.stringMatching(/run\.ts does not export a function run/),
  });
  expect(await mistakeIn(`\nthrow new Error('no luck');\n${handler('')}`)).toMatchObject({
    code: 'import-threw',
    message: expect.stringMatching(/run\.ts throws.*no luck/),
    line: 2,
  });
  expect(await mistakeIn('export async function run() {\n  const = 1;\n}')).toMatchObject({
    code: 'syntax-error',
    message: expect.stringMatching(/cannot be read as TypeScript/),
    line: 2,
  });
  expect(
    await mistakeIn(`\nconst ready = await Promise.resolve(1);\n${handler('')}`),
  ).toMatchObject({
    code: 'syntax-error',
    message: expect.stringMatching(/awaits something while it is loaded/),
    line: 2,
  });
});

// Time and chance

const readings = `
  const time = [
    Date.now(), new Date().getTime(), Date.parse(new Date(Date()).toISOString()),
    new (new Date().constructor)().getTime(), new Date().constructor.now(),
    new (class Later extends Date {})().getTime(), services.clock.now(),
  ];
  const format = new Intl.DateTimeFormat('en', { dateStyle: 'short', timeStyle: 'long', timeZone: 'UTC' });
  const texts = [format.format(), format.format(undefined), format.formatToParts().map(({ value }) => value).join('')];
  return { status: 200, body: { time, texts, chance: [Math.random(), Math.random()] } };`;

test('every way to ask for the time or for chance gives the execution’s own', async () => {
  const bodies: { time: number[]; texts: string[]; chance: number[] }[] = [];
  await exploreSource(handler(readings), {
    ...oneRequest,
    promises: {
      seen: (outcome: Outcome) => (bodies.push(outcome.answers()[0]?.body as never), undefined),
    },
  });
  const [body] = bodies;
  expect(new Set(body?.time)).toEqual(new Set([Date.UTC(2026, 0, 5, 9, 30)]));
  expect(new Set(body?.texts.map((text) => text.replace(/\s/g, ' ')))).toEqual(
    new Set(['1/5/26, 9:30:00 AM UTC']),
  );
  expect(body?.chance[0]).not.toBe(body?.chance[1]);
  expect(bodies.every((each) => JSON.stringify(each) === JSON.stringify(body))).toBe(true);
});

test('dates stay dates: with arguments, through the store, and for instanceof', async () => {
  const source = handler(`
    const moment = new Date(2026, 1, 3);
    await services.store.commit({ key: 'moment', value: { moment } });
    const found = await services.store.load('moment');
    const { moment: kept } = found.value;
    return { status: 200, body: [kept instanceof Date, kept.getTime() === moment.getTime(), Date.UTC(1970, 0)] };`);
  const bodies: unknown[] = [];
  const see = (outcome: Outcome) => (bodies.push(outcome.answers()[0]?.body), undefined);
  await exploreSource(source, { ...oneRequest, promises: { see } });
  expect(bodies[0]).toEqual([true, true, 0]);
});

test('a clock that is ahead is ahead for Date too', async () => {
  const source = handler('return { status: 200, body: Date.now() - services.clock.now() };');
  const differences = new Set<unknown>();
  const see = (outcome: Outcome) => (differences.add(outcome.answers()[0]?.body), undefined);
  await exploreSource(source, { ...oneRequest, clockSkewSeconds: 7, promises: { see } });
  expect([...differences]).toEqual([0]);
});

// Floating promises

const commit = "services.store.commit({ key: 'x', value: 1 })";

test.each([
  ['a call', [`void ${commit};`], 2, 'commit'],
  ['a chain', ["services.store.load('x')", `  .then(() => ${commit});`], 2, 'load x'],
  [
    'the later call of a chain',
    [
      "const both = services.store.load('x').then(() =>",
      `  ${commit});`,
      "await services.store.load('y');",
    ],
    3,
    'commit',
  ],
  ['a race', [`await Promise.race([${commit},`, "  services.store.load('y')]);"], 3, 'load y'],
  ['forEach', ['[1, 2].forEach(async () => {', `  await ${commit};`, '});'], 3, 'commit'],
  [
    'what begins only after the end',
    [
      'void Promise.resolve().then(async () => {',
      '  for (const _ of [1, 2, 3, 4]) await null;',
      `  await ${commit};`,
      '});',
    ],
    4,
    'commit',
  ],
  ['a send', ["void services.broker.send('jobs', { type: 'Job', body: 1 });"], 2, 'send Job'],
])('a floating promise: %s', async (_, lines, line, label) => {
  const mistake = await mistakeIn(handler(...lines));
  expect(mistake).toMatchObject({ code: 'floating-promise', line });
  expect(mistake.message).toMatch(/^run in run\.ts ends/);
  expect(mistake.message).toContain(`“${label}”`);
});

test('a floating promise of a queue’s handler', async () => {
  const mistake = await mistakeIn(handler('', `void ${commit};`), oneMessage('worker'));
  expect(mistake).toMatchObject({ code: 'floating-promise', line: 3 });
});

test('what is left under way when another call throws', async () => {
  const source = handler(
    'await Promise.all([',
    "  services.store.commit({ key: 'x', value: 1, ifVersion: 7 }),",
    "  services.broker.send('jobs', { type: 'Job', body: 1 }),",
    ']);',
  );
  expect(await mistakeIn(source)).toMatchObject({
    code: 'floating-promise',
    message: 'run in run.ts throws while its call “send Job” is still under way.',
    remedy: expect.stringContaining('Promise.allSettled'),
    line: 4,
  });
});

test('every call awaited together is no floating promise', async () => {
  const source = handler(
    `await Promise.allSettled([${commit}, services.store.load('y')]);`,
    `await Promise.all([${commit}, services.store.load('y')]);`,
  );
  await expect(exploreSource(source, twoRequests)).resolves.toBeDefined();
});

const keepsServices = (...lines: readonly string[]): string =>
  `let services;\nexport async function run(_, given) {\n  services ??= given;\n${lines.join('\n')}\nreturn { status: 200 };\n}`;

test('whoever keeps the services of the first call is not accused of what later calls do', async () => {
  const source = keepsServices("const found = await services.store.load('x');", `await ${commit};`);
  const { coverage } = await exploreSource(source, twoRequests);
  expect(coverage).toMatchObject({ kind: 'exhaustive' });
});

test('a floating promise is found where the services of the first call are kept, too', async () => {
  const source = keepsServices("await services.store.load('x');", `void ${commit};`);
  expect(await mistakeIn(source, twoRequests)).toMatchObject({ code: 'floating-promise', line: 5 });
});

// Failures that reach nobody

test.each([
  ['a rejection', ["void Promise.reject(new Error('left alone'));"], 2, 'Error: left alone'],
  [
    'one without an error',
    ["await services.store.load('x');", "void Promise.reject('no');"],
    2,
    'no',
  ],
  [
    'a call that fails before it is awaited',
    [
      "const first = services.store.commit({ key: 'x', value: 1, ifVersion: 7 });",
      "await services.store.load('y');",
      'await first;',
    ],
    2,
    'ConcurrencyError: x is absent, not at version 7',
  ],
])('a failure that nobody handles: %s', async (_, lines, line, what) => {
  expect(await mistakeIn(handler(...lines))).toMatchObject({
    code: 'left-the-lab',
    message: `A promise is rejected while nobody waits for it: ${what}.`,
    line,
  });
});

// What does not come to an end

test('a promise that nobody resolves: the handler, its last call and the line', async () => {
  expect(await mistakeIn(handler('await new Promise(() => {});'))).toMatchObject({
    code: 'never-settled',
    message: expect.stringMatching(/^run in run\.ts never comes to an end: it waits/),
    line: 1,
  });
  const afterCall = handler("await services.store.load('x');", 'await new Promise(() => {});');
  expect(await mistakeIn(afterCall)).toMatchObject({
    code: 'never-settled',
    message: expect.stringContaining('after its call “load x”'),
    line: 2,
  });
});

test('one of two requests waits for what only the other could bring', async () => {
  const source = `let waiting = false;\n${handler(
    "await services.store.load('x');",
    'if (waiting) await new Promise(() => {});',
    'waiting = true;',
    "await services.store.load('y');",
    'waiting = false;',
  )}`;
  expect(await mistakeIn(source, twoRequests)).toMatchObject({
    code: 'never-settled',
    message: expect.stringContaining('“load x”'),
    line: 3,
  });
});

test('calls without end: the line of the call', async () => {
  const source = handler('', "for (;;) await services.store.load('x');");
  expect(await mistakeIn(source)).toMatchObject({
    code: 'never-settled',
    message:
      'run in run.ts never comes to an end: it makes more than 500 steps, after its call “load x”.',
    line: 3,
  });
});

test('a message that begets a message without end', async () => {
  const source = handler('', "await services.broker.send('jobs', { type: 'Job', body: 1 });");
  const mistake = await mistakeIn(source, oneMessage('worker'));
  expect(mistake).toMatchObject({ code: 'never-settled' });
  expect(mistake.message).toMatch(/run in run\.ts never comes to an end: .* 500 steps/);
});

// Answers that are none

test.each([
  ['undefined', 'undefined'],
  ["'done'", "'done'"],
  ['{ ok: true }', '{ ok: true }'],
  ['{ status: 1n }', '{ status: 1n }'],
])('an answer without a status (%s) is a 500 that says why', async (value, shown) => {
  const source = `export async function run() {\n  return ${value};\n}`;
  const steps = await storyOf(source, oneRequest);
  expect(texts(steps)).toContain(
    `throws TypeError: run returned ${shown}, not an answer with a status`,
  );
});

test('an answer that cannot be copied is a 500 as well', async () => {
  const source = 'export async function run() {\n  return { status: 200, body: () => 1 };\n}';
  const steps = await storyOf(source, oneRequest);
  expect(texts(steps).join()).toMatch(/throws DataCloneError/);
});

test('a handler of a queue may give back anything', async () => {
  const source = 'export async function run() {\n  return () => 1;\n}';
  await expect(exploreSource(source, oneMessage('worker'))).resolves.toBeDefined();
});

// Memory: what dies with its process, and what outlives it

async function storyOf(source: string, situation: Situation): Promise<readonly Step[]> {
  const promises = { never: () => 'told in any case' };
  const { broken } = await exploreSource(source, { ...situation, promises });
  return broken.get('never')?.story?.steps ?? [];
}

const texts = (steps: readonly Step[]): string[] => steps.map(({ text }) => text);

test.each([
  ['a Set', 'const seen = new Set();', 'seen.add(input.messageId);', 'm1', 'seen'],
  ['a Map', 'const seen = new Map<string, number>();', "seen.set('a', 1);", 'a: 1', 'seen'],
  ['a Map to true', 'const seen = new Map();', 'seen.set(input.messageId, true);', 'm1', 'seen'],
  ['a Map to promises', 'const seen = new Map();', 'seen.set(7, Promise.resolve());', '7', 'seen'],
  ['an array', 'const seen: string[] = [];', 'seen.push(input.body);', 'it', 'seen'],
  ['an object', 'const seen = {};', 'seen[input.body] = 3;', 'it: 3', 'seen'],
  ['a number', 'let calls = 0;', 'calls += 1;', '1', 'calls'],
  ['an exported variable', 'export let last = null;', 'last = input.body;', 'it', 'last'],
])(
  'what is remembered in %s of the module is told, with its line',
  async (_, variable, code, what, name) => {
    const steps = await storyOf(`// one\n${variable}\n${handler(code)}`, oneMessage('worker #1'));
    expect(steps).toContainEqual(
      expect.objectContaining({
        kind: 'note',
        on: 'worker #1',
        text: `remembers ${what} in its memory: ${name}`,
        at: expect.objectContaining({ file: 'run.ts', line: 2 }),
      }),
    );
  },
);

test('a crash says what was remembered, and is lost', async () => {
  const source = `const seen = new Set();\n${handler(
    'if (seen.has(input.messageId)) return;',
    'seen.add(input.messageId);',
    'await services.store.commit({ key: `done-${input.deliveryCount}`, value: 1 });',
  )}`;
  const twice = (outcome: Outcome) =>
    outcome.documents('done').length > 1 ? 'it is done twice' : undefined;
  const { broken } = await exploreSource(source, {
    ...oneMessage('worker'),
    faults: { crashes: 1 },
    promises: { once: twice },
  });
  expect(texts(broken.get('once')?.story?.steps ?? [])).toEqual(
    expect.arrayContaining([
      'remembers m1 in its memory: seen',
      'boots again, its memory is lost: m1 in seen',
    ]),
  );
});

test('what stays as the file declared it is no news', async () => {
  const source = `const known = new Set(['a']);\nconst limit = 3;\n${handler('known.has("a");')}`;
  expect(texts(await storyOf(source, oneRequest)).join()).not.toMatch(/remembers|forgets/);
});

test('the memory of a process dies between two executions', async () => {
  const source = `let calls = 0;\n${handler('calls += 1;', 'return { status: 200, body: calls };')}`;
  const bodies = new Set<unknown>();
  const see = (outcome: Outcome) => (bodies.add(outcome.answers('ada')[0]?.body), undefined);
  await exploreSource(source, { ...twoRequests, promises: { see } });
  expect(bodies).toEqual(new Set([1, 2]));
});

test.each([
  ['Array.prototype', 'Array.prototype.seen = true;', 'seen'],
  ['Object.prototype', 'Object.prototype.seen = (Object.prototype.seen ?? 0) + 1;', 'seen'],
  ['Map', 'Map.seen = true;', 'seen'],
  ['String.prototype', "String.prototype.trim = () => '';", 'trim'],
  ['JSON', 'JSON.seen = 1;', 'seen'],
])('what is left in %s outlives an execution', async (of, code, name) => {
  const mistake = await mistakeIn(
    handler('', code, "await services.store.load('x');"),
    twoRequests,
  );
  expect(mistake).toMatchObject({ code: 'left-the-lab', line: 3 });
  expect(mistake.message).toContain(`leaves “${name}” in ${of},`);
  // And it is gone, so that nothing else in this thread is judged by it.
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(' a '.trim()).toBe('a');
});

test('a sentinel in Array.prototype that hides work from later executions is found, not believed', async () => {
  const source = handler(
    'Array.prototype.done ??= new Set();',
    'if ([].done.has(input.path)) return { status: 200 };',
    '[].done.add(input.path);',
    `await ${commit};`,
    "await services.store.load('x');",
  );
  expect(await mistakeIn(source, twoRequests)).toMatchObject({ code: 'left-the-lab', line: 2 });
});

test.each(['ConcurrencyError.prototype', 'ConcurrencyError', 'Math'])(
  '%s, which all processes share, cannot be written to',
  async (shared) => {
    const source = `import { ConcurrencyError } from '#lab';\n${handler(`${shared}.seen = 1;`)}`;
    expect(texts(await storyOf(source, oneRequest)).join()).toMatch(
      /throws TypeError: Cannot add property/,
    );
  },
);

test('what a person sends cannot be written to by who gets it', async () => {
  const headers: Record<string, string> = {};
  await exploreSource(handler('input.headers.seen = 1;'), {
    ...oneRequest,
    traffic: { ada: (browser) => browser.post('/a', { to: 'web', headers }) },
  });
  expect(headers).toEqual({});
});
