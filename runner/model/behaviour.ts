/**
 * What this engine relies on in Quint's evaluator, tried on a small specification before the first real one:
 * every choice of `any` and `nondet` is asked for, in the order of the text, and from one source of random
 * numbers; what is not enabled ends there; actions and choices are kept under their names; equal values have
 * equal texts. A version that does something else must never give a verdict.
 */
import { machinesOf, type Machine, type Reached } from './machine.ts';
import { EngineError } from './mistake.ts';
import { readSpecification } from './specification.ts';

const text = `module probe {
  var x: int
  var y: Set[int]
  action init = all { x' = 1, y' = Set() }
  action more = all { x < 2, x' = x + 1, y' = y }
  action place(i: int): bool = all { i > 1, x' = i, y' = Set(i, 1).union(y) }
  action step = any {
    more,
    { nondet j = 1.to(3).oneOf() all { nondet k = Set(0, 1).oneOf() place(j + k), x < 3 } },
    all { false, x' = x, y' = 1.to(2) },
  }
  val small = x < 3
}`;

const states = [
  '{"x":{"#bigint":"2"},"y":{"#set":[]}}',
  '{"x":{"#bigint":"2"},"y":{"#set":[{"#bigint":"1"},{"#bigint":"2"}]}}',
  '{"x":{"#bigint":"2"},"y":{"#set":[{"#bigint":"1"},{"#bigint":"2"}]}}',
  '{"x":{"#bigint":"3"},"y":{"#set":[{"#bigint":"1"},{"#bigint":"3"}]}}',
  '{"x":{"#bigint":"3"},"y":{"#set":[{"#bigint":"1"},{"#bigint":"3"}]}}',
  '{"x":{"#bigint":"4"},"y":{"#set":[{"#bigint":"1"},{"#bigint":"4"}]}}',
];

let isTried = false;

/** Once in each process. @throws EngineError */
export function mustBehave(): void {
  if (isTried) return;
  isTried = true;
  const problem = problemOf(machinesOf(readSpecification({ path: 'probe.qnt', text }))());
  if (problem !== undefined) throw new EngineError(problem);
}

function problemOf(machine: Machine): string | undefined {
  const [first, ...others] = machine.initial();
  if (!first || others.length > 0) return 'a beginning without a choice is not the only one';
  const after = machine.after(first);
  const found = after.map((state) => state.text).join('\n');
  if (found !== states.join('\n')) return `from one state it reached\n${found}`;
  if (!machine.isTrue('small', first) || machine.isTrue('small', after[3]!)) {
    return 'a val was not true of the state that it was asked of';
  }
  const names = (state: Reached): string => {
    const { action, picks, at } = machine.deed(first, state);
    return `${action} ${JSON.stringify(picks)} ${at?.line}`;
  };
  const told = [after[0]!, after[2]!].map(names).join('; ');
  const expected = 'more {} 5; place {"j":{"#bigint":"2"},"k":{"#bigint":"0"}} 9';
  return told === expected ? undefined : `it tells of its steps as ${told}`;
}
