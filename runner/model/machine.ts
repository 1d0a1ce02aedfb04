/**
 * A specification as a machine: the states in which it may begin, and the states that may follow each. This
 * file and specification.ts are all that knows Quint's parts; behaviour.ts says what is relied on.
 */
import { zerog } from '@informalsystems/quint/dist/src/idGenerator.js';
import { walkExpression } from '@informalsystems/quint/dist/src/ir/IRVisitor.js';
import type { QuintApp, QuintName } from '@informalsystems/quint/dist/src/ir/quintIr.js';
import { Evaluator } from '@informalsystems/quint/dist/src/runtime/impl/evaluator.js';
import {
  initialRegisterValue,
  type NamedRegister,
} from '@informalsystems/quint/dist/src/runtime/impl/VarStorage.js';
import type { RuntimeValue } from '@informalsystems/quint/dist/src/runtime/impl/runtimeValue.js';
import { noExecutionListener } from '@informalsystems/quint/dist/src/runtime/trace.js';
import type { QuintError } from '@informalsystems/quint/dist/src/quintError.js';
import { everyWay, type Choices } from './choices.ts';
import { branchName } from './every-choice.ts';
import { EngineError, ModelError, type Place } from './mistake.ts';
import type { Specification } from './specification.ts';
import { textOf, type State, type Value } from './value.ts';

/** Of a variable, as the evaluator keeps it. */
type Kept = NamedRegister['value'];

/** A state of the machine. Two with the same text are the same state. */
export interface Reached {
  /** The state as canonical JSON. */
  readonly text: string;
  /** By the evaluator's own names of the variables. */
  readonly kept: ReadonlyMap<string, Kept>;
  /** The choices that lead here from the state before. */
  readonly way: readonly number[];
}

/** What was done to come to a state. */
export interface Deed {
  /** The name of the action; '' where it has none. */
  readonly action: string;
  /** What was chosen, by the names of the `nondet`s. */
  readonly picks: Readonly<Record<string, Value>>;
  /** Where the action is called; where it is defined, if it has no parameters. */
  readonly at?: Place;
}

export interface Machine {
  initial(): readonly Reached[];
  after(state: Reached): readonly Reached[];
  /** Whether a definition is true in a state. */
  isTrue(name: string, state: Reached): boolean;
  /** @param before  the state that it was done in; undefined where the machine begins */
  deed(before: Reached | undefined, after: Reached): Deed;
}

export interface MachineOptions {
  readonly init?: string;
  readonly step?: string;
}

/** A choice among more is a mistake, or a model that can only be sampled. */
const optionsMost = 10_000;

/**
 * Machines of one specification, each with a beginning and a step of its own. They share an evaluator, so that
 * what they have in common is compiled once.
 * @throws ModelError model-incomplete
 */
export function machinesOf(specification: Specification): (options?: MachineOptions) => Machine {
  const { controlled, notEnabled, module, file } = specification;
  const { resolver } = controlled;
  resolver.switchToModule(module);
  const expressions = new Map<string, QuintName>();

  let choices: Choices | undefined;
  let refused: bigint | undefined;
  let failed: unknown;
  const random = {
    getState: () => 0n,
    setState: () => {},
    next(options: bigint): bigint {
      if (options > BigInt(optionsMost)) {
        refused = options;
        throw new Error('a choice among too many');
      }
      try {
        if (!choices) throw new EngineError('a choice was made where a value was asked for');
        return BigInt(choices.choose(Number(options)));
      } catch (error) {
        // The evaluator turns whatever is thrown into an error of the specification.
        failed = error;
        throw error;
      }
    },
  };
  /** The calls since the last branch was entered; kept only while a deed is told. */
  let calls: QuintApp[] | undefined;
  const recorder = {
    ...noExecutionListener,
    onUserOperatorCall: (call: QuintApp) => void calls?.push(call),
    onAnyOptionCall: () => void calls?.splice(0),
    verbosityLevel: 0,
    rng: random,
    currentFrame: { app: nowhere, args: [], result: undefined as never, subframes: [] },
    clear: () => {},
    bestTraces: [],
  };
  const evaluator = new Evaluator(resolver.table, recorder, random, true);
  const storage = () => evaluator.ctx.varStorage;
  let loaded: Reached | undefined;
  /** What is being run, by the id of its definition. */
  let running: bigint | undefined;

  function nameOf(name: string, kind: 'action' | 'val'): QuintName {
    const known = expressions.get(name);
    if (known) return known;
    if (resolver.collector.getDefinition(name) === undefined) throw missing(name, kind);
    const expression: QuintName = { id: specification.nextId(), kind: 'name', name };
    walkExpression(resolver, expression);
    expressions.set(name, expression);
    return expression;
  }

  function missing(name: string, kind: 'action' | 'val'): ModelError {
    return new ModelError(
      'model-incomplete',
      `${file} has no ${kind} ${name} in its module ${module}.`,
      kind === 'action'
        ? 'A model begins with action init, which gives each variable its first value, and goes on with action step.'
        : 'Mend the name: an invariant is a val of the module that is true or false.',
    );
  }

  function load(state: Reached): void {
    if (loaded === state) return;
    assign(state.kept);
    storage().shiftVars();
    loaded = state;
  }

  function assign(kept: Reached['kept']): void {
    storage().nextVars.forEach((register, key) => {
      register.value = kept.get(key) ?? initialRegisterValue(register.name);
    });
  }

  /** @returns whether it is enabled */
  function run(expression: QuintName): boolean {
    refused = undefined;
    failed = undefined;
    assign(nothing);
    storage().clearMetadata();
    running = resolver.table.get(expression.id)?.id;
    const result = evaluator.evaluate(expression);
    if (failed !== undefined) throw failed;
    if (result.isRight()) return result.value.kind === 'bool' && result.value.value;
    if (result.value.reference !== undefined && notEnabled.has(result.value.reference))
      return false;
    throw undefinedAt(result.value);
  }

  function undefinedAt({ message, reference }: QuintError): ModelError {
    const at = specification.placeOf(reference);
    if (refused !== undefined) {
      const many = refused > 1_000_000n ? 'without bound' : `among ${refused.toLocaleString('en')}`;
      return new ModelError(
        'model-too-large',
        `Here is a choice ${many}, and every one of them would have to be tried.`,
        `Let oneOf choose from a small set, such as 0.to(3): at most ${optionsMost.toLocaleString('en')} elements.`,
        at,
      );
    }
    return new ModelError(
      'model-undefined',
      `The model has no value here: ${message.replace(/\.$/, '')}.`,
      message.includes('not set')
        ? "Give each variable its first value in init, and its next one in every branch of step; x' = x keeps it."
        : 'Guard the place: a map has a value only for its keys, a list only for its indices.',
      at,
    );
  }

  function ways(expression: QuintName, from: Reached | undefined): readonly Reached[] {
    const reached: Reached[] = [];
    everyWay((all) => {
      const way: number[] = [];
      choices = {
        choose(options) {
          const chosen = all.choose(options);
          way.push(chosen);
          return chosen;
        },
      };
      if (from) load(from);
      try {
        if (run(expression)) reached.push(arrived(way));
      } finally {
        choices = undefined;
      }
    });
    return reached;
  }

  function arrived(way: readonly number[]): Reached {
    const kept = new Map<string, Kept>();
    const fields: string[] = [];
    storage().nextVars.forEach(({ name, value }, key) => {
      if (value.isLeft()) throw withoutValue(name);
      kept.set(key, value);
      fields.push(`${JSON.stringify(name)}:${jsonOf(value.value)}`);
    });
    return { text: `{${fields.toSorted().join()}}`, kept, way };
  }

  function withoutValue(name: string): ModelError {
    return new ModelError(
      'model-undefined',
      `The model can go on without a next value for ${name}.`,
      `Give it one in each branch: ${name}' = ${name} keeps it as it is.`,
      specification.placeOf(running),
    );
  }

  return ({ init = 'init', step = 'step' } = {}) =>
    machineOf(nameOf(init, 'action'), nameOf(step, 'action'));

  function machineOf(initially: QuintName, onward: QuintName): Machine {
    return {
      initial: () => {
        loaded = undefined;
        return ways(initially, undefined);
      },
      after: (state) => ways(onward, state),
      isTrue(name, state) {
        const expression = nameOf(name, 'val');
        load(state);
        const result = evaluator.evaluate(expression);
        if (result.isLeft()) throw undefinedAt(result.value);
        return result.value.kind === 'bool' && result.value.value;
      },
      deed(before, after) {
        if (before) load(before);
        let position = 0;
        choices = { choose: () => after.way[position++] ?? 0 };
        calls = [];
        try {
          if (!run(before ? onward : initially)) throw new EngineError('a step cannot be repeated');
          const { actionTaken: action = '', nondetPicks } = storage();
          const call = calls.find(({ opcode }) => opcode === action);
          const at = specification.placeOf(call?.id);
          const picks = [...nondetPicks].flatMap(([name, value]) =>
            value === undefined || name.startsWith(branchName)
              ? []
              : [[name, JSON.parse(jsonOf(value)) as Value] as const],
          );
          return { action, picks: Object.fromEntries(picks), ...(at && { at }) };
        } finally {
          choices = undefined;
          calls = undefined;
        }
      },
    };
  }
}

export function stateOf({ text }: Reached): State {
  return JSON.parse(text) as State;
}

const nothing: Reached['kept'] = new Map();
const nowhere: QuintApp = { id: 0n, kind: 'app', opcode: '', args: [] };

/** Values are shared from state to state, so most texts are known already. */
const texts = new WeakMap<RuntimeValue, string>();

function jsonOf(value: RuntimeValue): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = textOf(value.toQuintEx(zerog));
  texts.set(value, text);
  return text;
}
