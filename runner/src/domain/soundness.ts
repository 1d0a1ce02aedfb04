/** What makes an exercise sound, as pure rules over what was found. `kata dev check` applies them. */
import type { Exercise } from './exercise.ts';
import { missedGoals, type Judgement } from './judgement.ts';

/** One thing that was looked at. No `problem`: it is as it should be. */
export interface Finding {
  readonly what: string;
  readonly problem?: string;
}

export const hintsLeast = 3;
export const wrongLeast = 4;
export const rightLeast = 2;
/** Added and removed lines of the solution against the starter. */
export const solutionLinesMost = 40;

/** The headings that every brief has, in this order; an exercise's own title comes before them. */
export const briefSections = [
  'What the customer saw',
  'What to build',
  'The files',
  'What the check promises',
  'For the mob',
] as const;

/** The starter breaks the promises that it is declared to break, and keeps all others. */
export function breaksOnly(promises: readonly string[], judgement: Judgement): string | undefined {
  const broken = brokenIn(judgement);
  const kept = promises.filter((each) => !broken.includes(each));
  if (kept.length > 0) return `keeps ${kept.join(', ')}, which it is declared to break`;
  const others = broken.filter((each) => !promises.includes(each));
  return others.length > 0 ? `also breaks ${others.join(', ')}` : undefined;
}

/** A wrong variant breaks its declared promise; it may break others as well. */
export function breaks(promise: string, judgement: Judgement): string | undefined {
  const broken = brokenIn(judgement);
  if (broken.includes(promise)) return undefined;
  return broken.length === 0
    ? `passes, and should break ${promise}`
    : `breaks ${broken.join(', ')}, and not ${promise}`;
}

/** A right answer keeps every promise, in every schedule, and shows every goal of the scenarios. */
export function holds(judgement: Judgement): string | undefined {
  const broken = brokenIn(judgement);
  if (broken.length > 0) return `breaks ${broken.join(', ')}`;
  const [missed] = missedGoals(judgement.coverage);
  if (missed) return `“${missed.scenario}” never shows “${missed.goal}”`;
  for (const each of judgement.coverage) {
    const { scenario } = each;
    if (each.unit !== 'mutant' && each.kind === 'bounded')
      return `the search of “${scenario}” does not come to its end`;
  }
  return undefined;
}

/** The hidden tests judge exactly the promises of kata.json. */
export function judgesAll(exercise: Exercise, judgement: Judgement): string | undefined {
  const judged = new Set(judgement.promises.map(({ promise }) => promise));
  const declared = exercise.promises.map(({ id }) => id);
  const missing = declared.filter((id) => !judged.has(id));
  return missing.length > 0 ? `no test judges ${missing.join(', ')}` : undefined;
}

/** Two judgements of the same code say the same, times aside. */
export function sameVerdict(first: Judgement, second: Judgement): string | undefined {
  const verdict = ({ passed, promises, coverage }: Judgement): string =>
    JSON.stringify({ passed, promises, coverage });
  return verdict(first) === verdict(second) ? undefined : 'a second judgement says something else';
}

/** The promise that a wrong variant declares in its first line: `// breaks one-order: because …`. */
export function declaredBreak(source: string): string | undefined {
  return /^\/\/ breaks ([a-z0-9-]+): \S/.exec(source)?.[1];
}

/** How a right variant says in its first line what sets it apart: `// differs: …`. */
export function declaresDifference(source: string): boolean {
  return /^\/\/ differs: \S/.test(source);
}

/** A brief has every section, in their order, and nothing that its author still owes. */
export function briefProblem(brief: string): string | undefined {
  const headings = brief.split(/\r?\n/).flatMap((line) => /^## (.+)$/.exec(line)?.[1] ?? []);
  const missing = briefSections.filter((section) => !headings.includes(section));
  if (missing.length > 0) return `has no section ${missing.join(', ')}`;
  const order = briefSections.map((section) => headings.indexOf(section));
  if (order.some((at, index) => at < (order[index - 1] ?? 0))) {
    return `has its sections in another order than ${briefSections.join(', ')}`;
  }
  return unfinishedLine(brief);
}

/** Notes say why the solution holds; an empty file or a draft's text does not. */
export function notesProblem(notes: string): string | undefined {
  return notes.trim() === '' ? 'NOTES.md is empty' : unfinishedLine(notes);
}

/** What `kata dev new` lays out says “unfinished” wherever its author still owes a text. */
export function isUnfinished(text: string): boolean {
  return /\bunfinished\b/i.test(text);
}

function unfinishedLine(text: string): string | undefined {
  const line = text.split('\n').findIndex(isUnfinished);
  return line < 0 ? undefined : `is unfinished in line ${line + 1}`;
}

function brokenIn({ promises }: Judgement): readonly string[] {
  return promises.filter((verdict) => !verdict.holds).map(({ promise }) => promise);
}
