import { expect, test } from 'vitest';
import type { ModelRun } from '../../src/domain/model.ts';
import { modelView } from '../../src/views/model.ts';
import { forgetful, narrow, rightModel, wide } from './samples.ts';

function shown(run: ModelRun, screen = wide, itf?: string): string {
  return `\n${modelView(screen, run, itf)}\n`;
}

test('all invariants hold: how many states that is said of, and how far they are', () => {
  expect(shown(rightModel)).toMatchInlineSnapshot(`
    "
      ✓ inbox-outbox.qnt                                                      1.8 s

      ✓ bookedOnce
      ✓ noGhosts
      ✓ nothingForgotten
        all reachable states: 2,415 states, up to 17 steps from the beginning,
        10,940 ways to step between them
        from 1 of them no step leads on. It is 10 steps away; is it the end, or a
        deadlock?
          queue  Map("m1" -> "completed", "m2" -> "completed")
          store  { booked: Map("m1" -> 1, "m2" -> 1), inbox: Set("m1", "m2"), outbox:
                 Set() }
          topic  Set("m1", "m2")

      → kata check
    "
  `);
});

test('one does not: the nearest way to a state in which it is false, and that state', () => {
  expect(shown(forgetful, wide, 'trace.itf.json')).toMatchInlineSnapshot(`
    "
      ✗ inbox-outbox.qnt                                                      1.8 s

      ✓ bookedOnce
      ✓ noGhosts
      ✗ nothingForgotten is false in 352 of 5,299 states, the nearest 4 steps away
        looked at 5,299 states, up to 22 steps from the beginning, 22,714 ways to
        step between them; the search does not go on from a state in which an
        invariant is false

        inboxOutbox:

           payments #1  queue  store                               inbox-outbox.qnt
                │         │      │
                ├────────►│      │     receive m1: m1 → payments #1
                ├─────────┼─────►│     commit: booked m1 → 1, inbox + m1        :14
                ✖         │      │     crash: queue m1 → waiting
                •         │      │     goOn: line → dispatch                    :13

        so     nothingForgotten is false, because then:
        queue  Map("m1" -> "completed", "m2" -> "waiting")
        store  { booked: Map("m1" -> 1, "m2" -> 0), inbox: Set("m1"), outbox: Set()
               }
        topic  Set()

      The trace is in trace.itf.json.

      → Is that state wrong? If so, which step of this way should not be possible?
        If not, nothingForgotten says too much
    "
  `);
});

test('the same on a narrow screen', () => {
  expect(shown(forgetful, narrow)).toMatchInlineSnapshot(`
    "
      ✗ inbox-outbox.qnt                                  1.8 s

      ✓ bookedOnce
      ✓ noGhosts
      ✗ nothingForgotten is false in 352 of 5,299 states, the
        nearest 4 steps away
        looked at 5,299 states, up to 22 steps from the
        beginning, 22,714 ways to step between them; the search
        does not go on from a state in which an invariant is
        false

        inboxOutbox:

           payments #1  store                  inbox-outbox.qnt
                │  queue  │
                │    │    │
                ├───►│    │     receive m1: m1 → payments #1
                ├────┼───►│     commit: booked m1 → 1, inbox
                │    │    │       + m1                      :14
                ✖    │    │     crash: queue m1 → waiting
                •    │    │     goOn: line → dispatch       :13

        so     nothingForgotten is false, because then:
        queue  Map("m1" -> "completed", "m2" -> "waiting")
        store  { booked: Map("m1" -> 1, "m2" -> 0), inbox:
               Set("m1"), outbox: Set() }
        topic  Set()

      → Is that state wrong? If so, which step of this way
        should not be possible? If not, nothingForgotten says
        too much
    "
  `);
});

test('an invariant that says nothing is no pass, and is no failure', () => {
  const [first, ...others] = rightModel.invariants;
  const invariants = [...others, { ...first!, saysNothing: true }];
  expect(shown({ ...rightModel, invariants })).toMatchInlineSnapshot(`
    "
      ✓ inbox-outbox.qnt                                                      1.8 s

      ✓ noGhosts
      ✓ nothingForgotten
      • bookedOnce is written as true, so it says nothing yet
        all reachable states: 2,415 states, up to 17 steps from the beginning,
        10,940 ways to step between them
        from 1 of them no step leads on. It is 10 steps away; is it the end, or a
        deadlock?
          queue  Map("m1" -> "completed", "m2" -> "completed")
          store  { booked: Map("m1" -> 1, "m2" -> 1), inbox: Set("m1", "m2"), outbox:
                 Set() }
          topic  Set("m1", "m2")

      → What else can never happen? Say it, and kata model looks for it
    "
  `);
});

test('drawn by chance, and nothing found: no proof', () => {
  const reached = { how: 'sampled', traces: 500, seed: 7, states: 812 } as const;
  expect(shown({ ...rightModel, reached })).toMatchInlineSnapshot(`
    "
      ✓ inbox-outbox.qnt                                                      1.8 s

      ✓ bookedOnce
      ✓ noGhosts
      ✓ nothingForgotten
        500 traces drawn by chance from seed 7 met 812 states: enough to show a
        fault, and no proof that there is none

      → kata model
    "
  `);
});

test('more states than were looked at: nothing is proved', () => {
  const { nearestDeadlock: _, ...reached } = rightModel.reached;
  const bounded = { ...reached, kind: 'bounded', states: 200_000, deadlocks: 0 } as const;
  expect(shown({ ...rightModel, reached: bounded })).toMatchInlineSnapshot(`
    "
      ✗ inbox-outbox.qnt                                                      1.8 s

      ✓ bookedOnce
      ✓ noGhosts
      ✓ nothingForgotten
        200,000 states, up to 17 steps from the beginning, 10,940 ways to step
        between them, and there are more: nothing is proved. Bound what grows, or
        make the sets smaller

      → kata model --sample 500 looks at some ways through it
    "
  `);
});

test('no invariant at all', () => {
  expect(shown({ ...rightModel, invariants: [] })).toMatchInlineSnapshot(`
    "
      ✓ inbox-outbox.qnt                                                      1.8 s

      • The module has no boolean val, so there is nothing that must be true.
        all reachable states: 2,415 states, up to 17 steps from the beginning,
        10,940 ways to step between them
        from 1 of them no step leads on. It is 10 steps away; is it the end, or a
        deadlock?
          queue  Map("m1" -> "completed", "m2" -> "completed")
          store  { booked: Map("m1" -> 1, "m2" -> 1), inbox: Set("m1", "m2"), outbox:
                 Set() }
          topic  Set("m1", "m2")

      → kata check
    "
  `);
});
