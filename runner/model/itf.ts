/** A trace in the Informal Trace Format: https://apalache-mc.org/docs/adr/015adr-trace.html */
import type { Trace } from './explore.ts';
import type { Value } from './value.ts';

export interface ItfSource {
  readonly description: string;
  /** What made it. */
  readonly source: string;
  readonly status: 'ok' | 'violation';
}

/** With the action and the choices that led to each state, under the names that Quint gives them. */
export function itfOf(trace: Trace, { description, source, status }: ItfSource): object {
  const variables = Object.keys(trace[0]?.state ?? {});
  const names = [...new Set(trace.flatMap(({ deed }) => Object.keys(deed.picks)))].toSorted();
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      description,
      source,
      status,
    },
    vars: [...variables, 'mbt::actionTaken', 'mbt::nondetPicks'],
    states: trace.map(({ deed, state }, index) => ({
      '#meta': { index },
      ...state,
      'mbt::actionTaken': deed.action,
      // A variable of a state machine has one type, so every state has every name.
      'mbt::nondetPicks': Object.fromEntries(
        names.map((name) => [name, optional(deed.picks[name])]),
      ),
    })),
  };
}

function optional(value: Value | undefined): Value {
  return value === undefined ? { tag: 'None', value: { '#tup': [] } } : { tag: 'Some', value };
}
