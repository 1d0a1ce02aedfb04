/** What can happen next in an execution, in the words of a schedule, and why something else cannot. */
import { isLocked, type Message, type Pending, type Process } from './execution.ts';
import { receiverOf, variants, type Move } from './moves.ts';
import { written, type ScheduledStep, type Word } from './notation.ts';
import { contentText } from './telling.ts';
import type { Possible } from './verdict.ts';
import type { World } from './world.ts';

export interface Choice extends Possible {
  readonly move: Move;
}

/** All that has a word, each once: of two calls of one process, the one that has waited longer. */
export function choicesIn(world: World, enabled: readonly Move[]): readonly Choice[] {
  const choices = new Map<string, Choice>();
  for (const move of enabled) {
    const choice = choiceOf(world, move);
    if (choice && !choices.has(choice.step)) choices.set(choice.step, choice);
  }
  return [...choices.values()];
}

/** What happens without anybody's meddling. What is on its way arrives at once; else as ever. */
export function byItself(world: World, enabled: readonly Move[]): Move {
  const arrival = world.pending.find(({ kind }) => kind === 'inFlight');
  return arrival?.name.move(variants.ok) ?? enabled[0]!;
}

function choiceOf(world: World, move: Move): Choice | undefined {
  const pending = world.pending.find(({ name }) => name === move.name);
  if (pending) return choiceOfCall(world, pending, move);
  const message = world.messages.find(({ next }) => next === move.name);
  const receiver = world.processes[receiverOf(move) ?? -1];
  if (!message || !receiver) return undefined;
  const { messageId, type, body, deliveries, because } = message;
  return {
    move,
    step: written({ word: 'deliver', of: messageId, to: receiver.plan.name }),
    does: deliveries === 0 ? contentText(type, body) : `${type}, once more: ${because}`,
  };
}

function choiceOfCall(world: World, pending: Pending, move: Move): Choice | undefined {
  const { kind, lane, task } = pending;
  const call = callText(world, pending);
  const messageId = task?.held?.message.messageId ?? '';
  const as = (word: Word, does: string, of = lane): Choice => ({
    move,
    step: written({ word, of }),
    does,
  });
  switch (move.variant) {
    case variants.ok:
      return as(kind === 'inFlight' ? 'arrive' : 'step', call);
    case variants.crash:
      return as('crash', `before ${call}`);
    case variants.crashInFlight:
      return as('crashInFlight', `while ${call} is on its way`);
    case variants.lockExpires:
      return as('expire', `the lock of ${messageId}, before ${call}`);
    case variants.onceMore:
      return as('duplicate', `${call}, and the broker forgets it`, messageId);
    default:
      return undefined;
  }
}

/** 'commit order-7'. */
function callText({ program }: World, { label, footprint }: Pending): string {
  if (label !== 'commit') return label;
  const keys = footprint.flatMap((each) => program.resources.nameOf('document', each >> 1) ?? []);
  return [label, keys.join(', ')].join(' ');
}

/** A step that is none of the choices. In one sentence without a full stop. */
export function whyNot(world: World, step: ScheduledStep): string {
  const { word, of } = step;
  switch (word) {
    case 'deliver':
      return whyNotDelivered(world, step);
    case 'duplicate': {
      const why = whyNoMessage(world, of) ?? whyNoFault(world, word);
      return why ?? `${of} can only be delivered once more where it is about to be completed`;
    }
    case 'step': {
      const isPerson = world.people.some(({ plan }) => plan.name === of);
      if (isPerson) return `${of} waits for an answer, or has got all that was asked for`;
      return whyNoProcess(world, of) ?? `${of} has nothing to do: it waits for a message`;
    }
    case 'arrive': {
      const others = world.pending.filter(({ kind }) => kind === 'inFlight');
      const instead = others.length === 0 ? '' : `, only of ${listOf(others.map((o) => o.lane))}`;
      return whyNoProcess(world, of) ?? `nothing of ${of} is on its way${instead}`;
    }
    case 'crash':
    case 'crashInFlight':
    case 'expire':
      return whyNoProcess(world, of) ?? whyNoFault(world, word) ?? whyNotHere(world, word, of);
  }
}

function whyNotDelivered(world: World, { of, to = '' }: ScheduledStep): string {
  const why = whyNoMessage(world, of) ?? whyNoProcess(world, to);
  if (why !== undefined) return why;
  const { plan, busy } = processNamed(world, to)!;
  const messages = world.messages.filter(({ messageId }) => messageId === of);
  const message = messages.find(({ state }) => state === 'waiting') ?? messages[0]!;
  if (!plan.queues.has(message.queue)) {
    return `${of} waits in the queue ${message.queue}, from which ${to} takes nothing`;
  }
  switch (message.state) {
    case 'locked':
      return `${of} is locked: ${holderOf(world, message)} works on it`;
    case 'completed':
      return `${of} was completed, and does not come again`;
    case 'dead-lettered':
      return `${of} is in the dead-letter queue: ${message.reason}`;
    case 'delayed':
      return `${of} is not due yet`;
    case 'waiting':
      return `${to} is still at work on ${busy?.held?.message.messageId ?? 'something else'}`;
  }
}

/** The process works, and the fault is allowed: what is it about the call that waits? */
function whyNotHere(world: World, word: 'crash' | 'crashInFlight' | 'expire', of: string): string {
  const pending = world.pending.find(({ lane, kind }) => lane === of && kind !== 'inFlight');
  const held = processNamed(world, of)?.busy?.held;
  if (word === 'expire') {
    if (!held) return `${of} holds no message whose lock could run out`;
    const { messageId } = held.message;
    return held.settled
      ? `${of} has settled ${messageId}, and its lock with it`
      : `the lock of ${messageId} at ${of} has run out already`;
  }
  if (!pending) return `${of} has nothing to do, so there is no call before which it could crash`;
  const call = callText(world, pending);
  return pending.kind === 'load'
    ? `${call} changes nothing, wherever it is: say ${written({ word: 'crash', of })}`
    : `of ${of}, ${call} is next; only a commit and what is sent can arrive late`;
}

const faults = {
  crash: 'crash',
  crashInFlight: 'crash',
  expire: 'lock expiry',
  duplicate: 'duplicate delivery',
} as const;

const boundTexts = {
  crash: ['no process may crash', 'only one crash', 'crashes'],
  'lock expiry': ['no lock may run out', 'only one lock expiry', 'lock expiries'],
  'duplicate delivery': [
    'no message comes twice once it is completed',
    'only one duplicate delivery',
    'duplicate deliveries',
  ],
} as const;

function whyNoFault({ program, faults: { struck } }: World, word: keyof typeof faults) {
  const fault = faults[word];
  const most = program.bounds.get(fault) ?? 0;
  if ((struck.get(fault) ?? 0) < most) return undefined;
  const [none, one, many] = boundTexts[fault];
  if (most === 0) return `${none} here`;
  return most === 1
    ? `${one} is allowed in a schedule, and it has been`
    : `only ${most} ${many} are allowed in a schedule, and they have been`;
}

function whyNoMessage({ messages, processes }: World, named: string): string | undefined {
  if (messages.some(({ messageId }) => messageId === named)) return undefined;
  const there = listOf(messages.map(({ messageId }) => messageId));
  const isProcess = processes.some(({ plan }) => plan.name === named);
  return isProcess
    ? `${named} is a process; first comes the message: ${there}`
    : `there is no message ${named}, only ${there}`;
}

function whyNoProcess({ messages, processes, people }: World, named: string): string | undefined {
  if (processes.some(({ plan }) => plan.name === named)) return undefined;
  const there = listOf(processes.map(({ plan }) => plan.name));
  const isMessage = messages.some(({ messageId }) => messageId === named);
  const isPerson = people.some(({ plan }) => plan.name === named);
  return isMessage || isPerson
    ? `${named} is a ${isMessage ? 'message' : 'person'}; this is about a process: ${there}`
    : `there is no process ${named}, only ${there}`;
}

function holderOf({ processes }: World, message: Message): string {
  const holder = processes.find(
    ({ busy }) => busy?.held?.message === message && isLocked(busy.held),
  );
  return holder?.plan.name ?? 'somebody';
}

function processNamed({ processes }: World, name: string): Process | undefined {
  return processes.find(({ plan }) => plan.name === name);
}

/** 'm1, m2 and m3', each once. */
function listOf(names: readonly string[]): string {
  const each = [...new Set(names)];
  const last = each.pop() ?? 'none';
  return each.length === 0 ? last : `${each.join(', ')} and ${last}`;
}
