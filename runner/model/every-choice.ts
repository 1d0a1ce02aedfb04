/**
 * Rewrites a specification so that its evaluator hides no choice.
 *
 * Quint's evaluator is made for random runs. It shuffles the branches of an `any` and takes the first that is
 * enabled; when the body of a `nondet` is not, it silently tries the next value. Here, `any` becomes a `nondet`
 * over the numbers of its branches, and a body that is not enabled ends the attempt:
 *
 *     any { A, B }                   nondet branch = 0.to(1).oneOf()
 *                             ──►    if (if (branch == 0) any { A } else any { B }) true
 *                                    else assert(false)
 *     all { A, B }            ──►    if (A) B else assert(false)
 *
 * Then every choice is asked for once, from the source of random numbers, and from nowhere else. What an
 * `any` of one branch still does is to note which action was taken.
 */
import type {
  QuintApp,
  QuintEx,
  QuintLet,
  QuintModule,
} from '@informalsystems/quint/dist/src/ir/quintIr.js';

export interface Controlled {
  readonly modules: QuintModule[];
  /** The assertions that end an attempt, by their ids. */
  readonly notEnabled: ReadonlySet<bigint>;
}

/** No name of a specification begins like this. */
export const branchName = '$branch';

export function controlEveryChoice(
  modules: readonly QuintModule[],
  nextId: () => bigint,
): Controlled {
  const notEnabled = new Set<bigint>();
  let branchings = 0;

  function rewritten(expression: QuintEx): QuintEx {
    switch (expression.kind) {
      case 'app': {
        const args = expression.args.map(rewritten);
        if (expression.opcode === 'actionAll' && args.length > 0) return inTurn(args);
        return expression.opcode === 'actionAny' && args.length > 1
          ? branching(expression, args)
          : { ...expression, args };
      }
      case 'lambda':
        return { ...expression, expr: rewritten(expression.expr) };
      case 'let': {
        const { opdef } = expression;
        const inner = {
          ...expression,
          opdef: { ...opdef, expr: rewritten(opdef.expr) },
          expr: rewritten(expression.expr),
        };
        return opdef.qualifier === 'nondet' ? enabledOrOver(inner) : inner;
      }
      case 'bool':
      case 'int':
      case 'name':
      case 'str':
        return expression;
    }
  }

  function branching({ id }: QuintApp, branches: readonly QuintEx[]): QuintLet {
    const name = `${branchName}${(branchings += 1)}`;
    const number = (value: number): QuintEx => ({
      id: nextId(),
      kind: 'int',
      value: BigInt(value),
    });
    const chosen = branches
      .map((branch): QuintEx => applied('actionAny', branch))
      .reduceRight((others, branch, index) =>
        applied(
          'ite',
          applied('eq', { id: nextId(), kind: 'name', name }, number(index)),
          branch,
          others,
        ),
      );
    const numbers = applied('to', number(0), number(branches.length - 1));
    return enabledOrOver({
      id,
      kind: 'let',
      opdef: {
        id: nextId(),
        kind: 'def',
        qualifier: 'nondet',
        name,
        expr: applied('oneOf', numbers),
      },
      expr: chosen,
    });
  }

  /** What is not enabled ends the attempt, so nothing needs to be taken back as `all` would do. */
  function inTurn(parts: readonly QuintEx[]): QuintEx {
    return parts.reduceRight((rest, part) => applied('ite', part, rest, over()));
  }

  function enabledOrOver(choice: QuintLet): QuintLet {
    const enabled: QuintEx = { id: nextId(), kind: 'bool', value: true };
    return { ...choice, expr: applied('ite', choice.expr, enabled, over()) };
  }

  function over(): QuintApp {
    const assertion = applied('assert', { id: nextId(), kind: 'bool', value: false });
    notEnabled.add(assertion.id);
    return assertion;
  }

  function applied(opcode: string, ...args: QuintEx[]): QuintApp {
    return { id: nextId(), kind: 'app', opcode, args };
  }

  return {
    modules: modules.map((module) => ({
      ...module,
      declarations: module.declarations.map((declaration) =>
        declaration.kind === 'def'
          ? { ...declaration, expr: rewritten(declaration.expr) }
          : declaration,
      ),
    })),
    notEnabled,
  };
}
