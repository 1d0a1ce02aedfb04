/** What a promise may look at when a run on real parts has come to rest. */
import { clone } from '../../../lab/clone.ts';
import type { Answer, ApiCall, MessageRecord, Outcome } from '../../../lab/scenario.ts';
import type { Document } from '../../../lab/services.ts';
import type { FaultKind } from '../../../lab/verdict.ts';
import type { StoredMessage, StoreSnapshot } from './parts.ts';

export interface Ended {
  readonly store: StoreSnapshot;
  readonly messages: readonly StoredMessage[];
  /** By person. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  readonly apis: ReadonlyMap<string, ThirdPartyRecord>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly refusedCommits: number;
}

export interface ThirdPartyRecord {
  readonly state: unknown;
  readonly calls: readonly (ApiCall & { readonly concerns: string })[];
}

export function outcomeOfRun(ended: Ended): Outcome {
  const { documents, histories } = ended.store;
  return {
    documents: <T>(prefix: string) =>
      documents.filter(({ key }) => key.startsWith(prefix)) as readonly Document<T>[],
    document: <T>(key: string) =>
      documents.find((each) => each.key === key) as Document<T> | undefined,
    history: <T>(key: string) => (histories.get(key) ?? []) as readonly (T | undefined)[],
    answers: (person) =>
      person === undefined ? [...ended.answers.values()].flat() : (ended.answers.get(person) ?? []),
    messages: <T>(queue: string) =>
      ended.messages
        .filter((each) => each.queue === queue)
        .map((each) => recordOf<T>(each))
        .toSorted(byIdAndSender),
    api: <T>(host: string) => clone(ended.apis.get(host)?.state) as T,
    calls: (host) =>
      (ended.apis.get(host)?.calls ?? [])
        .toSorted((a, b) => compare(a.concerns, b.concerns))
        .map(({ request, response, by }) => ({ request, response, by })),
    faults: (kind) => ended.faults.get(kind) ?? 0,
    refusedCommits: ended.refusedCommits,
    lostResponses: ended.faults.get('lost response') ?? 0,
  };
}

function recordOf<T>(message: StoredMessage): MessageRecord<T> {
  const { messageId, queue, type, body, headers, sentBy, deliveries, state, reason } = message;
  return {
    messageId,
    queue,
    type,
    body: body as T,
    headers,
    sentBy,
    deliveries,
    state: state === 'locked' ? 'waiting' : state,
    ...(reason !== undefined && { reason }),
  };
}

function byIdAndSender(a: MessageRecord, b: MessageRecord): number {
  return compare(a.messageId, b.messageId) || compare(a.sentBy, b.sentBy);
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
