/** The mob's facts as they travel: a line that says whose they are, then one fact a line, as JSON. */
import { KataError } from '../errors.ts';
import {
  harmless,
  inOrder,
  isName,
  noteLongest,
  turnLongestMs,
  turnShortestMs,
  type MobFact,
} from './mob.ts';
import type { NewFact } from './progress.ts';
import { shown } from './shared-files.ts';

export interface SharedLog {
  /** The mob's id. */
  readonly id: string;
  /** The exercise's name. */
  readonly exercise: string;
  readonly facts: readonly MobFact[];
}

/** Saves are many, and news to nobody else. */
function travels(fact: MobFact): boolean {
  return fact.kind !== 'ended' && !(fact.kind === 'progress' && fact.fact.kind === 'saved');
}

export function sharedFacts(facts: readonly MobFact[]): readonly MobFact[] {
  return facts.filter(travels);
}

export function writeLog({ id, exercise, facts }: SharedLog): string {
  return [{ version: 1, id, exercise }, ...inOrder(sharedFacts(facts))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/**
 * Believes nothing: whoever can write to the remote can have written this.
 * @param now  ms; what is to happen long after it cannot have happened
 * @throws KataError remote-refused, naming the line
 */
export function readLog(text: string, now: number): SharedLog {
  const [first = '', ...lines] = text.replace(/\n$/, '').split('\n');
  const head = parsed(first);
  if (head?.['version'] !== 1 || !isUid(head['id']) || !isSlug(head['exercise'])) {
    throw refused(1, 'does not say whose facts these are', first);
  }
  const { id, exercise } = head;
  const facts = lines.map((line, index) => {
    const fact = parsed(line);
    const problem = fact ? problemOf(fact, exercise, now) : 'is no JSON object';
    if (problem === undefined) return fact as unknown as MobFact;
    throw refused(index + 2, problem, line);
  });
  if (facts.length > factsMost) throw refused(factsMost, 'is not the last one', '…');
  if (!facts.some(({ kind }) => kind === 'began')) throw refused(2, 'does not begin a mob', '…');
  return { id, exercise, facts };
}

const factsMost = 20_000;

function refused(number: number, problem: string, line: string): KataError {
  return new KataError(
    'remote-refused',
    [
      `The facts on the mob’s branch are refused, and nothing was changed: line ${number} ${problem}.`,
      `  ${shown(line)}`,
    ].join('\n'),
    'All machines of a mob need the same version of this kit, and clocks that are right: kata doctor.',
  );
}

type Unknown = Readonly<Record<string, unknown>>;

function parsed(line: string): Unknown | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Unknown)
      : undefined;
  } catch {
    return undefined;
  }
}

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const earliest = Date.UTC(2020, 0, 1);
/** A clock can be set to the wrong zone, hardly to the wrong week. */
const aheadMostMs = 24 * 60 * 60_000;

function problemOf(fact: Unknown, exercise: string, now: number): string | undefined {
  const { uid, at, kind, ...rest } = fact;
  if (!isUid(uid)) return 'has no identity';
  if (!isWhole(at) || at < earliest) return 'happened at no time that can be';
  if (at > now + aheadMostMs) return 'happens in the future';
  const shape = shapeOf(factShapes, kind);
  if (!shape) return 'is of a kind that is not known here';
  if (!fits(rest, shape)) return 'does not look like facts of its kind';
  if (kind !== 'progress') return undefined;
  const { kind: inner, exercise: at_, ...more } = rest['fact'] as Unknown;
  const innerShape = shapeOf(progressShapes, inner);
  if (!innerShape) return 'is of a kind that is not known here';
  return at_ === exercise && fits(more, innerShape) ? undefined : 'is about something else';
}

function shapeOf(shapes: Readonly<Record<string, Shape>>, kind: unknown): Shape | undefined {
  return typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
}

function fits(fields: Unknown, shape: Shape): boolean {
  return (
    Object.keys(fields).every((field) => Object.hasOwn(shape, field)) &&
    Object.entries(shape).every(([field, test]) => test(fields[field]))
  );
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const between = (least: number, most: number) => (value: unknown) =>
  isWhole(value) && value >= least && value <= most;
const matches = (pattern: RegExp) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value);
const optional = (test: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || test(value);
const isUid = matches(/^[0-9a-f-]{36}$/) as (value: unknown) => value is string;
const isSlug = matches(/^[a-z0-9][a-z0-9-]{0,80}$/) as (value: unknown) => value is string;
const isPerson = (value: unknown): boolean => typeof value === 'string' && isName(value);
const isPeople = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= peopleMost && value.every(isPerson);
const isText = (longest: number) => (value: unknown) =>
  typeof value === 'string' && value.length <= longest && harmless(value) === value;
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const peopleMost = 200;

const factShapes: Readonly<Record<Exclude<MobFact['kind'], 'ended'>, Shape>> = {
  began: {
    people: isPeople,
    facilitators: isPeople,
    turnMs: between(turnShortestMs, turnLongestMs),
  },
  turn: { driver: isPerson },
  paused: {},
  resumed: {},
  added: { name: isPerson },
  dropped: { name: isPerson },
  skipped: { name: isPerson },
  note: { text: isText(noteLongest) },
  'kept-beside': { driver: isPerson, branch: matches(/^mob\/[a-z0-9-]+\/[a-z0-9-]+$/) },
  progress: { fact: isObject },
};

const progressShapes: Readonly<Record<Exclude<NewFact['kind'], 'saved'>, Shape>> = {
  opened: {},
  revealed: {},
  hinted: { rung: between(1, 20) },
  checked: {
    broken: optional(isSlug),
    brokenIn: optional(between(0, Number.MAX_SAFE_INTEGER)),
    schedules: between(0, Number.MAX_SAFE_INTEGER),
    unit: optional(isSlug),
    durationMs: (value) => typeof value === 'number' && value >= 0,
    copy: matches(/^[0-9a-f-]{1,60}$/),
    token: optional(matches(/^[\w.~-]{1,5000}$/)),
    missed: optional(isText(500)),
  },
};
