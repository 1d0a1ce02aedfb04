import type { FaultKind } from './verdict.ts';

/**
 * Names for everything that can happen, by its causes: 'the second call of the handler that took up the
 * first delivery of the message that …'. The same thing has the same name in every execution of one
 * exploration, whatever the order, and is the same object, so that comparing is cheap.
 */
export interface Name {
  child(index: number): Name;
  /** The ways in which this can happen: as it should, or with a fault. */
  move(variant: number): Move;
}

/** Something that can happen next. The explorer picks one, the world performs it. */
export interface Move {
  readonly name: Name;
  /** One of `variants`, or the process that a delivery goes to. */
  readonly variant: number;
}

/** How a call can go. */
export const variants = {
  ok: 0,
  /** The process crashes before the call takes effect. */
  crash: 1,
  /** The process crashes while the call is on its way; it takes effect later. */
  crashInFlight: 2,
  /** No answer comes, and the call never takes effect. */
  unknownAndLost: 3,
  /** The call takes effect, and no answer comes. */
  unknownAndDone: 4,
  /** No answer comes, and the call takes effect later. */
  unknownInFlight: 5,
  /** The lock of the delivery expires before the call takes effect; the call itself still waits. */
  lockExpires: 6,
  /** The answer is lost on its way. */
  answerLost: 7,
  /** The third party answers 503 and does nothing. */
  unavailable: 8,
  /** Settled, and delivered once more all the same. */
  onceMore: 9,
  /** The clock of a process is ahead of the others. */
  ahead: 10,
} as const;

/** A delivery is not a call that goes this way or that: its variants say who gets the message. */
const firstDelivery = 16;

export function deliveryTo(process: number): number {
  return firstDelivery + process;
}

/** The index of the process that a delivery goes to; undefined for all else. */
export function receiverOf({ variant }: Move): number | undefined {
  return variant < firstDelivery ? undefined : variant - firstDelivery;
}

export function isFault({ variant }: Move): boolean {
  return variant !== variants.ok && variant < firstDelivery;
}

/** Of which kind a fault is; undefined for what is none. */
export function faultOf({ variant }: Move): FaultKind | undefined {
  return kinds[variant];
}

const kinds: Readonly<Record<number, FaultKind>> = {
  [variants.crash]: 'crash',
  [variants.crashInFlight]: 'crash',
  [variants.unknownAndLost]: 'unknown outcome',
  [variants.unknownAndDone]: 'unknown outcome',
  [variants.unknownInFlight]: 'unknown outcome',
  [variants.lockExpires]: 'lock expiry',
  [variants.answerLost]: 'lost response',
  [variants.unavailable]: 'unavailable',
  [variants.onceMore]: 'duplicate delivery',
};

export function openNames(): Name {
  return makeName();
}

function makeName(): Name {
  const children: (Name | undefined)[] = [];
  const moves: (Move | undefined)[] = [];
  const name: Name = {
    child: (index) => (children[index] ??= makeName()),
    move: (variant) => (moves[variant] ??= { name, variant }),
  };
  return name;
}
