/**
 * A trace as a story like the lab's. Whoever acts has a lane, and so has every other variable that changes:
 *
 *     payments #1   queue   store
 *         ├───────────┼──────►│     commit: booked p1 → 1, inbox + p1
 */
import type { Change, Step, Story } from '../lab/index.ts';
import type { Trace, TraceStep } from './explore.ts';
import { inQuint, partsOf, type State, type Value } from './value.ts';

export interface Telling {
  /** What the story is of, in one line. */
  readonly scenario: string;
  /** What is wrong at its end. */
  readonly so?: string;
  /** How it is to be seen again. */
  readonly again?: string;
  /** The file whose lines stand beside the steps; without it, those of all files. */
  readonly file?: string;
}

export function storyOf(trace: Trace, { scenario, so, again, file }: Telling): Story {
  const cast = castOf(trace);
  const versions = new Map<string, number>();
  const steps = trace.slice(1).flatMap((step, event) => {
    const before = trace[event]!.state;
    return stepsOf(step, changesOf(before, step.state, versions), { event, before, cast, file });
  });
  const resources = Object.keys(trace[0]?.state ?? {}).filter((name) => name !== cast.variable);
  const [lane] = resources;
  const beginning: Step[] =
    trace.length === 1 && lane !== undefined
      ? [
          {
            event: 0,
            kind: 'note',
            on: lane,
            text: 'the model begins, and nothing has happened yet',
          },
        ]
      : [];
  return {
    scenario,
    lanes: [...cast.actors, ...resources],
    steps: [...beginning, ...steps],
    ...(so !== undefined && { so }),
    ...(again !== undefined && { again }),
  };
}

interface Cast {
  /** Who acts. */
  readonly actors: readonly string[];
  /** The map that holds what each of them knows; undefined where nobody is to be seen. */
  readonly variable: string | undefined;
}

/**
 * Those act who are chosen, again and again, and have something of their own that changes then: the keys of
 * the map in which most often the entry of a choice changes.
 */
function castOf(trace: Trace): Cast {
  const first = trace[0]?.state ?? {};
  const candidates = Object.entries(first).flatMap(([variable, value]) => {
    const actors = keysOf(value);
    const acts = trace.slice(1).filter(({ deed, state }, index) => {
      const before = trace[index]!.state;
      return Object.values(deed.picks).some(
        (pick) =>
          typeof pick === 'string' &&
          actors.includes(pick) &&
          textOf(entryOf(before[variable], pick)) !== textOf(entryOf(state[variable], pick)),
      );
    }).length;
    return acts === 0 ? [] : [{ actors, variable, acts }];
  });
  const [most] = candidates.toSorted((a, b) => b.acts - a.acts);
  return most ?? { actors: [], variable: undefined };
}

interface Context {
  readonly event: number;
  readonly before: State;
  readonly cast: Cast;
  readonly file: string | undefined;
}

function stepsOf(
  { deed, state }: TraceStep,
  changes: readonly Changed[],
  { event, before, cast, file }: Context,
): readonly Step[] {
  const { action, picks } = deed;
  const at = file === undefined || deed.at?.file === file ? deed.at : undefined;
  const actor = Object.values(picks).find(
    (pick): pick is string => typeof pick === 'string' && cast.actors.includes(pick),
  );
  const others = Object.values(picks).filter((pick) => pick !== actor);
  const text = [action || 'step', ...others.map(plainly)].join(' ');
  const common = { event, ...(at && { at }) };
  const resources = changes.filter(({ variable }) => variable !== cast.variable);
  const own = changes.find(({ variable }) => variable === cast.variable);
  const fault = faults.find(([name]) => name.test(action))?.[1];
  if (fault || actor === undefined || resources.length === 0) {
    const told = resources.map(({ variable, effect }) => `${variable} ${effect}`);
    const mine = own && actor !== undefined ? [ownEffect(before, state, cast, actor)] : [];
    // What is in a memory is worth a word only where nothing else happens.
    const all = (resources.length === 0 && !fault ? mine : told).join(', ');
    const on = actor ?? resources[0]?.variable ?? cast.actors[0] ?? cast.variable;
    if (on === undefined) return [];
    const mark = {
      ...common,
      on,
      text: all === '' ? text : `${text}: ${all}`,
      changes: datesOf(changes),
    };
    return [fault ? { ...mark, kind: 'fault', fault } : { ...mark, kind: 'note' }];
  }
  return resources.map((resource, index) => ({
    ...common,
    kind: 'call',
    from: actor,
    to: resource.variable,
    text: index === 0 ? text : 'and in the same step',
    effect: resource.effect,
    changes: datesOf(index === 0 && own ? [resource, own] : [resource]),
  }));
}

/** Faults are known by the names of their actions. */
const faults = [
  [/crash/i, 'crash'],
  [/expire/i, 'lock expiry'],
] as const;

function ownEffect(before: State, after: State, { variable = '' }: Cast, actor: string): string {
  return difference(entryOf(before[variable], actor), entryOf(after[variable], actor));
}

interface Changed {
  readonly variable: string;
  readonly effect: string;
  readonly change: Change;
}

function changesOf(before: State, after: State, versions: Map<string, number>): readonly Changed[] {
  return Object.entries(after).flatMap(([variable, value]) => {
    const old = before[variable];
    if (textOf(old) === textOf(value)) return [];
    const version = (versions.get(variable) ?? 0) + 1;
    versions.set(variable, version);
    const change: Change = { kind: 'document', key: variable, value, version };
    return [{ variable, effect: difference(old, value), change }];
  });
}

function datesOf(changes: readonly Changed[]): readonly Change[] {
  return changes.map(({ change }) => change);
}

/** What became of a value: 'booked p1 → 1, inbox + p1'. */
function difference(before: Value | undefined, after: Value | undefined): string {
  return differences(before, after).join(', ');
}

function differences(before: Value | undefined, after: Value | undefined): readonly string[] {
  if (textOf(before) === textOf(after)) return [];
  const [old, now] = [before, after].map((value) =>
    typeof value === 'object' ? partsOf(value) : undefined,
  );
  if (old?.kind === 'set' && now?.kind === 'set') {
    return [
      ...without(now.elements, old.elements).map((each) => `+ ${plainly(each)}`),
      ...without(old.elements, now.elements).map((each) => `− ${plainly(each)}`),
    ];
  }
  if (old?.kind === 'map' && now?.kind === 'map') return ofEntries(old.entries, now.entries);
  if (old?.kind === 'record' && now?.kind === 'record') return ofEntries(old.fields, now.fields);
  return after === undefined ? ['gone'] : [`→ ${plainly(after)}`];
}

function ofEntries(
  before: readonly (readonly [Value, Value])[],
  after: readonly (readonly [Value, Value])[],
): readonly string[] {
  const old = new Map(before.map(([key, value]) => [textOf(key), value]));
  const now = new Map(after.map(([key, value]) => [textOf(key), value]));
  const keys = [...before, ...after].map(([key]) => key);
  return [...new Map(keys.map((key) => [textOf(key), key]))].flatMap(([text, key]) =>
    differences(old.get(text), now.get(text)).map((each) => `${plainly(key)} ${each}`),
  );
}

function without(some: readonly Value[], others: readonly Value[]): readonly Value[] {
  const known = new Set(others.map(textOf));
  return some.filter((each) => !known.has(textOf(each)));
}

/** In a sentence, texts stand without quotes. */
function plainly(value: Value): string {
  return typeof value === 'string' ? value || '""' : inQuint(value);
}

function keysOf(value: Value): readonly string[] {
  if (typeof value !== 'object') return [];
  const parts = partsOf(value);
  if (parts.kind !== 'map') return [];
  return parts.entries.map(([key]) => key).filter((key) => typeof key === 'string');
}

function entryOf(value: Value | undefined, key: string): Value | undefined {
  if (typeof value !== 'object') return undefined;
  const parts = partsOf(value);
  return parts.kind === 'map' ? parts.entries.find(([each]) => each === key)?.[1] : undefined;
}

function textOf(value: Value | undefined): string {
  return JSON.stringify(value) ?? '';
}
