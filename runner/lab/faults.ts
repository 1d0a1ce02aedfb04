/** What may go wrong with a call: the faults that the scenario still allows, and that would show something new. */
import { isLocked, type Pending } from './execution.ts';
import { variants, type Move } from './moves.ts';
import type { Program } from './program.ts';
import type { FaultKind } from './verdict.ts';

export class Faults {
  /** How often each kind has struck. */
  readonly struck = new Map<FaultKind, number>();
  private readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  strike(kind: FaultKind): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }

  /** Adds the moves by which a call goes wrong. */
  addTo(moves: Move[], pending: Pending): void {
    const { name, kind, task } = pending;
    const process = task && 'tasks' in task.actor ? task.actor : undefined;
    if (kind === 'inFlight' || kind === 'outside') return;
    const { everyMoment } = this.program;
    const held = kind === 'answer' ? undefined : task?.held;
    if (held && this.may('lock expiry') && (everyMoment ? isLocked(held) : held.canExpire)) {
      moves.push(name.move(variants.lockExpires));
    }
    // A load changes nothing: a crash before it is a crash before the next call that does.
    if (kind === 'load' && !everyMoment) return;
    if (process && this.may('crash')) {
      moves.push(name.move(variants.crash));
      if (kind === 'effect' || kind === 'http') moves.push(name.move(variants.crashInFlight));
    }
    if ((kind === 'effect' || kind === 'http') && this.may('unknown outcome')) {
      moves.push(name.move(variants.unknownAndLost), name.move(variants.unknownAndDone));
      moves.push(name.move(variants.unknownInFlight));
    }
    if (kind === 'http' && this.may('unavailable')) moves.push(name.move(variants.unavailable));
    if (kind === 'answer' && task?.requester?.memory !== undefined && this.may('lost response')) {
      moves.push(name.move(variants.answerLost));
    }
    // Whoever has lost the lock completes nothing that the broker could forget.
    const completes =
      kind === 'settle' && pending.label.startsWith('complete') && isLocked(task!.held!);
    if ((completes || kind === 'webhook') && this.may('duplicate delivery')) {
      moves.push(name.move(variants.onceMore));
    }
  }

  private may(kind: FaultKind): boolean {
    return (this.struck.get(kind) ?? 0) < (this.program.bounds.get(kind) ?? 0);
  }
}
