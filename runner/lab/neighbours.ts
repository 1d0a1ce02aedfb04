/** The nearest schedule that keeps a promise: what would have had to be different by a hair. */
import { happensBefore } from './happens-before.ts';
import { isFault, variants, type Move } from './moves.ts';
import type { Program } from './program.ts';
import { execute, following, type Choose, type Executed } from './schedule.ts';
import type { Step } from './verdict.ts';

/** In words, to be read after “passes”: 'when the crash comes one step later'. */
export function nearestThatKeeps(
  program: Program,
  broken: Executed,
  isBroken: (executed: Executed) => boolean,
  alive: () => void,
): string | undefined {
  for (const { words, choose } of neighbours(broken)) {
    alive();
    const executed = execute(program, choose());
    if (!isBroken(executed)) return words;
  }
  return undefined;
}

interface Neighbour {
  readonly words: string;
  choose(): Choose;
}

function* neighbours(broken: Executed): Iterable<Neighbour> {
  const { schedule, world } = broken;
  const faulty = schedule.flatMap((move, index) => (isFault(move) ? [index] : []));
  for (const index of faulty.toReversed()) {
    const move = schedule[index]!;
    const noun = faultNames[move.variant] ?? 'the fault';
    const before = schedule.slice(0, index);
    const after = [...before, move.name.move(variants.ok), ...schedule.slice(index + 1)];
    if (move.variant === variants.ahead) {
      yield { words: 'when that clock is right', choose: () => following(after) };
      continue;
    }
    // Only a crash is a moment; what else goes wrong with a call goes wrong with that call.
    if (move.variant !== variants.crash) {
      yield { words: `without ${noun}`, choose: () => following(after) };
      continue;
    }
    yield {
      words: `when ${noun} comes one step later`,
      choose: () => oneStepLater(after, index, move),
    };
    const previous = before.findLastIndex(
      (each, at) => each.name.move(move.variant) !== each && couldFail(broken, at, move.variant),
    );
    if (previous >= 0) {
      const earlier = schedule[previous]!.name.move(move.variant);
      yield {
        words: `when ${noun} comes one step earlier`,
        choose: () => following([...schedule.slice(0, previous), earlier, ...after]),
      };
    }
    yield { words: `without ${noun}`, choose: () => following(after) };
  }
  const order = happensBefore(broken.events);
  for (let later = schedule.length - 1; later > 0; later -= 1) {
    for (const earlier of order.racesWith(later)) {
      const names = [nameOf(world.chronicle.steps, later), nameOf(world.chronicle.steps, earlier)];
      if (names.includes(undefined)) continue;
      const between = schedule.filter(
        (_, at) => at > earlier && at < later && !order.before(earlier, at),
      );
      yield {
        words: `when ${names[0]} comes before ${names[1]}`,
        choose: () =>
          following([...schedule.slice(0, earlier), ...between, schedule[later]!, ...schedule]),
      };
    }
  }
}

/** Follows the guide; once the step was passed, the same fault is taken where it is possible next. */
function oneStepLater(guide: readonly Move[], from: number, { variant }: Move): Choose {
  const follow = following(guide);
  let step = 0;
  let taken = false;
  return (enabled, world) => {
    step += 1;
    const planned = follow(enabled, world);
    const instead = enabled.find((move) => move.name === planned.name && move.variant === variant);
    if (taken || step <= from + 1 || !instead) return planned;
    taken = true;
    return instead;
  };
}

function couldFail({ enabled, schedule }: Executed, at: number, variant: number): boolean {
  return enabled[at]!.some((move) => move.name === schedule[at]!.name && move.variant === variant);
}

const faultNames: Readonly<Record<number, string>> = {
  [variants.crash]: 'the crash',
  [variants.crashInFlight]: 'the crash',
  [variants.unknownAndLost]: 'the unknown outcome',
  [variants.unknownAndDone]: 'the unknown outcome',
  [variants.unknownInFlight]: 'the unknown outcome',
  [variants.lockExpires]: 'the expiry of the lock',
  [variants.answerLost]: 'the loss of the answer',
  [variants.unavailable]: 'the outage',
  [variants.onceMore]: 'the second delivery',
  [variants.ahead]: 'the difference between the clocks',
};

function nameOf(steps: readonly Step[], event: number): string | undefined {
  const step = steps.find(
    (each) => each.event === event && (each.kind === 'call' || each.kind === 'answer'),
  );
  if (!step || !('from' in step)) return undefined;
  if (step.from === 'broker') return `the delivery of ${step.text}`;
  return step.text.startsWith('the ') ? step.text : `${step.from}’s ${step.text}`;
}
