import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { dependent, explore } from '../../lab/explore.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import { loadSubject, type Subject } from '../../lab/subject.ts';
import { openWorld, type Transition } from '../../lab/world.ts';

/**
 * A handler that does what its path says: l0 loads d0, w0 writes d0 blindly, c0 writes d0 if it has
 * not changed since it was loaded. It answers with what it saw.
 */
const interpreter = `
import { ConcurrencyError, type HttpRequest, type Services } from '#lab';
export async function run(request: HttpRequest<{ program: string }>, { store }: Services) {
  const seen: string[] = [];
  const versions = new Map<string, number>();
  for (const [operation, key] of request.params.program.match(/../g) ?? []) {
    if (operation === 'l') {
      const found = await store.load(\`d\${key}\`);
      versions.set(key!, found?.version ?? 0);
      seen.push(\`\${key}@\${found?.version ?? 0}\`);
    } else if (operation === 'w') {
      await store.commit({ key: \`d\${key}\`, value: request.params.program });
    } else {
      const version = versions.get(key!) ?? 0;
      try {
        await store.commit({ key: \`d\${key}\`, value: 0, ifVersion: version === 0 ? 'absent' : version });
      } catch (error) {
        if (!(error instanceof ConcurrencyError)) throw error;
        seen.push('refused');
      }
    }
  }
  return { status: 200, body: seen.join(' ') };
}
`;

function subjectOf(files: Record<string, string>): Subject {
  const folder = mkdtempSync(join(tmpdir(), 'subject-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return loadSubject(folder);
}

/** One process for each program, so that only the store is shared. */
function scenarioOf(programs: readonly string[], lostResponses = 0): Scenario {
  const processes: Record<string, Record<string, string>> = {};
  const traffic: Scenario['traffic'] = Object.fromEntries(
    programs.map((program, index) => {
      processes[`p${index}`] = { 'POST /:program': 'run.ts#run' };
      return [`a${index}`, (browser) => browser.post(`/${program}`, { to: `p${index}` })];
    }),
  );
  return {
    name: 'random',
    given: { d0: 0 },
    processes,
    traffic,
    faults: { lostResponses },
    promises: {},
  };
}

/** What can be seen at the end, as text. */
function seen(outcome: Outcome): string {
  const documents = outcome.documents('d').map(({ key, version, value }) => [key, version, value]);
  return JSON.stringify([documents, outcome.answers(), outcome.lostResponses]);
}

/**
 * Every interleaving by brute force, without any reduction: the outcomes, and the classes of
 * equivalent executions by their dependence graphs (each step with the dependent steps before it).
 */
async function bruteForce(scenario: Scenario, subject: Subject) {
  const outcomes = new Set<string>();
  const classes = new Set<string>();
  const visit = async (schedule: readonly string[]): Promise<void> => {
    const world = await openWorld(scenario, subject, false);
    const done: Transition[] = [];
    for (const id of schedule) {
      const transition = world.enabled().find((each) => each.id === id);
      if (!transition) throw new Error(`${id} is not possible`);
      done.push(transition);
      await world.step(transition);
    }
    const enabled = world.enabled();
    if (enabled.length === 0) {
      outcomes.add(seen(world.outcome()));
      const graph = done.map((step, index) => {
        const before = done.slice(0, index).filter((earlier) => dependent(earlier, step));
        return `${step.id}<${before
          .map(({ id }) => id)
          .toSorted()
          .join()}`;
      });
      classes.add(graph.toSorted().join('|'));
    }
    for (const { id } of enabled) await visit([...schedule, id]);
  };
  await visit([]);
  return { outcomes, classes };
}

const operation = fc
  .tuple(fc.constantFrom('l', 'w', 'c'), fc.constantFrom('0', '1'))
  .map((pair) => pair.join(''));
const program = fc
  .array(operation, { minLength: 1, maxLength: 2 })
  .map((operations) => operations.join(''));

test(
  'the explorer runs one execution of every class, and sees every outcome',
  { timeout: 120_000 },
  async () => {
    const subject = subjectOf({ 'run.ts': interpreter });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(program, program),
        fc.constantFrom(0, 1),
        async (programs, lost) => {
          const scenario = scenarioOf(programs, lost);
          const brute = await bruteForce(scenario, subject);
          const outcomes = new Set<string>();
          const watching: Scenario = {
            ...scenario,
            promises: { seen: (outcome) => (outcomes.add(seen(outcome)), undefined) },
          };
          const { coverage } = await explore(watching, subject, () => undefined);
          expect(outcomes).toEqual(brute.outcomes);
          expect(coverage.schedules).toBe(brute.classes.size);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  },
);

test('two clicks that load and then write one document meet in four classes', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  const { coverage } = await explore(scenarioOf(['l0w0', 'l0w0']), subject, () => undefined);
  expect(coverage).toMatchObject({ kind: 'exhaustive', schedules: 4 });
});

test('a promise that is broken comes with the shortest story and the learner’s lines', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  const scenario: Scenario = {
    ...scenarioOf(['l0w0', 'l0w0']),
    promises: {
      'no-lost-update': (outcome) => {
        const stale = outcome.answers().filter(({ body }) => body === '0@1').length > 1;
        return stale ? 'both saw the first version' : undefined;
      },
    },
  };
  const { broken } = await explore(scenario, subject, () => undefined);
  const breach = broken.get('no-lost-update');
  expect(breach?.count).toBe(2);
  expect(breach?.story?.so).toBe('both saw the first version');
  const [load] = breach?.story?.steps.filter(({ text }) => text === 'load d0') ?? [];
  expect(load).toMatchObject({ effect: 'v1', at: { file: 'run.ts', line: 8 } });
});

test('two handlers in one process share its memory, in either order', async () => {
  const subject = subjectOf({
    'run.ts': `let last = 'nobody';
      export async function run(request, { store }) {
        const before = last; last = request.params.program; await store.load('x');
        return { status: 200, body: before };
      }`,
  });
  const seenBy = new Set<string>();
  const scenario: Scenario = {
    ...scenarioOf([]),
    processes: { web: { 'POST /:program': 'run.ts#run' } },
    traffic: {
      ada: (browser) => browser.post('/ada', { to: 'web' }),
      ben: (browser) => browser.post('/ben', { to: 'web' }),
    },
    promises: {
      seen: (outcome) => (
        seenBy.add(
          outcome
            .answers()
            .map(({ body }) => body)
            .join(),
        ),
        undefined
      ),
    },
  };
  await explore(scenario, subject, () => undefined);
  expect(seenBy).toEqual(new Set(['nobody,ada', 'ben,nobody']));
});

test('nobody shares an object: what was loaded can be changed without effect', async () => {
  const subject = subjectOf({
    'run.ts': `export async function run(request, { store }) {
      const first = await store.load('d0'); first.value.changed = true;
      const second = await store.load('d0');
      return { status: 200, body: second.value };
    }`,
  });
  const bodies: unknown[] = [];
  const scenario: Scenario = {
    ...scenarioOf(['l0']),
    given: { d0: { changed: false } },
    promises: { seen: (outcome) => (bodies.push(outcome.answers()[0]?.body), undefined) },
  };
  await explore(scenario, subject, () => undefined);
  expect(bodies).toEqual([{ changed: false }]);
});
