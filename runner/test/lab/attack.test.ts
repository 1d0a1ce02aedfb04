/**
 * Schedules that a learner writes. Whatever is not possible is told with its reason and with what is; the
 * fewest steps are those that trying all schedules finds.
 */
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, shortening, type Played } from '../../lab/attack.ts';
import { byItself, choicesIn } from '../../lab/choices.ts';
import type { Move } from '../../lab/moves.ts';
import {
  arrive,
  crash,
  crashInFlight,
  deliver,
  duplicate,
  expire,
  step,
  type Schedule,
} from '../../lab/notation.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { loadProgram, type Program } from '../../lab/program.ts';
import type { Faults, Outcome, Scenario } from '../../lab/scenario.ts';
import type { Executed } from '../../lab/schedule.ts';
import { loadSubject } from '../../lab/subject.ts';
import { World } from '../../lab/world.ts';
import { interpreter, outsidePromises, programOf, seen, subjectOf } from './programs.ts';

const handler = `export async function work({ messageId, body }, { store, broker }) {
  const found = await store.load('total');
  await store.commit({ key: 'total', value: (found?.value ?? 0) + body }, { key: 'last', value: messageId });
  if (body > 7) await broker.send('letters', { type: 'Thanks', body });
}
export async function write({}, {}) {}
export async function ask({}, { store }) {
  await store.load('total');
  return { status: 200 };
}
`;
const all: Faults = { crashes: 1, lockExpiries: 1, duplicateDeliveries: 1 };

function worked(faults: Faults = all, parts: Partial<Scenario> = {}): Program {
  const program = loadProgram(
    {
      name: 'two jobs and two workers',
      queued: {
        jobs: [
          { messageId: 'm1', type: 'Job', body: 5 },
          { messageId: 'm2', type: 'Job', body: 8 },
        ],
      },
      processes: {
        'worker #1': { 'queue jobs': 'run.ts#work' },
        'worker #2': { 'queue jobs': 'run.ts#work', 'POST /': 'run.ts#ask' },
        writer: { 'queue letters': 'run.ts#write' },
      },
      traffic: { ada: (visitor) => visitor.post('/', { to: 'worker #2' }) },
      faults,
      promises: {},
      ...parts,
    },
    subjectOf({ 'run.ts': handler }),
  );
  program.everyMoment = true;
  return program;
}

function played(schedule: Schedule, program = worked()): Promise<Played> {
  return outsidePromises(() => play(program, schedule));
}

/** m1 at its first call, at its commit, and about to be completed. */
const taken = [deliver('m1', 'worker #1')];
const loaded = [...taken, step('worker #1')];
const committed = [...loaded, step('worker #1')];

test.each<[string, Schedule, string]>([
  [
    'no message of that name',
    [deliver('m7', 'worker #1')],
    'there is no message m7, only m1 and m2',
  ],
  [
    'a process where a message should be',
    [deliver('worker #1', 'm1')],
    'worker #1 is a process; first comes the message: m1 and m2',
  ],
  [
    'no process of that name',
    [deliver('m1', 'worker')],
    'there is no process worker, only worker #1, worker #2 and writer',
  ],
  [
    'another queue',
    [deliver('m1', 'writer')],
    'm1 waits in the queue jobs, from which writer takes nothing',
  ],
  [
    'a message that is locked',
    [...taken, deliver('m1', 'worker #2')],
    'm1 is locked: worker #1 works on it',
  ],
  ['a process at work', [...taken, deliver('m2', 'worker #1')], 'worker #1 is still at work on m1'],
  [
    'a message that is done',
    [...committed, step('worker #1'), deliver('m1', 'worker #2')],
    'm1 was completed, and does not come again',
  ],
  [
    'a step of somebody idle',
    [step('worker #1')],
    'worker #1 has nothing to do: it waits for a message',
  ],
  [
    'a step of a message',
    [step('m1')],
    'm1 is a message; this is about a process: worker #1, worker #2 and writer',
  ],
  [
    'a step of a person who waits',
    [step('ada'), step('ada')],
    'ada waits for an answer, or has got all that was asked for',
  ],
  [
    'a crash of somebody idle',
    [crash('worker #1')],
    'worker #1 has nothing to do, so there is no call before which it could crash',
  ],
  [
    'a crash of a person',
    [crash('ada')],
    'ada is a person; this is about a process: worker #1, worker #2 and writer',
  ],
  [
    'a second crash',
    [...taken, crash('worker #1'), ...taken, crash('worker #1')],
    'only one crash is allowed in a schedule, and it has been',
  ],
  [
    'a load that is on its way',
    [...taken, crashInFlight('worker #1')],
    "load total changes nothing, wherever it is: say crash('worker #1')",
  ],
  [
    'a completion that is on its way',
    [...committed, crashInFlight('worker #1')],
    'of worker #1, complete m1 is next; only a commit and what is sent can arrive late',
  ],
  ['nothing on its way', [arrive('worker #1')], 'nothing of worker #1 is on its way'],
  [
    'something of somebody else’s on its way',
    [...loaded, crashInFlight('worker #1'), arrive('worker #2')],
    'nothing of worker #2 is on its way, only of worker #1',
  ],
  ['no lock', [expire('worker #2')], 'worker #2 holds no message whose lock could run out'],
  [
    'a lock that is gone',
    [...taken, expire('worker #1'), expire('worker #1')],
    'only one lock expiry is allowed in a schedule, and it has been',
  ],
  [
    'a message that is not about to be completed',
    [...taken, duplicate('m1')],
    'm1 can only be delivered once more where it is about to be completed',
  ],
  ['a duplicate of no message', [duplicate('m7')], 'there is no message m7, only m1 and m2'],
])('not possible: %s', async (_, schedule, why) => {
  const { refused, byItself: from, executed } = await played(schedule);
  expect(refused).toMatchObject({ number: schedule.length, why });
  expect(executed.schedule, 'it ends there').toHaveLength(from);
});

test('not possible: a lock that is gone, where another may still expire', async () => {
  const schedule = [...taken, expire('worker #1'), expire('worker #1')];
  const { refused } = await played(schedule, worked({ lockExpiries: 2 }));
  expect(refused?.why).toBe('the lock of m1 at worker #1 has run out already');
});

test.each<[Schedule, string]>([
  [[...taken, crash('worker #1')], 'no process may crash here'],
  [[...taken, expire('worker #1')], 'no lock may run out here'],
  [[...committed, duplicate('m1')], 'no message comes twice once it is completed here'],
])('not possible: a fault that the game does not have', async (schedule, why) => {
  expect((await played(schedule, worked({}))).refused?.why).toBe(why);
});

test('not possible: anything when all is over', async () => {
  const program = worked({}, { queued: {}, traffic: {} });
  const { refused, possible } = await played([step('worker #1')], program);
  expect(refused?.why).toBe('all has come to its end, and nothing is left to happen');
  expect(possible).toEqual([]);
});

test('with a step that is not possible comes all that is, as one writes it', async () => {
  const { refused, possible } = await played([...loaded, deliver('m2', 'worker #1')]);
  expect(refused?.step).toBe("deliver('m2', 'worker #1')");
  expect(possible.map(({ step: written, does }) => `${written}  ${does}`)).toEqual([
    "step('worker #1')  commit total, last",
    "step('ada')  POST /",
    "deliver('m2', 'worker #2')  Job 8",
    "expire('worker #1')  the lock of m1, before commit total, last",
    "crash('worker #1')  before commit total, last",
    "crashInFlight('worker #1')  while commit total, last is on its way",
  ]);
});

test('behind the last step all goes on by itself, and what could have come is told', async () => {
  const { refused, byItself: from, possible, executed } = await played([...committed]);
  expect(refused).toBeUndefined();
  expect(from).toBe(committed.length);
  expect(possible.map((each) => each.step)).toContain("duplicate('m1')");
  expect(
    outcomeOf(executed.world)
      .documents('total')
      .map(({ value }) => value),
  ).toEqual([13]);
});

test('everything that is possible at some point can be written, and is then possible', async () => {
  const words = new Set<string>();
  await outsidePromises(() => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 14 }), (picks) => {
        const program = worked(all, { traffic: {} });
        const schedule: Schedule[number][] = [];
        for (const pick of picks) {
          const { possible } = play(program, schedule);
          if (possible.length === 0) return;
          const [, word = '', args = ''] =
            /^(\w+)\('(.*)'\)$/.exec(possible[pick % possible.length]!.step) ?? [];
          const [of = '', to] = args.split("', '");
          words.add(word);
          schedule.push({ word: word as 'step', of, ...(to !== undefined && { to }) });
          expect(play(program, schedule).refused).toBeUndefined();
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });
  expect([...words].toSorted()).toEqual([
    'arrive',
    'crash',
    'crashInFlight',
    'deliver',
    'duplicate',
    'expire',
    'step',
  ]);
});

test('what is on its way arrives at once, where nobody holds it back', async () => {
  const { executed } = await played([...loaded, crashInFlight('worker #1')]);
  const arrived = executed.world.chronicle.steps.filter(
    (each) => each.kind === 'call' && each.text.startsWith('the '),
  );
  expect(arrived).toMatchObject([{ event: 3, text: 'the commit from before the crash' }]);
});

test('a lock runs out, and a process crashes, before any call', async () => {
  const lateExpiry = [...loaded, expire('worker #1'), deliver('m1', 'worker #2')];
  expect((await played(lateExpiry)).refused).toBeUndefined();
  expect((await played([...taken, crash('worker #1')])).refused).toBeUndefined();
});

/** What schedules with fewer than so many steps can lead to, by trying each of them. */
function byTryingAll(
  program: Program,
  most: number,
  see: (outcome: Outcome) => string = seen,
): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const tryFrom = (moves: readonly Move[]): void => {
    const world = new World(program, 'none');
    for (const move of moves) world.perform(move);
    const choices = choicesIn(world, world.enabled());
    for (let enabled = world.enabled(); enabled.length > 0; enabled = world.enabled()) {
      world.perform(byItself(world, enabled));
    }
    outcomes.add(see(outcomeOf(world)));
    if (moves.length + 1 < most) for (const { move } of choices) tryFrom([...moves, move]);
  };
  tryFrom([]);
  return outcomes;
}

function byTheSearch(program: Program, most: number): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const look = ({ world }: Executed): boolean => {
    outcomes.add(seen(outcomeOf(world)));
    return false;
  };
  const search = shortening(program, look, most);
  while (search.next() === undefined);
  return outcomes;
}

const operation = fc.tuple(
  fc.constantFrom('l', 'w', 'c', 'e', 's', 't', 'C', 'A', 'x'),
  fc.constantFrom('0', '1'),
);
const told = fc
  .array(operation, { minLength: 1, maxLength: 3 })
  .map((operations) => operations.map((each) => each.join('')).join(''));

test('the search for the fewest steps leaves out nothing that trying all schedules finds', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  await outsidePromises(() => {
    fc.assert(
      fc.property(
        fc.array(told, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 1, max: 2 }),
        fc.constantFrom(all, { crashes: 1 }, { lockExpiries: 1 }, {}),
        (queued, workers, faults) => {
          const program = programOf({ asked: [], queued, workers, faults }, subject);
          program.everyMoment = true;
          const compare = (): void => {
            for (const most of [1, 2, 3, 4]) {
              expect([...byTheSearch(program, most)].toSorted()).toEqual(
                [...byTryingAll(program, most)].toSorted(),
              );
            }
          };
          const { timeIsSeen } = program;
          // Only now it may come out that the program looks at clocks.
          byTryingAll(program, 4);
          if (program.timeIsSeen !== timeIsSeen) program.timeIsSeen = true;
          compare();
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });
});

test('in the smallest game of exercise 10, four steps are enough and three are not', async () => {
  const program = loadProgram(
    {
      name: 'one return at two processes',
      given: { 'credit-ada': { cents: 1_000 } },
      queued: {
        returns: [
          {
            messageId: 'm1',
            type: 'CreditReturn',
            body: { returnId: '7', customer: 'ada', cents: 5 },
          },
        ],
      },
      processes: {
        'returns #1': { 'queue returns': 'second.ts#creditReturn' },
        'returns #2': { 'queue returns': 'second.ts#creditReturn' },
      },
      faults: all,
      deliveriesMost: 6,
      promises: {},
    },
    loadSubject(resolve(import.meta.dirname, '../../../exercises/10-be-the-adversary/starter')),
  );
  program.everyMoment = true;
  const credit = (outcome: Outcome): string =>
    String(outcome.document<{ cents: number }>('credit-ada')?.value.cents);
  await outsidePromises(() => {
    expect([...byTryingAll(program, 4, credit)]).toEqual(['1005']);
    expect(byTryingAll(program, 5, credit)).toContain('1010');
    const search = shortening(program, ({ world }) => credit(outcomeOf(world)) === '1010', 9);
    let fewest: number | undefined;
    while (fewest === undefined) fewest = search.next();
    expect(fewest).toBe(4);
  });
});
