/** What an execution is made of: processes and people, their tasks, messages, and calls that wait. */
import { read, write, type Footprint } from './footprint.ts';
import type { Memory } from './memory.ts';
import { variants, type Move, type Name } from './moves.ts';
import type { ProcessPlan, Program, Target, VisitorPlan } from './program.ts';
import type { Answer } from './scenario.ts';
import type { Document, Headers, HttpResponse } from './services.ts';
import type { Instance } from './subject.ts';
import type { Site } from './source-line.ts';

/** Places among the children of a name; the calls of a task follow from `firstCall` on. */
export const child = { inFlight: 0, again: 1, ends: 2, firstCall: 3 } as const;

/** A message in a queue, or on its way to its end. */
export interface Message {
  readonly name: Name;
  readonly queue: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: unknown;
  readonly headers: Headers;
  readonly sentBy: string | undefined;
  /** The event that brought it here; -1 for what waited at the beginning. */
  readonly sentAt: number;
  readonly resource: number;
  state: 'delayed' | 'waiting' | 'locked' | 'completed' | 'dead-lettered';
  deliveries: number;
  /** The name of the next delivery. */
  next: Name;
  /** The event since which it waits, or by which it was settled. */
  since: number;
  /** Milliseconds since the epoch. */
  dueAt: number;
  lockedUntil: number;
  /** Why there is another delivery. */
  because: string;
  /** It is there because a lock ran out, which takes its time. */
  lapsed: boolean;
  /** What it offers to the processes that consume its queue; undefined while it waits for nobody. */
  offer: Offer | undefined;
  reason: string | undefined;
}

export interface Process {
  readonly plan: ProcessPlan;
  instance: Instance | undefined;
  readonly tasks: Set<Task>;
  /** What it works on from its queues: one delivery at a time. */
  busy: Task | undefined;
  /** The event since which it is not busy. */
  readySince: number;
  /** What it offers to the messages of its queues. */
  offer: Offer | undefined;
  madeIds: number;
  madeMessages: number;
  chance: number;
  /** How far its clock is ahead, in ms. */
  ahead: number;
  /** What its variables held after the boot, and what they hold now; known only when recording. */
  atBoot: Memory;
  memory: Memory;
}

export interface Person {
  readonly plan: VisitorPlan;
  readonly answers: Answer[];
  madeMessages: number;
}

export type Actor = Process | Person;

/** A message waits, or a process is ready for one: a delivery needs, and uses up, one of each. */
export interface Offer {
  readonly of: Message | Process;
  /** The name of the delivery, where a message waits. */
  readonly delivery: Name | undefined;
  /** The message waits because a lock ran out. */
  readonly lapsed: boolean;
  /** The event that brought it about; -1 for the beginning. */
  readonly since: number;
  /** The event that used it up. */
  takenBy: number | undefined;
}

/** What could have happened and no longer can, and what it would have touched. */
export interface Killed {
  readonly move: Move;
  readonly footprint: Footprint;
}

/** A handler at work, or a person. */
export interface Task {
  readonly name: Name;
  readonly actor: Actor;
  readonly lane: string;
  readonly memory: number;
  readonly target: Target | undefined;
  calls: number;
  /** Its handler came to its end; the answer or the settlement may still be under way. */
  done: boolean;
  ended: boolean;
  /** What its call that it made last was, and where. */
  last: string | undefined;
  lastAt: Site | undefined;
  held: Held | undefined;
  /** Who hears how a request ends. */
  readonly requester: Requester | undefined;
}

/** A delivery in the hands of a handler. */
export interface Held {
  readonly message: Message;
  /** Which delivery's lock this is. */
  readonly lock: number;
  settled: boolean;
  /**
   * Only the first call after the lock began, or after a look at the clock, can meet its expiry: at later ones
   * it would show nothing new.
   */
  canExpire: boolean;
  /** The event by which the lock began, or by which it was last seen to hold. */
  lockedSince: number;
}

export interface Requester {
  readonly lane: string;
  readonly memory: number | undefined;
  /** The keys to look at when this answer arrives. */
  looksAt(response: HttpResponse): readonly string[];
  answer(response: HttpResponse, found: ReadonlyMap<string, Document<unknown>>): void;
  lost(): void;
}

export type Kind =
  'load' | 'effect' | 'http' | 'settle' | 'answer' | 'outside' | 'inFlight' | 'webhook';

/** A call that waits to be performed. */
export interface Pending {
  readonly name: Name;
  readonly kind: Kind;
  /** Who goes on when it is performed. */
  readonly task: Task | undefined;
  /** The same, found out exactly where owners are noted. */
  readonly owner: Task | undefined;
  /** Who asked for it, also where nobody waits for it any more. */
  readonly lane: string;
  readonly label: string;
  readonly at: Site | undefined;
  readonly footprint: Footprint;
  /** The event that brought it about. */
  readonly causes: readonly number[];
  /**
   * Its effect on the world, told with the line that asked for it. It may come to `Refused`; what it throws is thrown
   * to the caller, too.
   */
  readonly apply: (site: Site | undefined) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** A call that waits for something more than its turn; gives the event that brought it about. */
  readonly readySince: (() => number | undefined) | undefined;
}

/**
 * What a refused call comes to: the caller's promise is rejected with the error. To throw it inside of the lab would
 * take longer than the rest of the step.
 */
export class Refused {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}

export type Settlement = 'complete' | 'abandon' | 'dead-letter' | 'renew';

/** Whether the lock of this delivery still holds: an expired one stays so, whatever the message does then. */
export function isLocked({ message, lock, settled }: Held): boolean {
  return message.state === 'locked' && message.deliveries === lock && !settled;
}

/** What a call touches that goes this way: one that never arrives touches nothing that it was meant for. */
export function touchedBy({ footprint, task }: Pending, variant: number): Footprint {
  switch (variant) {
    case variants.crash:
    case variants.crashInFlight:
      return endOf(task!.actor as Process);
    case variants.unknownAndLost:
    case variants.unknownInFlight:
    case variants.unavailable:
      return [write(task!.memory)];
    case variants.lockExpires:
      return [write(task!.memory), write(task!.held!.message.resource)];
    case variants.answerLost:
      return [read((task!.actor as Process).plan.life), write(task!.requester!.memory!)];
    default:
      return footprint;
  }
}

/** What a delivery touches; a lock begins with it, perhaps when another has run out. */
export function touchedByDelivery(
  { timeIsSeen, time }: Program,
  { resource, lapsed }: Pick<Message, 'resource' | 'lapsed'>,
  { plan }: Process,
): Footprint {
  const touched = [write(resource), write(plan.memory)];
  if (timeIsSeen) touched.push((lapsed ? write : read)(time));
  return touched;
}

/** What a crash of the process touches. */
function endOf({ plan, tasks }: Process): Footprint {
  const touched = [write(plan.memory), write(plan.life)];
  for (const { held, requester } of tasks) {
    if (held && isLocked(held)) touched.push(write(held.message.resource));
    if (requester?.memory !== undefined) touched.push(write(requester.memory));
  }
  return touched;
}

/** The name that the next call of a task will have. */
export function nextCall({ name, calls }: Task): Name {
  return name.child(child.firstCall + calls);
}

export function isReady({ readySince }: Pending): boolean {
  return readySince === undefined || readySince() !== undefined;
}
