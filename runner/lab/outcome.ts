/** What a promise may look at when an execution is over. */
import { clone } from './clone.ts';
import type { MessageRecord, Outcome } from './scenario.ts';
import type { Document } from './services.ts';
import type { Message } from './execution.ts';
import type { World } from './world.ts';

/** @param onLook  hears of each resource whose state somebody asks for */
export function outcomeOf(world: World, onLook?: (resource: number) => void): Outcome {
  const { documents, people, messages, thirdParties, faults, program } = world;
  const { resources } = program;
  const lookAtApi = (host: string): void => {
    if (onLook) for (const each of resources.beginningWith('api', `${host} `)) onLook(each);
  };
  return {
    documents: <T>(prefix: string) => {
      // Whoever asks for all also sees which are missing.
      if (onLook) for (const each of resources.beginningWith('document', prefix)) onLook(each);
      const found = documents.all().filter(({ key }) => key.startsWith(prefix));
      return found as readonly Document<T>[];
    },
    document: <T>(key: string) => {
      onLook?.(resources.of('document', key));
      return documents.get(key) as Document<T> | undefined;
    },
    history: <T>(key: string) => {
      onLook?.(resources.of('document', key));
      return documents.history(key) as readonly (T | undefined)[];
    },
    answers: (person) => {
      const asked = people.filter(({ plan }) => person === undefined || plan.name === person);
      for (const { plan } of asked) onLook?.(plan.memory);
      return asked.flatMap(({ answers }) => answers);
    },
    messages: <T>(queue: string) => {
      const found = messages.filter((each) => each.queue === queue);
      for (const { resource } of found) onLook?.(resource);
      return found.map((each) => recordOf<T>(each)).toSorted(byIdAndSender);
    },
    api: <T>(host: string) => {
      lookAtApi(host);
      return clone(thirdParties.states.get(host)) as T;
    },
    calls: (host) => {
      lookAtApi(host);
      return (thirdParties.calls.get(host) ?? [])
        .toSorted((a, b) => compare(a.concerns, b.concerns))
        .map(({ request, response, by }) => ({ request, response, by }));
    },
    faults: (kind) => faults.struck.get(kind) ?? 0,
    refusedCommits: world.refusedCommits,
    lostResponses: faults.struck.get('lost response') ?? 0,
  };
}

function recordOf<T>(message: Message): MessageRecord<T> {
  const { messageId, queue, type, headers, sentBy, deliveries, state, reason } = message;
  return {
    messageId,
    queue,
    type,
    body: message.body as T,
    headers,
    sentBy,
    deliveries,
    state: state === 'completed' || state === 'dead-lettered' ? state : 'waiting',
    ...(reason !== undefined && { reason }),
  };
}

/** One sender may send twice under one id, and the order in which those arrived is nobody's business. */
function byIdAndSender(a: MessageRecord, b: MessageRecord): number {
  return (
    compare(a.messageId, b.messageId) ||
    compare(a.sentBy, b.sentBy) ||
    compare(JSON.stringify(a), JSON.stringify(b))
  );
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
