import { EngineError } from './mistake.ts';

/**
 * Every way in which something can go that asks for its choices one by one: it is run once for each sequence
 * of answers, like the wheels of an odometer, the last choice turning fastest. Nothing needs to be known
 * before about how many choices there are; an early one may decide which come later.
 */
export interface Choices {
  /** @returns a number from 0 to options - 1 */
  choose(options: number): number;
}

interface Wheel {
  chosen: number;
  readonly options: number;
}

/** Runs `attempt` once for every sequence of answers that it can be given. */
export function everyWay(attempt: (choices: Choices) => void): void {
  const wheels: Wheel[] = [];
  let asked: number;
  const choices: Choices = {
    choose(options) {
      const wheel = (wheels[asked] ??= { chosen: 0, options });
      if (wheel.options !== options) {
        throw new EngineError(
          `after the same choices, another one came up: of ${options}, and not of ${wheel.options}`,
        );
      }
      asked += 1;
      return wheel.chosen;
    },
  };
  do {
    asked = 0;
    attempt(choices);
    // What was chosen behind the point that this run reached belongs to another run.
    wheels.length = asked;
  } while (turn(wheels));
}

function turn(wheels: Wheel[]): boolean {
  for (;;) {
    const last = wheels.at(-1);
    if (!last) return false;
    last.chosen += 1;
    if (last.chosen < last.options) return true;
    wheels.pop();
  }
}
