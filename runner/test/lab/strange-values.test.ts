import { expect, test } from 'vitest';
import { explore, type Exploration } from '../../lab/explore.ts';
import { MistakeError } from '../../lab/mistake.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import { subjectOf } from './programs.ts';

function scenarioThat(sees: (outcome: Outcome) => string | undefined): Scenario {
  return {
    name: 'one request',
    processes: { web: { 'POST /': 'run.ts#run' } },
    apis: { bank: { state: 0, handle: ({ headers }) => ({ status: 200, body: headers }) } },
    traffic: { ada: (visitor) => visitor.post('/', { to: 'web' }) },
    promises: { sees },
  };
}

const handler = (code: string): string => `
export async function run(request, { store, http }) {
  ${code}
  return { status: 200 };
}`;

function explored(source: string, sees: (outcome: Outcome) => string | undefined) {
  const subject = subjectOf({ 'run.ts': source });
  return explore(scenarioThat(sees), subject, { seed: 1, breathe: () => {} });
}

async function notesOf(source: string): Promise<readonly string[]> {
  const { broken }: Exploration = await explored(source, () => 'told in any case');
  const { steps = [] } = broken.get('sees')?.story ?? {};
  return steps.flatMap((step) => (step.kind === 'note' ? [step.text] : []));
}

test.each([
  ['await store.load(7);', 'throws TypeError: load needs a text as the key, not 7'],
  [
    'await store.commit({ value: 1 });',
    'throws TypeError: commit needs a text as the key, not undefined',
  ],
  [
    "await store.commit([{ key: 'a', value: 1 }]);",
    'throws TypeError: commit needs a text as the key, not undefined',
  ],
  ['throw Object.create(null);', 'throws [Object: null prototype] {}'],
])('%s fails in the handler, and the story says how', async (code, note) => {
  expect(await notesOf(handler(code))).toContain(note);
});

test.each(['1n', '(() => { const a = {}; a.a = a; return a; })()'])(
  'an answer that cannot travel as text is a 500: %s',
  async (body) => {
    const [note] = await notesOf(handler(`return { status: 200, body: ${body} };`));
    expect(note).toMatch(/^throws TypeError: .*(circular|BigInt)/);
  },
);

test.each(['1n', '(() => { const a = {}; a.a = a; return a; })()', "new Error('kept')"])(
  'a document may hold what JSON cannot say: %s',
  async (value) => {
    const found: unknown[] = [];
    const { coverage } = await explored(
      handler(`await store.commit({ key: 'a', value: ${value} });`),
      (outcome) => void found.push(outcome.document('a')?.value),
    );
    expect(coverage.kind).toBe('exhaustive');
    expect(found[0]).toBeDefined();
  },
);

test('a key named __proto__ stays a key', async () => {
  const values: unknown[] = [];
  const value = `JSON.parse('{ "__proto__": { "x": 1 }, "y": 2 }')`;
  await explored(
    handler(`await store.commit({ key: 'a', value: ${value} });`),
    (outcome) => void values.push(outcome.document('a')?.value),
  );
  expect(Object.keys(values[0] as object)).toEqual(['__proto__', 'y']);
});

test('headers that are changed after the call are sent as they were', async () => {
  const calls: unknown[] = [];
  await explored(
    handler(`const headers = { a: 'before' };
      const call = http.post('https://bank/', 1, { headers });
      headers.a = 'after';
      await call;`),
    (outcome) => void calls.push(outcome.calls('bank')[0]?.request.headers),
  );
  expect(calls[0]).toEqual({ a: 'before' });
});

// The lab itself lives by what these change.
test.each([
  ['then', 'Promise.prototype', handler('Promise.prototype.then = function () { return this; };')],
  [
    'Symbol(Symbol.iterator)',
    'Array.prototype',
    handler('Array.prototype[Symbol.iterator] = function* () {};'),
  ],
  ['stackTraceLimit', 'Error', handler('Error.stackTraceLimit = 50;')],
  ['prepareStackTrace', 'Error', handler('Error.prepareStackTrace = (_, sites) => sites;')],
  ['last', 'Array.prototype', `Array.prototype.last = () => 1;${handler('')}`],
])('%s in %s is taken away again, and told', async (name, of, source) => {
  const error: unknown = await explored(source, () => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof MistakeError)) throw error;
  expect(error.mistake.code).toBe('left-the-lab');
  expect(error.mistake.message).toContain(`leaves “${name}” in ${of}`);
  const after = await explored(handler(''), () => undefined);
  expect(after.coverage.kind).toBe('exhaustive');
});
