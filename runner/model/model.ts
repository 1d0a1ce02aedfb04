import { mustBehave } from './behaviour.ts';
import { machinesOf, type Machine, type MachineOptions } from './machine.ts';
import {
  parse,
  readSpecification,
  specificationOf,
  type Parsed,
  type Source,
} from './specification.ts';

/** A specification that can be read, for those who run it. */
export interface Model {
  readonly file: string;
  readonly module: string;
  /**
   * Checks types and effects; without it, a mistake shows only where it is met.
   * @returns what is taken as an invariant where none is named: every boolean `val` of the module
   * @throws ModelError type-error
   */
  check(): Promise<readonly string[]>;
  /** Whether a definition is written as `true`, which is true of anything. */
  saysNothing(name: string): boolean;
  /** @throws ModelError model-incomplete */
  machine(options?: MachineOptions): Machine;
}

/**
 * Checks names, types and effects, and that the evaluator behaves.
 * @returns what is taken as an invariant where none is named: every boolean `val` of the module
 * @throws ModelError syntax-error, type-error, model-incomplete; EngineError
 */
export async function checkTypes(source: Source): Promise<readonly string[]> {
  const found = await readSpecification(source).check();
  mustBehave();
  return found;
}

/** @throws ModelError syntax-error, type-error, model-incomplete; EngineError */
export function openModel(source: Source): Model {
  mustBehave();
  return openUntried(parse(source));
}

/** Where the evaluator is tried by somebody else. @throws ModelError */
export function openUntried(parsed: Parsed): Model {
  const specification = specificationOf(parsed);
  const { file, module, check, definitions } = specification;
  return {
    file,
    module,
    check,
    saysNothing: (name) =>
      definitions.some(
        (each) => each.name === name && each.expr.kind === 'bool' && each.expr.value,
      ),
    machine: machinesOf(specification),
  };
}
