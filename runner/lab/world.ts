/**
 * One execution of a scenario: processes, people, the store, the broker and third parties, stepped from
 * outside. Every call on a service waits until the explorer performs it, and between two steps exactly
 * one actor runs. All of it is synchronous: after each step the queue of microtasks is emptied.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Chronicle, type Since } from './chronicle.ts';
import { clone } from './clone.ts';
import { openDocuments, type Documents } from './documents.ts';
import {
  child,
  isLocked,
  isReady,
  nextCall,
  Refused,
  touchedBy,
  touchedByDelivery,
  type Actor,
  type Held,
  type Killed,
  type Kind,
  type Message,
  type Offer,
  type Pending,
  type Person,
  type Process,
  type Requester,
  type Settlement,
  type Task,
} from './execution.ts';
import { Faults } from './faults.ts';
import { read, write, type Footprint } from './footprint.ts';
import { lostOf, type Memory } from './memory.ts';
import { MistakeError, thrownText } from './mistake.ts';
import { deliveryTo, receiverOf, variants, type Move, type Name } from './moves.ts';
import { describeTarget, handlerOf, routeOf, type Program, type Target } from './program.ts';
import { LostResponse } from './scenario.ts';
import {
  LockLostError,
  UnknownOutcomeError,
  type Document,
  type HttpResponse,
  type Outgoing,
  type Write,
} from './services.ts';
import { deliveryOf, servicesFor, type Sending } from './services-of.ts';
import { runAs, type Running } from './shadows.ts';
import {
  at,
  callSite,
  declarationOf,
  siteIn,
  throwSite,
  untraced,
  type Site,
} from './source-line.ts';
import {
  answerText,
  changesOf,
  documentText,
  durationText,
  floatingPromise,
  ledElsewhere,
  neverSettles,
  refusalText,
  rejectedAlone,
  type Floating,
  type Suspect,
} from './telling.ts';
import type { Mistake, SourceLine } from './verdict.ts';
import { ThirdParties, type Doors } from './third-parties.ts';
import { visitorOf, type Knocking, type Street } from './visitor-of.ts';

// V8 learns by chance that something made at one place lives long, and from then on puts it where only the great, rare
// collections look. Of an execution all dies at once; but such a part of it, dead, keeps alive whatever it points to,
// in every small collection. In about every other process that made the lab four times as slow.
setFlagsFromString('--no-allocation-site-pretenuring');

/** More steps than this in one execution: the code does not come to an end. */
const stepsMostByDefault = 500;
/** When every execution begins: a Monday morning. Milliseconds since the epoch. */
const beginning = Date.UTC(2026, 0, 5, 9, 30);

function take(offering: Message | Process, event: number): void {
  if (offering.offer) offering.offer.takenBy = event;
  offering.offer = undefined;
}

const nothing: Footprint = [];
const none: readonly Killed[] = [];
const nothingKept: Memory = new Map();

const drain = (process as { _tickCallback?: () => void })._tickCallback;

/**
 * What is noted of an execution. Steps: what a story tells, with the learner's lines. Owners: whose code
 * made each call, also where it uses the services of another; Node is slower while it follows that.
 */
export type Notes = 'none' | 'steps' | 'steps and owners';

const taskOfCode = new AsyncLocalStorage<Task>();

/** After executions whose owners were noted, Node need not follow them any more. */
export function forgetOwners(): void {
  taskOfCode.disable();
}

/**
 * Runs every promise reaction that can run. Node does this after each callback of the event loop; the lab
 * does it after each step, which is exact, and twice as fast as waiting for the loop's next turn.
 */
function emptyQueue(): void {
  drain?.();
}

/** Whether steps can be told apart here: not inside a promise reaction. */
export function canStep(): boolean {
  let ran = false;
  void Promise.resolve().then(() => (ran = true));
  emptyQueue();
  return ran;
}

export class World implements Running, Street, Doors {
  readonly program: Program;
  readonly recording: boolean;
  private readonly owners: boolean;
  readonly documents: Documents;
  readonly messages: Message[] = [];
  readonly processes: Process[];
  readonly people: Person[];
  readonly thirdParties: ThirdParties;
  readonly faults: Faults;
  readonly chronicle: Chronicle;
  /** What refused commits would have written: without that, something may be missing at the end. */
  readonly missed: { readonly event: number; readonly footprint: Footprint }[] = [];
  refusedCommits = 0;
  /** How often another actor than before went on. */
  switches = 0;

  /** Of the step that was performed last; -1 before the first. */
  event = -1;
  /** The same, as the cause of what it brings about. */
  private here: readonly number[] = [-1];
  /** What it touched. */
  footprint: Footprint = nothing;
  /** The events without which it could not have happened. */
  causes: readonly number[] = nothing;
  /** It could happen only because nothing else could. */
  barrier = false;
  /** Every move so far. */
  readonly schedule: Move[] = [];
  /** The calls that can no longer happen because of it. */
  killed: readonly Killed[] = none;
  /** All that there were so far. */
  readonly offers: Offer[] = [];

  /** The calls that wait to be performed, in the order in which they were made. */
  readonly pending: Pending[] = [];
  private readonly tasks = new Set<Task>();
  /** Who ran last. */
  actor: Actor | undefined;
  private time = beginning;
  private ticks = 0;
  private readonly clocks: number;
  private clocksToSet: number;
  /** Where the call was made that was performed last. */
  private performedAt: Site | undefined;
  /** The handler that began last. */
  private latest: Task | undefined;
  private mistake: MistakeError | undefined;
  private failure: { readonly error: unknown } | undefined;

  /** Boots the processes and lets the people begin. @throws MistakeError */
  constructor(program: Program, notes: Notes) {
    const { scenario } = program;
    this.program = program;
    this.recording = notes !== 'none';
    this.chronicle = new Chronicle(this.recording, this);
    this.faults = new Faults(program);
    this.thirdParties = new ThirdParties(program, this.chronicle, this);
    this.owners = notes === 'steps and owners';
    this.documents = openDocuments(scenario.given ?? {}, scenario.givenVersion ?? 1);
    this.processes = program.processes.map((plan) => ({
      plan,
      instance: undefined,
      tasks: new Set(),
      busy: undefined,
      readySince: -1,
      offer: undefined,
      madeIds: 0,
      madeMessages: 0,
      chance: plan.index + 1,
      ahead: 0,
      atBoot: nothingKept,
      memory: nothingKept,
    }));
    this.people = program.visitors.map((plan) => ({ plan, answers: [], madeMessages: 0 }));
    this.clocks = scenario.clockSkewSeconds ? this.processes.length : 0;
    this.clocksToSet = this.clocks;
    const queued = program.names.child(1);
    for (const queue in scenario.queued) {
      for (const message of scenario.queued[queue] ?? []) {
        const count = this.messages.length + 1;
        const { messageId = `m${count}` } = message;
        this.enqueue(queued.child(count), queue, messageId, message, undefined);
      }
    }
    for (const process of this.processes) {
      if (process.plan.queues.size > 0) this.offerProcess(process);
    }
    runAs(this);
    this.people.forEach((person, index) => {
      this.actor = person;
      this.begin(person, program.names.child(2).child(index));
    });
    this.comeToRest();
  }

  now(): number {
    this.lookAtTime();
    const { actor } = this;
    if (!actor || !('ahead' in actor)) return this.time;
    // Whoever has seen that the lock holds may lose it right after, which no earlier expiry shows.
    const held = actor.busy?.held;
    if (held && isLocked(held)) {
      held.canExpire = true;
      held.lockedSince = this.event;
    }
    return this.time + actor.ahead;
  }

  random(): number {
    const { actor } = this;
    if (!actor || !('chance' in actor)) return 0.5;
    // A linear congruential generator: D. E. Knuth, The Art of Computer Programming, vol. 2, 3.3.4.
    actor.chance = (actor.chance * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return actor.chance / 4_294_967_296;
  }

  refuse(mistake: Mistake): never {
    const error = new MistakeError({ ...mistake, ...at(callSite(this.program.subject.folder)) });
    this.mistake ??= error;
    throw error;
  }

  rejected(error: unknown): void {
    if (error instanceof MistakeError) this.mistake ??= error;
    else if (this.actor && 'instance' in this.actor && this.actor.instance) {
      const target = this.latest?.target;
      const place =
        throwSite(this.program.subject.folder, error) ??
        this.performedAt?.() ??
        (target && this.declared(target));
      this.mistake ??= rejectedAlone(error, place);
    } else this.failure ??= { error };
  }

  /**
   * What can happen now. First what the actor that ran last does next, then what others do, then faults:
   * the first move is what would happen without anybody's meddling. Empty: the execution is over.
   * @throws MistakeError when it cannot go on although somebody still waits
   */
  enabled(): Move[] {
    const moves: Move[] = [];
    if (this.clocksToSet > 0) {
      const clock = this.program.names.child(3).child(this.clocksToSet);
      return [clock.move(variants.ok), clock.move(variants.ahead)];
    }
    const { pending, actor } = this;
    let others = 0;
    for (const each of pending) {
      if (!isReady(each)) continue;
      if (each.task?.actor === actor) moves.push(each.name.move(variants.ok));
      else others += 1;
    }
    for (const each of others > 0 ? pending : []) {
      if (each.task?.actor !== actor && isReady(each)) moves.push(each.name.move(variants.ok));
    }
    for (const message of this.messages) {
      if (message.state !== 'waiting') continue;
      for (const { plan, busy } of this.processes) {
        if (!busy && plan.queues.has(message.queue))
          moves.push(message.next.move(deliveryTo(plan.index)));
      }
    }
    if (this.program.bounds.size > 0) {
      for (const each of pending) this.faults.addTo(moves, each);
    }
    if (moves.length === 0 && this.messages.some(({ state }) => state === 'delayed')) {
      moves.push(this.program.names.child(4).child(this.ticks).move(variants.ok));
    }
    if (moves.length === 0 && this.tasks.size > 0) {
      this.give(neverSettles(this.busiest(), 'it waits for something outside the lab'));
    }
    return moves;
  }

  /** Performs one of them and lets the code run until everything waits again. @throws MistakeError */
  perform(move: Move): void {
    const { stepsMost = stepsMostByDefault } = this.program.scenario;
    if (this.event + 1 >= stepsMost) {
      this.give(neverSettles(this.busiest(), `it makes more than ${stepsMost} steps`));
    }
    this.event += 1;
    this.here = [this.event];
    this.schedule.push(move);
    this.footprint = nothing;
    this.causes = nothing;
    this.killed = none;
    this.barrier = false;
    const before = this.actor;
    runAs(this);
    const pending = this.withdraw(move.name);
    const clocksAreSet = this.clocks > 0 && this.clocksToSet === 0;
    if (pending) this.performCall(pending, move.variant);
    else if (this.clocksToSet > 0) this.setClock(move.variant);
    else {
      const message = this.messages.find(
        ({ next, state }) => next === move.name && state === 'waiting',
      );
      if (message) this.deliver(message, this.processes[receiverOf(move)!]!);
      else if (move.name === this.program.names.child(4).child(this.ticks)) this.tick();
      else this.give(ledElsewhere());
    }
    // All else comes after the clocks were set.
    if (clocksAreSet) this.causes = [...this.causes, this.clocks - 1];
    if (this.actor !== before) this.switches += 1;
    this.comeToRest();
  }

  /** What a move would touch at most. */
  footprintOf(move: Move): Footprint {
    const pending = this.pending.find(({ name }) => name === move.name);
    if (pending) return this.touchedAtMost(pending, move.variant);
    const message = this.messages.find(({ next }) => next === move.name);
    const receiver = this.processes[receiverOf(move) ?? -1];
    return message && receiver ? touchedByDelivery(this.program, message, receiver) : [];
  }

  /** Whoever goes on may look at a clock. */
  private touchedAtMost(pending: Pending, variant: number): Footprint {
    const { timeIsSeen, time } = this.program;
    const touched = touchedBy(pending, variant);
    if (!timeIsSeen) return touched;
    return [...touched, (variant === variants.lockExpires ? write : read)(time)];
  }

  /** Whose step this would be: a process, a person, or the message that is delivered. */
  actorOf(move: Move): object {
    const pending = this.pending.find(({ name }) => name === move.name);
    return pending?.task?.actor ?? pending?.name ?? move.name;
  }

  private withdraw(name: Name): Pending | undefined {
    const { pending } = this;
    for (let index = 0; index < pending.length; index += 1) {
      const each = pending[index]!;
      if (each.name !== name) continue;
      // By hand, because `splice` makes an array of what it removes.
      for (let next = index + 1; next < pending.length; next += 1)
        pending[next - 1] = pending[next]!;
      pending.pop();
      return each;
    }
    return undefined;
  }

  private kill(pending: Pending, moves: readonly Move[]): void {
    const ways = moves.map((move) => ({
      move,
      footprint: this.touchedAtMost(pending, move.variant),
    }));
    this.killed = [...this.killed, ...ways];
  }

  // Performing

  private performCall(pending: Pending, variant: number): void {
    const { task, label } = pending;
    this.causes =
      pending.readySince === undefined
        ? pending.causes
        : [...pending.causes, pending.readySince() ?? -1];
    this.performedAt = pending.at;
    this.actor = task?.actor;
    this.footprint = touchedBy(pending, variant);
    if (task?.held) {
      task.held.canExpire = false;
      if (variant === variants.lockExpires) this.causes = [...this.causes, task.held.lockedSince];
    }
    switch (variant) {
      case variants.ok:
        this.finish(pending);
        return;
      case variants.crash:
        this.chronicle.tellFault('crash', task, `crash before ${label}`, pending.at);
        this.crash(task?.actor as Process);
        return;
      case variants.crashInFlight:
        this.chronicle.tellFault('crash', task, `crash while ${label} is on its way`, pending.at);
        this.crash(task?.actor as Process);
        this.putInFlight(pending, 'from before the crash');
        return;
      case variants.unknownAndLost:
        this.faults.strike('unknown outcome');
        this.chronicle.tellFault(
          'unknown outcome',
          task,
          `no answer to ${label}: it never arrived`,
          pending.at,
        );
        pending.reject(untraced(() => new UnknownOutcomeError(label)));
        return;
      case variants.unknownAndDone:
        this.faults.strike('unknown outcome');
        this.takeEffect(pending);
        this.chronicle.tellFault(
          'unknown outcome',
          task,
          `the answer to ${label} is lost`,
          undefined,
        );
        pending.reject(untraced(() => new UnknownOutcomeError(label)));
        return;
      case variants.unknownInFlight:
        this.faults.strike('unknown outcome');
        this.chronicle.tellFault(
          'unknown outcome',
          task,
          `no answer to ${label}: it is still on its way`,
          pending.at,
        );
        this.putInFlight(pending, 'that got no answer');
        pending.reject(untraced(() => new UnknownOutcomeError(label)));
        return;
      case variants.lockExpires:
        this.faults.strike('lock expiry');
        this.expire(pending);
        return;
      case variants.answerLost:
        this.faults.strike('lost response');
        this.chronicle.tellFault(
          'lost response',
          task,
          `the answer ${label} is lost on its way`,
          undefined,
        );
        this.end(task!);
        task!.requester?.lost();
        return;
      case variants.unavailable:
        this.faults.strike('unavailable');
        this.chronicle.tellFault(
          'unavailable',
          task,
          `${label}: 503, and nothing happens there`,
          pending.at,
        );
        pending.resolve({ status: 503 });
        return;
      case variants.onceMore:
        this.faults.strike('duplicate delivery');
        this.onceMore(pending);
        return;
      default:
        throw new Error(`there is no variant ${variant}`);
    }
  }

  private finish(pending: Pending): void {
    let result: unknown;
    try {
      result = pending.apply(pending.at);
    } catch (error) {
      pending.reject(error);
      return;
    }
    if (result instanceof Refused) pending.reject(result.error);
    else pending.resolve(result);
  }

  /** The effect without an answer: whether it is refused is nobody's business any more. */
  private takeEffect(pending: Pending): void {
    try {
      pending.apply(pending.at);
    } catch {
      // Nobody is there to hear of it; the story has told it.
    }
  }

  private putInFlight(pending: Pending, since: Since): void {
    const { name, lane, label, footprint, apply, task } = pending;
    const memory = task ? write(task.memory) : -1;
    this.pending.push({
      name: name.child(child.inFlight),
      kind: 'inFlight',
      task: undefined,
      owner: undefined,
      lane,
      label,
      at: pending.at,
      footprint: footprint.filter((each) => each !== memory),
      causes: this.here,
      apply: (site) => this.chronicle.late(since, () => apply(site)),
      resolve: ignore,
      reject: ignore,
      readySince: undefined,
    });
  }

  private crash(process: Process): void {
    for (let index = this.pending.length - 1; index >= 0; index -= 1) {
      const pending = this.pending[index]!;
      if (pending.task?.actor !== process) continue;
      const ways = [pending.name.move(variants.ok)];
      this.faults.addTo(ways, pending);
      this.kill(pending, ways);
      this.pending.splice(index, 1);
    }
    this.faults.strike('crash');
    process.instance = undefined;
    process.busy = undefined;
    take(process, this.event);
    this.offerProcess(process);
    const lost = lostOf(process.atBoot, process.memory);
    const memory = lost === undefined ? 'its memory is lost' : `its memory is lost: ${lost}`;
    process.atBoot = process.memory = nothingKept;
    this.chronicle.tell({ kind: 'restart', on: process.plan.name, text: `boots again, ${memory}` });
    for (const task of process.tasks) {
      this.end(task);
      const { held, requester } = task;
      if (held && !held.settled) {
        this.release(held, `its lock ran out after ${process.plan.name} crashed`, true);
      }
      requester?.lost();
    }
  }

  private expire(pending: Pending): void {
    const held = pending.task!.held!;
    this.advanceTo(held.message.lockedUntil);
    const { lane } = pending.task!;
    this.chronicle.tellFault(
      'lock expiry',
      pending.task,
      `is slow, and the lock of ${held.message.messageId} expires`,
      pending.at,
    );
    this.release(held, `its lock expired while ${lane} was still at it`, true);
    this.pending.push({ ...pending, name: pending.name.child(child.again), causes: this.here });
  }

  private onceMore(pending: Pending): void {
    if (pending.kind === 'webhook') {
      this.pending.push({
        ...pending,
        name: pending.name.child(child.again),
        causes: this.here,
        label: `${pending.label} once more`,
      });
      this.finish(pending);
      return;
    }
    const { held } = pending.task!;
    this.finish(pending);
    held!.message.state = 'waiting';
    held!.message.because = 'the broker had lost that it was completed';
    held!.message.lapsed = false;
    const text = `forgets that ${held!.message.messageId} was completed`;
    this.chronicle.tellFault('duplicate delivery', undefined, text, undefined);
    this.chronicle.tellMore(held!.message);
    this.offerMessage(held!.message);
  }

  /** Gives a message back to its queue, or to the dead-letter queue when it had its deliveries. */
  private release(held: Held, because: string, lapsed: boolean): void {
    const { message } = held;
    if (!isLocked(held)) return;
    message.since = this.event;
    if (message.deliveries >= (this.program.scenario.deliveriesMost ?? 3)) {
      message.state = 'dead-lettered';
      message.reason = `delivered ${message.deliveries} times`;
      const text = `dead-letters ${message.messageId}: ${message.reason}`;
      this.chronicle.tell({ kind: 'note', on: 'broker', text, ...this.chronicle.changed(message) });
    } else {
      message.state = 'waiting';
      message.because = because;
      message.lapsed = lapsed;
      this.chronicle.tellMore(message);
      this.offerMessage(message);
    }
  }

  private offerMessage(message: Message): void {
    message.offer = {
      of: message,
      delivery: message.next,
      lapsed: message.lapsed,
      since: this.event,
      takenBy: undefined,
    };
    this.offers.push(message.offer);
  }

  private offerProcess(process: Process): void {
    process.readySince = this.event;
    process.offer = {
      of: process,
      delivery: undefined,
      lapsed: false,
      since: this.event,
      takenBy: undefined,
    };
    this.offers.push(process.offer);
  }

  private deliver(message: Message, process: Process): void {
    const { plan } = process;
    const name = message.next.child(plan.index);
    this.causes = [message.since, process.readySince];
    this.footprint = [write(message.resource), write(plan.memory)];
    take(message, this.event);
    take(process, this.event);
    if (message.lapsed) this.advanceTo(message.lockedUntil);
    message.deliveries += 1;
    message.next = message.name.child(message.deliveries + 1);
    message.state = 'locked';
    message.lockedUntil = this.lockEnds();
    const again =
      message.deliveries === 1 ? '' : ` again (${message.deliveries}): ${message.because}`;
    this.chronicle.tell({
      kind: 'call',
      from: 'broker',
      to: plan.name,
      text: `${message.type} ${message.messageId}${again}`,
      ...this.chronicle.changed(message),
    });
    const target = plan.queues.get(message.queue)!;
    const held = {
      message,
      lock: message.deliveries,
      settled: false,
      canExpire: true,
      lockedSince: this.event,
    };
    const task = this.start(process, name, target, held, undefined);
    process.busy = task;
    this.handle(process, task, target, deliveryOf(this, task, held));
  }

  /** Time passes only when nothing else can happen: to the moment when the next message is due. */
  private tick(): void {
    this.barrier = true;
    this.ticks += 1;
    const delayed = this.messages.filter(({ state }) => state === 'delayed');
    const before = this.time;
    this.advanceTo(Math.min(...delayed.map(({ dueAt }) => dueAt)));
    for (const message of delayed) {
      if (message.dueAt > this.time) continue;
      message.state = 'waiting';
      message.since = this.event;
      this.offerMessage(message);
    }
    const seconds = (this.time - before) / 1_000;
    this.chronicle.tell({
      kind: 'note',
      on: 'broker',
      text: `time passes: ${durationText(seconds)}`,
    });
  }

  private setClock(variant: number): void {
    const process = this.processes[this.processes.length - this.clocksToSet]!;
    this.clocksToSet -= 1;
    this.barrier = true;
    if (variant === variants.ok) return;
    const seconds = this.program.scenario.clockSkewSeconds ?? 0;
    process.ahead = seconds * 1_000;
    this.chronicle.tell({
      kind: 'note',
      on: process.plan.name,
      text: `its clock is ${seconds} s ahead`,
    });
  }

  private advanceTo(time: number): void {
    const isLater = time > this.time;
    if (isLater) this.time = time;
    if (this.program.timeIsSeen) this.touch((isLater ? write : read)(this.program.time));
  }

  lookAtTime(): void {
    this.program.timeIsSeen = true;
    this.touch(read(this.program.time));
  }

  /** When a lock that begins now will run out. */
  private lockEnds(): number {
    if (this.program.timeIsSeen) this.touch(read(this.program.time));
    return this.time + (this.program.scenario.lockSeconds ?? 30) * 1_000;
  }

  private touch(resource: number): void {
    this.footprint = [...this.footprint, resource];
  }

  // Handlers

  private start(
    process: Process,
    name: Name,
    target: Target,
    held: Held | undefined,
    requester: Requester | undefined,
  ): Task {
    const task: Task = {
      name,
      actor: process,
      lane: process.plan.name,
      memory: process.plan.memory,
      target,
      calls: 0,
      done: false,
      ended: false,
      last: undefined,
      lastAt: undefined,
      held,
      requester,
    };
    process.tasks.add(task);
    this.tasks.add(task);
    this.latest = task;
    return task;
  }

  private end(task: Task): void {
    task.ended = true;
    this.tasks.delete(task);
    if ('tasks' in task.actor) task.actor.tasks.delete(task);
  }

  /** Lets a handler run. It goes on by itself with every call of its that is performed. */
  private handle(process: Process, task: Task, target: Target, input: unknown): void {
    this.actor = process;
    const run = (): unknown => {
      process.instance ??= this.program.subject.boot();
      const handler = handlerOf(target, process.instance);
      this.chronicle.noteBoot(process, process.instance);
      return handler(input, servicesFor(this, process, task));
    };
    let result: unknown;
    try {
      result = this.owners ? taskOfCode.run(task, run) : run();
    } catch (error) {
      this.threw(task, error);
      return;
    }
    // Resolving adopts whatever the handler gave back, also where it is no promise.
    Promise.resolve(result).then(
      (value) => this.returned(task, value),
      (error: unknown) => this.threw(task, error),
    );
  }

  private returned(task: Task, value: unknown): void {
    if (task.ended || this.isFloating(task, 'returned')) return;
    if (!task.requester) {
      this.settleByDefault(task, 'complete');
      return;
    }
    const response = responseOf(task.target!, value);
    if (response instanceof Error) this.threw(task, response);
    else this.answer(task, response);
  }

  private threw(task: Task, error: unknown): void {
    if (error instanceof MistakeError) {
      this.mistake ??= error;
      return;
    }
    if (task.ended || this.isFloating(task, 'threw')) return;
    if (this.recording) {
      const place = at(throwSite(this.program.subject.folder, error));
      this.chronicle.tell({
        kind: 'note',
        on: task.lane,
        text: `throws ${thrownText(error)}`,
        ...place,
      });
    }
    if (task.target && 'author' in task.target && !isForeseen(error)) this.failure ??= { error };
    if (task.requester) this.answer(task, { status: 500 });
    else this.settleByDefault(task, 'abandon');
  }

  /** A handler that settled its delivery itself is done; else it is settled as its end says. */
  private settleByDefault(task: Task, how: 'complete' | 'abandon'): void {
    const held = task.held!;
    const done = (): void => {
      this.end(task);
      const process = task.actor as Process;
      process.busy = undefined;
      this.offerProcess(process);
    };
    if (held.settled) {
      done();
      return;
    }
    const { message } = held;
    const footprint = [write(task.memory), write(message.resource)];
    void this.call(task, 'settle', `${how} ${message.messageId}`, footprint, () => {
      done();
      return this.settle(task, how, undefined, undefined);
    }).catch(() => {
      // The lock was lost: the message is somebody else's affair, and this handler is done.
    });
    task.done = true;
  }

  private answer(task: Task, response: HttpResponse): void {
    const requester = task.requester!;
    const keys = requester.looksAt(response);
    const { resources } = this.program;
    const footprint = keys.map((key) => read(resources.of('document', key)));
    footprint.push(read((task.actor as Process).plan.life));
    if (requester.memory !== undefined) footprint.push(write(requester.memory));
    const text = answerText(response);
    task.done = true;
    this.pending.push({
      name: task.name.child(child.ends),
      kind: 'answer',
      task,
      owner: task,
      lane: task.lane,
      label: text,
      at: undefined,
      footprint,
      causes: this.here,
      apply: () => {
        this.chronicle.tell({ kind: 'answer', from: task.lane, to: requester.lane, text });
        this.end(task);
        const found = new Map<string, Document<unknown>>();
        for (const key of keys) {
          const document = this.documents.get(key);
          if (document) found.set(key, clone(document));
        }
        requester.answer(response, found);
      },
      resolve: ignore,
      reject: ignore,
      readySince: undefined,
    });
  }

  private isFloating(task: Task, ended: Floating['ended']): boolean {
    if (this.cannotTellWhose()) return false;
    const floating = this.pending.find(({ owner }) => owner === task);
    if (floating) {
      const { label, at: site } = floating;
      this.mistake ??= floatingPromise(task.target!, { label, at: site?.(), ended });
    }
    return floating !== undefined;
  }

  /** Whoever keeps the services of one call for the next makes calls in another's name. */
  private cannotTellWhose(): boolean {
    return this.program.servicesAreShared && !this.owners;
  }

  // Services

  call<T>(
    task: Task,
    kind: Kind,
    label: string,
    footprint: Footprint,
    apply: (site: Site | undefined) => T | Refused,
    readySince?: () => number | undefined,
  ): Promise<T> {
    const name = nextCall(task);
    task.calls += 1;
    task.last = label;
    let site: Site | undefined;
    let owner = task;
    if (this.recording) {
      // A person's lines are the author's.
      if (task.target) site = siteIn(this.program.subject.folder);
      task.lastAt = site;
      if (this.owners) owner = taskOfCode.getStore() ?? task;
    }
    if (owner.done && owner.target && !this.cannotTellWhose()) {
      this.mistake ??= floatingPromise(owner.target, { label, at: site?.(), ended: 'before' });
    }
    const promise = new Promise<unknown>(keepSettlers);
    this.pending.push({
      name,
      kind,
      task,
      owner,
      lane: task.lane,
      label,
      at: site,
      footprint,
      causes: this.here,
      apply,
      resolve: settlers.resolve,
      reject: settlers.reject,
      readySince,
    });
    return promise as Promise<T>;
  }

  load(task: Task, key: string, site: Site | undefined): Document<unknown> | undefined {
    const found = this.documents.get(key);
    if (this.recording) {
      const effect = found ? documentText(found) : 'not there';
      this.chronicle.tellCall(task, 'store', `load ${key}`, site, effect);
    }
    return found;
  }

  commit(
    task: Task,
    writes: readonly Write[],
    written: Footprint,
    site: Site | undefined,
  ): Refused | undefined {
    const { resources } = this.program;
    const refusal = this.documents.conflict(writes);
    if (refusal) {
      this.refusedCommits += 1;
      if (this.recording) this.missed.push({ event: this.event, footprint: written });
      // Nothing was written: it has only read, up to the document that refused it.
      const checked = writes.slice(0, writes.findIndex(({ key }) => key === refusal.key) + 1);
      this.footprint = this.footprint.filter((each) => !written.includes(each));
      for (const { key, ifVersion } of checked) {
        if (ifVersion !== undefined) this.touch(read(resources.of('document', key)));
      }
      if (this.recording) {
        this.chronicle.tellCall(
          task,
          'store',
          'commit',
          site,
          refusalText(refusal, this.documents),
        );
      }
      return new Refused(refusal);
    }
    for (const each of writes) this.documents.apply(each);
    if (!this.recording) return undefined;
    const changed = writes.map(({ key }) => documentText(this.documents.get(key), key));
    const changes = changesOf(this.documents, writes);
    this.chronicle.tellCall(task, 'store', 'commit', site, changed.join(', '), changes);
    return undefined;
  }

  put(task: Task, sending: Sending, site: Site | undefined): void {
    const { name, label, queues, messageId, message } = sending;
    const added = queues.map((queue, index) =>
      this.enqueue(name.child(child.firstCall + index), queue, messageId, message, task.lane),
    );
    if (!this.recording) return;
    const changes = added.flatMap((each) => this.chronicle.changed(each).changes ?? []);
    const { delaySeconds = 0 } = message;
    const due = delaySeconds > 0 ? `, due in ${durationText(delaySeconds)}` : '';
    this.chronicle.tellCall(task, 'broker', label, site, `${messageId}${due}`, changes);
  }

  private enqueue(
    name: Name,
    queue: string,
    messageId: string,
    { type, body, headers = {}, delaySeconds = 0 }: Outgoing,
    sentBy: string | undefined,
  ): Message {
    if (delaySeconds > 0) this.lookAtTime();
    const message: Message = {
      name,
      queue,
      messageId,
      type,
      body,
      headers,
      sentBy,
      sentAt: this.event,
      resource: this.resourceOf(name),
      state: delaySeconds > 0 ? 'delayed' : 'waiting',
      deliveries: 0,
      next: name.child(1),
      since: this.event,
      dueAt: this.time + delaySeconds * 1_000,
      lockedUntil: 0,
      because: '',
      lapsed: false,
      offer: undefined,
      reason: undefined,
    };
    this.messages.push(message);
    if (message.state === 'waiting') this.offerMessage(message);
    return message;
  }

  private resourceOf(name: Name): number {
    const { messageResources, resources } = this.program;
    const known = messageResources.get(name);
    if (known !== undefined) return known;
    const resource = resources.fresh();
    messageResources.set(name, resource);
    return resource;
  }

  /** A call from outside, which nobody of ours waits for. */
  hang(call: Parameters<Doors['hang']>[0]): void {
    this.pending.push({
      ...call,
      task: undefined,
      owner: undefined,
      at: undefined,
      causes: this.here,
      resolve: ignore,
      reject: ignore,
      readySince: undefined,
    });
  }

  /** A process takes up a request: its handler runs, and its answer waits to be sent. */
  serve(
    process: Process,
    { name, method, path, headers, body }: Knocking,
    requester: Requester,
  ): void {
    const { target, params } = routeOf(process.plan, method, path);
    const task = this.start(process, name, target, undefined, requester);
    this.handle(process, task, target, { method, path, params, headers: clone(headers), body });
  }

  settle(
    task: Task,
    how: Settlement,
    reason: string | undefined,
    site: Site | undefined,
  ): Refused | undefined {
    const held = task.held!;
    const { message } = held;
    const label = `${how} ${message.messageId}`;
    if (!isLocked(held)) {
      const effect = held.settled ? 'refused: it was settled before' : 'refused: its lock was lost';
      this.chronicle.tellCall(task, 'broker', label, site, effect);
      return new Refused(untraced(() => new LockLostError(message.messageId)));
    }
    if (how === 'renew') {
      message.lockedUntil = this.lockEnds();
      held.canExpire = true;
      held.lockedSince = this.event;
      this.chronicle.tellCall(task, 'broker', label, site, undefined);
      return undefined;
    }
    message.since = this.event;
    if (how === 'abandon') {
      this.chronicle.tellCall(task, 'broker', label, site, undefined);
      this.release(held, `${task.lane} had abandoned it`, false);
      held.settled = true;
      return undefined;
    }
    held.settled = true;
    message.state = how === 'complete' ? 'completed' : 'dead-lettered';
    message.reason = reason;
    const effect = reason === undefined ? undefined : JSON.stringify(reason);
    this.chronicle.tellCall(
      task,
      'broker',
      label,
      site,
      effect,
      this.chronicle.changed(message).changes,
    );
    return undefined;
  }

  // People

  private begin(person: Person, name: Name): void {
    const { plan } = person;
    const task: Task = {
      name,
      actor: person,
      lane: plan.name,
      memory: plan.memory,
      target: undefined,
      calls: 0,
      done: false,
      ended: false,
      last: undefined,
      lastAt: undefined,
      held: undefined,
      requester: undefined,
    };
    this.tasks.add(task);
    plan.act(visitorOf(this, task, person)).then(
      () => this.end(task),
      (error: unknown) => {
        this.end(task);
        if (!(error instanceof LostResponse)) this.failure ??= { error };
      },
    );
  }

  memoryOf(process: string, asker: string): number {
    return this.processNamed(process, asker).plan.memory;
  }

  knock(to: string, knocking: Knocking, requester: Requester): void {
    const { lane } = requester;
    const { method, path, body } = knocking;
    this.chronicle.tell({ kind: 'call', from: lane, to, text: `${method} ${path}` });
    this.serve(this.processNamed(to, lane), { ...knocking, body: clone(body) }, requester);
  }

  goesOn(person: Person): void {
    this.actor = person;
  }

  processNamed(name: string, asker: string): Process {
    const process = this.processes.find(({ plan }) => plan.name === name);
    if (process) return process;
    throw new Error(`${asker} asks ${name}, which is no process of the scenario`);
  }

  // Coming to rest

  private comeToRest(): void {
    emptyQueue();
    runAs(undefined);
    this.chronicle.noteMemory(this.actor);
    if (this.mistake) this.give(this.mistake);
    if (this.failure) throw this.failure.error;
  }

  private give(mistake: MistakeError): never {
    mistake.schedule = this.schedule;
    throw mistake;
  }

  /** The handler to name when an execution does not come to its end: the one with the most calls. */
  private busiest(): Suspect {
    let suspect: Task | undefined;
    for (const task of this.tasks) {
      if (task.target && task.calls >= (suspect?.calls ?? 0)) suspect = task;
    }
    suspect ??= this.latest;
    if (!suspect?.target) return { who: 'the code', last: undefined, at: undefined };
    const { target, last, lastAt } = suspect;
    return {
      who: describeTarget(target),
      last,
      at: last === undefined ? this.declared(target) : lastAt?.(),
    };
  }

  private declared(target: Target): SourceLine | undefined {
    if ('author' in target) return undefined;
    return declarationOf(this.program.subject.folder, target.file, target.name);
  }
}

function ignore(): void {}

/** Of the promise that was made last. One function for all promises: each step makes one. */
const settlers: { -readonly [K in 'resolve' | 'reject']: Pending[K] } = {
  resolve: ignore,
  reject: ignore,
};

function keepSettlers(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  settlers.resolve = resolve;
  settlers.reject = reject;
}

/** A copy of what a handler gave back; an error where that is no answer. */
function responseOf({ name }: Target, value: unknown): HttpResponse | Error {
  const isResponse =
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'number';
  if (!isResponse) {
    const text = inspect(value, { depth: 1, breakLength: Infinity });
    return new TypeError(`${name} returned ${text}, not an answer with a status`);
  }
  try {
    const response = clone(value as HttpResponse);
    // It has to travel as text: what JSON cannot say, such as a cycle, fails here.
    JSON.stringify(response.body);
    return response;
  } catch (error) {
    return error as Error;
  }
}

/** What an author's handler may throw on purpose. */
function isForeseen(error: unknown): boolean {
  return error instanceof Error && /^(Concurrency|LockLost|UnknownOutcome)Error$/.test(error.name);
}
