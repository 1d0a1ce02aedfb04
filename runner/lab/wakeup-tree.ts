/**
 * What is still to be explored from one point of an execution: beginnings of schedules that are known to
 * lead to classes of executions not seen yet. Source: P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas,
 * Source Sets: A Foundation for Optimal Dynamic Partial Order Reduction, Journal of the ACM 64 (2017).
 */
import { dependent, type Footprint } from './footprint.ts';
import type { Move } from './moves.ts';

/** A move, and what it touched when it was made, or would touch at most. */
export interface Footstep {
  readonly move: Move;
  readonly footprint: Footprint;
}

/** A leaf stands for everything that begins with the moves down to it. */
export interface Branch extends Footstep {
  readonly tree: WakeupTree;
}

export type WakeupTree = Branch[];

/**
 * Adds a sequence, unless what is asleep or what the tree already holds covers it.
 * @param fits  whether a step that is not in the sequence may be made together with it
 */
export function insert(
  tree: WakeupTree,
  asleep: readonly Footstep[],
  sequence: readonly Footstep[],
  fits: (step: Footstep) => boolean,
): void {
  if (asleep.some((each) => canComeFirst(each, sequence, fits))) return;
  let branches = tree;
  let rest = sequence;
  while (rest.length > 0) {
    const same = rest;
    const branch = branches.find((each) => canComeFirst(each, same, fits));
    if (!branch) {
      branches.push(chain(rest));
      return;
    }
    // Everything that begins so is explored from there anyway.
    if (branch.tree.length === 0) return;
    rest = rest.filter(({ move }) => move !== branch.move);
    branches = branch.tree;
  }
}

/** A weak initial: the sequence, perhaps with something after it, is equivalent to one that begins with the move. */
function canComeFirst(
  step: Footstep,
  sequence: readonly Footstep[],
  fits: (step: Footstep) => boolean,
): boolean {
  const index = sequence.findIndex(({ move }) => move === step.move);
  const earlier = index < 0 ? sequence : sequence.slice(0, index);
  // What was made in the sequence is known better than what is yet to be made, as its last step is.
  const isMade = index >= 0 && index < sequence.length - 1;
  const { footprint } = isMade ? sequence[index]! : step;
  const isFree = earlier.every(
    (each) => each.move.name !== step.move.name && !dependent(each.footprint, footprint),
  );
  return isFree && (index >= 0 || fits(step));
}

function chain(sequence: readonly Footstep[]): Branch {
  let tree: WakeupTree = [];
  for (const { move, footprint } of sequence.toReversed()) tree = [{ move, footprint, tree }];
  const [branch] = tree;
  if (!branch) throw new Error('a branch begins with a move');
  return branch;
}
