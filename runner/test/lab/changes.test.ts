import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../lab/index.ts';
import { givenOf } from '../../lab/given.ts';
import { drawing } from '../../lab/sampling.ts';
import { execute } from '../../lab/schedule.ts';
import type { World } from '../../lab/world.ts';
import {
  interpreter,
  outsidePromises,
  programOf,
  scenarioOf,
  subjectOf,
  type Shape,
} from './programs.ts';

const operation = fc.constantFrom('l0', 'w0', 'c0', 'd0', 'w1', 'd1', 's0', 'x0');
const program = fc.array(operation, { minLength: 1, maxLength: 3 }).map((each) => each.join(''));
/** Whatever goes to a queue does little, so that executions come to their end. */
const told = fc.constantFrom('w0', 'x0', 'c0', 'l1');
const shape: fc.Arbitrary<Shape> = fc.record({
  asked: fc.array(
    fc.tuple(program, told).map(([own, message]) => `${own}>${message}`),
    { minLength: 1, maxLength: 2 },
  ),
  queued: fc.array(told, { maxLength: 2 }),
  workers: fc.constantFrom(1, 2),
  faults: fc.record({
    crashes: fc.nat(1),
    unknownOutcomes: fc.nat(1),
    lockExpiries: fc.nat(1),
    duplicateDeliveries: fc.nat(1),
  }),
});

/** What the changes of a story add up to, as text. */
function added(changes: readonly Change[]): string {
  const documents = new Map<string, number>();
  const messages = new Map<string, string>();
  for (const change of changes) {
    if (change.kind === 'message') messages.set(change.messageId, change.state);
    if (change.kind !== 'document') continue;
    if (change.value === undefined) documents.delete(change.key);
    else documents.set(change.key, change.version);
  }
  const states = [...documents, ...messages].map(([name, state]) => `${name} ${state}`);
  return states.toSorted().join('\n');
}

/** What there is, in the words of a story. */
function present({ documents, messages }: World): readonly Change[] {
  return [
    ...documents
      .all()
      .map(({ key, value, version }): Change => ({ kind: 'document', key, value, version })),
    ...messages.map(({ queue, messageId, state }): Change => ({
      kind: 'message',
      queue,
      messageId,
      state: state === 'delayed' ? 'waiting' : state,
    })),
  ];
}

test('what a story says was changed adds up to what is there, before every step and at the end', async () => {
  const subject = subjectOf({ 'run.ts': interpreter });
  await fc.assert(
    fc.asyncProperty(shape, fc.nat(50), async (drawn, seed) => {
      await outsidePromises(() => {
        const draw = drawing(0, seed, 20);
        const mustAgree = (world: World): void => {
          const changes = world.chronicle.steps.flatMap((step) => step.changes ?? []);
          const all = [...givenOf(scenarioOf(drawn), world), ...changes];
          expect(added(all)).toBe(added(present(world)));
        };
        const { world } = execute(
          programOf(drawn, subject),
          (enabled, at) => {
            mustAgree(at);
            return draw(enabled, at);
          },
          'steps',
        );
        mustAgree(world);
      });
    }),
    { numRuns: 300 },
  );
});
