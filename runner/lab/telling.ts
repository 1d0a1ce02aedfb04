/** The words for what happened in an execution. */
import { clone } from './clone.ts';
import type { Documents } from './documents.ts';
import { MistakeError } from './mistake.ts';
import { describeTarget, type Target } from './program.ts';
import type { ConcurrencyError, Document, HttpResponse, Write } from './services.ts';
import { at } from './source-line.ts';
import type { Change, SourceLine } from './verdict.ts';

/** 'cart-7 v2 submitted' where a key is given, else 'v2 submitted'; the status when the document says one. */
export function documentText(document: Document<unknown> | undefined, key?: string): string {
  const state = document ? versionText(document) : 'gone';
  return key === undefined ? state : `${key} ${state}`;
}

function versionText({ value, version }: Document<unknown>): string {
  const status =
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'string'
      ? ` ${value.status}`
      : '';
  return `v${version}${status}`;
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

export function answerText({ status, body }: HttpResponse): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  return `${status}${text}`;
}

/** Whatever happens to a call that nobody waits for, happens behind everybody's back. */
export function floatingPromise(
  target: Target,
  label: string,
  place: SourceLine | undefined,
): MistakeError {
  return new MistakeError({
    code: 'floating-promise',
    message: `${describeTarget(target)} ends while its call “${label}” is still under way.`,
    remedy: 'Await every call on a service, so that its outcome is known before the handler ends.',
    ...at(place),
  });
}

/** Who did not come to an end, and what is known of where. */
export interface Suspect {
  readonly who: string;
  /** The last call that it made, and its line. */
  readonly last: string | undefined;
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
