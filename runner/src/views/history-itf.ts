/**
 * A whole history as a trace of states, in the Informal Trace Format, which tools for TLA+ and Quint read:
 * https://apalache-mc.org/docs/adr/015adr-trace.html
 */
import type { Change, Step } from '../../lab/index.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { Replayed } from '../domain/judgement.ts';
import { writeToken } from '../domain/replay-token.ts';

const variables = ['documents', 'messages', 'thirdParties', 'lastStep'] as const;

type Value =
  | string
  | boolean
  | readonly Value[]
  | { readonly '#bigint': string }
  | { readonly '#tup': readonly Value[] }
  | { readonly '#map': readonly (readonly [Value, Value])[] }
  /** What the format has no word for: null, and numbers that are no integers. */
  | { readonly '#unserializable': string }
  | { readonly [field: string]: Value };

/** The state before the first step, and one after each. */
export function historyItf(exercise: Exercise, { story, given, broken }: Replayed): string {
  const state = openState();
  for (const change of given) state.apply(change);
  const states = [{ ...state.now(), lastStep: beginning }];
  for (const step of story.steps) {
    for (const change of step.changes ?? []) state.apply(change);
    states.push({ ...state.now(), lastStep: stepOf(step) });
  }
  const trace = {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      description: story.scenario,
      source: `kata replay ${writeToken(exercise, story.token)}`,
      status: broken.length === 0 ? 'ok' : 'violation',
      broken,
    },
    vars: variables,
    states: states.map((each, index) => ({ '#meta': { index }, ...each })),
  };
  return JSON.stringify(trace, null, 2);
}

type State = Record<Exclude<(typeof variables)[number], 'lastStep'>, Value>;

/** What the changes add up to. */
function openState(): { apply(change: Change): void; now(): State } {
  const documents = new Map<string, Value>();
  const messages = new Map<string, readonly [Value, Value]>();
  const thirdParties = new Map<string, Value>();
  return {
    apply(change) {
      switch (change.kind) {
        case 'document':
          if (change.value === undefined) documents.delete(change.key);
          else {
            const { value, version } = change;
            documents.set(change.key, { value: valueOf(value), version: integer(version) });
          }
          return;
        case 'message': {
          const { queue, messageId, state } = change;
          messages.set(JSON.stringify([queue, messageId]), [{ '#tup': [queue, messageId] }, state]);
          return;
        }
        case 'api':
          thirdParties.set(change.host, valueOf(change.state));
      }
    },
    now: () => ({
      documents: { '#map': [...documents] },
      messages: { '#map': [...messages.values()] },
      thirdParties: { '#map': [...thirdParties] },
    }),
  };
}

/** Every step is the same kind of record, because a variable of a state machine has one type. */
function stepOf(step: Step): Value {
  const { event, kind, text, at } = step;
  const [from, to] = 'from' in step ? [step.from, step.to] : [step.on, step.on];
  const effect = ('effect' in step && step.effect) || '';
  return {
    event: integer(event),
    kind,
    from,
    to,
    text,
    effect,
    at: at ? `${at.file}:${at.line}` : '',
  };
}

const beginning: Value = {
  event: integer(-1),
  kind: 'beginning',
  from: '',
  to: '',
  text: '',
  effect: '',
  at: '',
};

function valueOf(json: unknown): Value {
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number' && Number.isInteger(json)) return integer(json);
  if (Array.isArray(json)) return json.map(valueOf);
  if (typeof json !== 'object' || json === null) return { '#unserializable': String(json) };
  const fields = Object.entries(json).map(([field, value]) => [field, valueOf(value)] as const);
  // A field of a record must not look like one of the format's own.
  return fields.some(([field]) => field.startsWith('#'))
    ? { '#map': fields }
    : Object.fromEntries(fields);
}

function integer(number: number): Value {
  return { '#bigint': BigInt(number).toString() };
}
