/**
 * What is told of an execution, step by step, with the lines of the learner's files that asked for it. Where it is
 * not kept, nothing of it is made.
 */
import type { Actor, Message, Process, Task } from './execution.ts';
import { changesOf, memoryOf } from './memory.ts';
import { at, type Site } from './source-line.ts';
import type { Instance } from './subject.ts';
import type { Change, FaultKind, Step } from './verdict.ts';

/** What tells a call that takes effect late from those of now. */
export type Since = 'from before the crash' | 'that got no answer';

/** A step, and where the learner's code asked for it. */
interface Told {
  step: Step;
  readonly site: Site | undefined;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export class Chronicle {
  readonly isKept: boolean;
  /** Whose last event it is that something is told of. */
  private readonly execution: { readonly event: number };
  private readonly told: Told[] = [];
  /** Of the call that is performed, where it was on its way when its process crashed, or got no answer. */
  private since: Since | undefined;

  constructor(isKept: boolean, execution: { readonly event: number }) {
    this.isKept = isKept;
    this.execution = execution;
  }

  /** What happened so far; empty unless it is kept. */
  get steps(): Step[] {
    return this.told.map(({ step: { changes, ...step }, site }) => ({
      ...step,
      ...at(site?.()),
      ...(changes && { changes }),
    }));
  }

  tell(step: DistributiveOmit<Step, 'event'>, site?: Site): void {
    if (!this.isKept) return;
    this.told.push({ step: { event: this.execution.event, ...step } as Step, site });
  }

  tellCall(
    task: Task,
    to: string,
    text: string,
    site: Site | undefined,
    effect: string | undefined,
    changes: readonly Change[] = [],
  ): void {
    if (!this.isKept) return;
    const step = {
      kind: 'call',
      from: task.lane,
      to,
      // Whoever made it may be at work on something else by now.
      text: this.since ? `the ${text} ${this.since}` : `${text}${forWhom(task)}`,
      ...(effect !== undefined && { effect }),
      ...(changes.length > 0 && { changes }),
    } as const;
    this.tell(step, site);
  }

  tellFault(
    fault: FaultKind,
    task: Pick<Task, 'lane'> | undefined,
    text: string,
    site: Site | undefined,
  ): void {
    this.tell({ kind: 'fault', fault, on: task?.lane ?? 'broker', text }, site);
  }

  /** What the step that was told last has changed besides. */
  tellMore(message: Message): void {
    const last = this.told.at(-1);
    if (last?.step.event !== this.execution.event) return;
    const { changes = [] } = this.changed(message);
    last.step = { ...last.step, changes: [...(last.step.changes ?? []), ...changes] };
  }

  /** The call that is told in it takes effect late. */
  late<T>(since: Since, apply: () => T): T {
    this.since = since;
    try {
      return apply();
    } finally {
      this.since = undefined;
    }
  }

  /** The part of a step that says what has become of a message. */
  changed({ queue, messageId, state }: Message): { changes?: readonly Change[] } {
    if (!this.isKept) return {};
    return {
      changes: [
        { kind: 'message', queue, messageId, state: state === 'delayed' ? 'waiting' : state },
      ],
    };
  }

  /** What a file declares is its state after the boot only until a handler runs. */
  noteBoot(booted: Process, instance: Instance): void {
    if (!this.isKept) return;
    for (const [key, kept] of memoryOf(instance)) {
      if (booted.atBoot.has(key)) continue;
      booted.atBoot = new Map([...booted.atBoot, [key, kept]]);
      booted.memory = new Map([...booted.memory, [key, kept]]);
    }
  }

  /** @param actor  who ran last: nobody else's memory has changed */
  noteMemory(actor: Actor | undefined): void {
    if (!this.isKept || !actor || !('instance' in actor) || !actor.instance) return;
    const memory = memoryOf(actor.instance);
    for (const { text, at: place } of changesOf(actor.memory, memory)) {
      this.tell({ kind: 'note', on: actor.plan.name, text, at: place });
    }
    actor.memory = memory;
  }
}

/** ' for tab 2', where the process is at work for somebody else, too. */
function forWhom({ actor, requester, held }: Task): string {
  if (!('tasks' in actor) || actor.tasks.size < 2) return '';
  const whom = requester?.lane ?? held?.message.messageId;
  return whom === undefined ? '' : ` for ${whom}`;
}
