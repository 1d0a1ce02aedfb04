/** What a mob did, turn by turn: for the review at the end. */
import { mobOf, type MobFact } from './mob.ts';
import type { NewFact } from './progress.ts';

export interface TurnStory {
  readonly driver: string;
  readonly navigator: string | undefined;
  readonly beganAt: number;
  /** Without the time in which the clock stood still, in ms. */
  readonly tookMs: number;
  readonly events: readonly MobEvent[];
}

/** Something worth a line, oldest first. */
export type MobEvent = { readonly at: number } & (
  | { readonly kind: 'check'; readonly check: Extract<NewFact, { kind: 'checked' }> }
  | { readonly kind: 'hint'; readonly rung: number }
  | { readonly kind: 'solution' }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'came' | 'left' | 'passed over'; readonly name: string }
  | { readonly kind: 'kept beside'; readonly driver: string; readonly branch: string }
);

/** @param facts of one mob, in order */
export function storyOf(facts: readonly MobFact[], now: number): readonly TurnStory[] {
  const navigators = mobOf(facts).turns.map(({ navigator }) => navigator);
  const turns: { -readonly [Key in keyof TurnStory]: TurnStory[Key] }[] = [];
  let events: MobEvent[] = [];
  let runningSince: number | undefined;
  const stop = (at: number): void => {
    const turn = turns.at(-1);
    if (turn && runningSince !== undefined) turn.tookMs += Math.max(0, at - runningSince);
    runningSince = undefined;
  };
  for (const fact of facts) {
    const { at } = fact;
    switch (fact.kind) {
      case 'turn': {
        stop(at);
        // What came before the first turn belongs to it.
        if (turns.length > 0) events = [];
        const navigator = navigators[turns.length];
        turns.push({ driver: fact.driver, navigator, beganAt: at, tookMs: 0, events });
        runningSince = at;
        break;
      }
      case 'paused':
      case 'ended':
        stop(at);
        break;
      case 'resumed':
        runningSince ??= at;
        break;
      case 'note':
        events.push({ kind: 'note', at, text: fact.text });
        break;
      case 'added':
        events.push({ kind: 'came', at, name: fact.name });
        break;
      case 'dropped':
        events.push({ kind: 'left', at, name: fact.name });
        break;
      case 'skipped':
        events.push({ kind: 'passed over', at, name: fact.name });
        break;
      case 'kept-beside':
        events.push({ kind: 'kept beside', at, driver: fact.driver, branch: fact.branch });
        break;
      case 'progress':
        events.push(...progressEvent(at, fact.fact));
        break;
      case 'began':
        break;
    }
  }
  stop(now);
  return turns;
}

function progressEvent(at: number, fact: NewFact): readonly MobEvent[] {
  switch (fact.kind) {
    case 'checked':
      return [{ kind: 'check', at, check: fact }];
    case 'hinted':
      return [{ kind: 'hint', at, rung: fact.rung }];
    case 'revealed':
      return [{ kind: 'solution', at }];
    case 'opened':
    case 'saved':
      return [];
  }
}
