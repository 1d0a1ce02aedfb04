/** One exercise as its folder describes it. Paths are absolute. */
export interface Exercise {
  /** 1 to 15, from the folder's name. For display and for `kata goto 7`; never a key. */
  readonly number: number;
  /** 'double-click'. The key of progress, so that renumbering harms nobody. */
  readonly name: string;
  /** '01-double-click': the folder's name in exercises/, solutions/ and workspace/. */
  readonly id: string;
  readonly title: string;
  readonly module: ModuleName;
  readonly minutes: number;
  /** File stem in lectures/ of the talk before this exercise. */
  readonly lecture: string | undefined;
  /** The file the learner edits, relative to the workspace folder. */
  readonly entry: string;
  /** Files of the workspace that are there to be read. */
  readonly fixed: readonly string[];
  /** From a question to almost the answer. */
  readonly hints: readonly string[];
  readonly promises: readonly PromiseText[];
  /** The ids of the promises that the starter breaks: one, unless it has several tasks. */
  readonly breaks: readonly [string, ...string[]];
  readonly folders: ExerciseFolders;
}

/** What the learner edits is a model, and no program: it is judged by its states. */
export function isModel({ entry }: Pick<Exercise, 'entry'>): boolean {
  return entry.endsWith('.qnt');
}

export interface PromiseText {
  readonly id: string;
  /** One sentence without a full stop: 'One order per submitted cart'. */
  readonly text: string;
  /** What to ask oneself when a check shows this promise broken. */
  readonly ask: string;
}

export interface ExerciseFolders {
  /** exercises/NN-name */
  readonly exercise: string;
  readonly starter: string;
  readonly hidden: string;
  readonly variants: string;
  readonly solution: string;
  readonly workspace: string;
}

/** In the order of the two days, with the short label of the home screen. */
export const modules = [
  { name: 'intent', label: 'intent', title: 'The user’s intent: from HTTP to messages' },
  { name: 'messages', label: 'messages', title: 'What messages need' },
  { name: 'our-code', label: 'our code', title: 'Is our code right?' },
  { name: 'outside', label: 'outside', title: 'The outside world' },
  { name: 'tokens', label: 'tokens', title: 'Deduplication, re-examined' },
] as const;

export type ModuleName = (typeof modules)[number]['name'];
