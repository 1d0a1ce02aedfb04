/** The words for what happened in an execution. */
import { clone } from './clone.ts';
import type { Documents } from './documents.ts';
import { MistakeError, thrownText } from './mistake.ts';
import { describeTarget, type Target } from './program.ts';
import type { ConcurrencyError, Document, HttpResponse, Write } from './services.ts';
import { at } from './source-line.ts';
import type { Change, SourceLine } from './verdict.ts';

/** 'cart-7 v2 submitted' where a key is given, else 'v2 submitted'; 'v3 cents 1000' where there is no status. */
export function documentText(document: Document<unknown> | undefined, key?: string): string {
  const state = document ? versionText(document) : 'gone';
  return key === undefined ? state : `${key} ${state}`;
}

function versionText({ value, version }: Document<unknown>): string {
  const glance = glanceAt(value);
  return glance === undefined ? `v${version}` : `v${version} ${glance}`;
}

/** What a document says at one glance: its status; else its numbers, or the one word that is all it holds. */
function glanceAt(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && 'status' in value) {
    if (typeof value.status === 'string') return value.status;
  }
  const fields = typeof value === 'object' ? fieldsOf(value) : [['value', value] as const];
  const telling =
    fields.length === 1 ? fields : fields.filter(([, held]) => typeof held === 'number');
  const words = wordsOf(telling);
  const [only, ...others] = words;
  if (only && others.length === 0) return only.join(' ');
  return inBraces(words, words.length < fields.length);
}

/** 'EndShift {agent: ada, colleague: ben}'. */
export function contentText(type: string, body: unknown): string {
  const fields = fieldsOf(body);
  const words = wordsOf(fields);
  const text = wordOf(body) ?? inBraces(words, words.length < fields.length);
  return text === undefined ? type : `${type} ${text}`;
}

function fieldsOf(value: unknown): readonly (readonly [string, unknown])[] {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? Object.entries(value) : [];
}

type Words = readonly (readonly [name: string, word: string])[];

/** Those whose names and values can be said. */
function wordsOf(fields: readonly (readonly [string, unknown])[]): Words {
  return fields.flatMap(([name, held]) => {
    const word = /^\w{1,24}$/.test(name) ? wordOf(held) : undefined;
    return word === undefined ? [] : [[name, word] as const];
  });
}

/** Longer numbers are moments, which tell a reader nothing. */
const digitsMost = 12;

/** What can be said in a word; undefined for all else. */
function wordOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return String(value).length <= digitsMost ? String(value) : undefined;
    case 'string':
      return /^[\p{L}\p{N} ./:_#-]{1,24}$/u.test(value) ? value : undefined;
    default:
      return undefined;
  }
}

/** More would push aside what the story is about. */
const lettersMost = 30;

/** '{points: 160, upTo: 1, …}': as many as there is room for; undefined when not even one has. */
function inBraces(words: Words, isMore: boolean): string | undefined {
  const texts = words.map(([name, word]) => `${name}: ${word}`);
  for (let shown = texts.length; shown > 0; shown -= 1) {
    const rest = isMore || shown < texts.length ? ['…'] : [];
    const text = `{${[...texts.slice(0, shown), ...rest].join(', ')}}`;
    if (text.length <= lettersMost) return text;
  }
  return undefined;
}

/** 'refused: cart-7 is v2 submitted, not v1'. */
export function refusalText({ key, expected }: ConcurrencyError, documents: Documents): string {
  const document = documents.get(key);
  const actual = document ? versionText(document) : 'not there';
  return `refused: ${key} is ${actual}, not ${expected === 'absent' ? expected : `v${expected}`}`;
}

export function changesOf(documents: Documents, writes: readonly Write[]): Change[] {
  return writes.map(({ key }) => {
    const document = documents.get(key);
    return document
      ? { kind: 'document', key, value: clone(document.value), version: document.version }
      : { kind: 'document', key, version: 0 };
  });
}

/** '20 s', '365 days'. */
export function durationText(seconds: number): string {
  const days = Math.round(seconds / (24 * 60 * 60));
  return days > 1 ? `${days} days` : `${seconds} s`;
}

export function answerText({ status, body }: HttpResponse): string {
  return `${status}${bodyText(body)}`;
}

/** ' {"orderId":"b1", "total":3}': a line of it ends between two fields, not in the middle of one. */
export function bodyText(body: unknown): string {
  if (body === undefined) return '';
  // What breaks the text into lines lies between its parts: within a string, it would be escaped.
  const lines = JSON.stringify(body, undefined, 1).split('\n');
  return ` ${lines.map(fieldText).join('')}`;
}

function fieldText(line: string): string {
  return line
    .trimStart()
    .replace(/^("(?:[^"\\]|\\.)*"): /, '$1:')
    .replace(/,$/, ', ');
}

/** A call that nobody waits for: whatever happens to it, happens behind everybody's back. */
export interface Floating {
  readonly label: string;
  readonly at: SourceLine | undefined;
  /** How its handler ended, or that it made the call only afterwards. */
  readonly ended: 'returned' | 'threw' | 'before';
}

export function floatingPromise(
  target: Target,
  { label, at: place, ended }: Floating,
): MistakeError {
  const who = describeTarget(target);
  const messages = {
    returned: `${who} ends while its call “${label}” is still under way.`,
    threw: `${who} throws while its call “${label}” is still under way.`,
    before: `${who} ends, and only then its call “${label}” is made.`,
  };
  return new MistakeError({
    code: 'floating-promise',
    message: messages[ended],
    remedy:
      ended === 'threw'
        ? 'Promise.all gives up at the first failure; Promise.allSettled waits for all calls.'
        : 'Await every call on a service, so that its outcome is known before the handler ends.',
    ...at(place),
  });
}

/** A failure that reaches nobody; a real process ends there. */
export function rejectedAlone(error: unknown, place: SourceLine | undefined): MistakeError {
  return new MistakeError({
    code: 'left-the-lab',
    message: `A promise is rejected while nobody waits for it: ${thrownText(error)}.`,
    remedy: 'Await every promise that a handler starts, so that its failure reaches the handler.',
    ...at(place),
  });
}

/** Who did not come to an end, and what is known of where. */
export interface Suspect {
  readonly who: string;
  /** The last call that it made. */
  readonly last: string | undefined;
  /** The line of that call, or of the handler where it made none. */
  readonly at: SourceLine | undefined;
}

export function neverSettles({ who, last, at: place }: Suspect, why: string): MistakeError {
  const after = last === undefined ? '' : `, after its call “${last}”`;
  return new MistakeError({
    code: 'never-settled',
    message: `${who} never comes to an end: ${why}${after}.`,
    remedy: 'Look for a promise that nobody resolves, or a loop that goes on for ever.',
    ...at(place),
  });
}

/** The same schedule, and another execution. */
export function ledElsewhere(): MistakeError {
  return new MistakeError({
    code: 'left-the-lab',
    message: 'The same schedule led elsewhere when it was run a second time.',
    remedy: 'Look for something that outlives an execution, and keep it in the store instead.',
  });
}

/** What is kept there is shared by all that runs in the thread. */
export function leftBehind(of: string, name: string, place?: SourceLine): MistakeError {
  return new MistakeError({
    code: 'left-the-lab',
    message: `The code leaves “${name}” in ${of}, which all processes share and which no crash clears.`,
    remedy: 'Keep it in a variable of the file, which dies with its process, or in the store.',
    ...at(place),
  });
}
