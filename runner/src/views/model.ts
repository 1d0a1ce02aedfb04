/** What running a model showed: its invariants, a shortest way to where one is false, and what was reached. */
import type { InvariantVerdict, ModelRun, NamedValue, Reached } from '../domain/model.ts';
import { sign } from './check.ts';
import { beside, count, nextStep, padded, room, seconds, several, spread, widest } from './line.ts';
import { colourless, indent, margin, type Screen } from './screen.ts';
import { drawingLines } from './story.ts';

/** @param itf the file that the trace was written to */
export function modelView(screen: Screen, run: ModelRun, itf: string | undefined): string {
  const { file, invariants, reached, durationMs } = run;
  const holds = invariants.every((each) => each.holds) && !isOpen(reached);
  const left = `${sign(screen, holds)} ${screen.style.bold(file)}`;
  const broken = invariants.find(({ story }) => story);
  return indent(
    [
      spread(screen, left, screen.style.dim(seconds(durationMs))),
      '',
      ...invariants.flatMap((verdict) => invariantLines(screen, verdict, reached)),
      ...(invariants.length === 0 ? withoutInvariants(screen) : []),
      ...reachedTexts(reached, broken !== undefined).flatMap((text) =>
        beside(margin, screen.style.dim(text), room(screen)),
      ),
      ...(broken ? [] : endLines(screen, reached)),
      '',
      ...(broken ? counterexampleLines(screen, broken) : []),
      ...(itf === undefined ? [] : [...beside('', `The trace is in ${itf}.`, room(screen)), '']),
      ...next(screen, run, broken),
    ].join('\n'),
  );
}

/** More states than were looked at: nothing is proved. */
function isOpen(reached: Reached): boolean {
  return reached.how === 'explored' && reached.kind === 'bounded';
}

function invariantLines(
  screen: Screen,
  { name, holds, saysNothing, brokenIn, story }: InvariantVerdict,
  reached: Reached,
): string[] {
  const { style, symbols } = screen;
  if (saysNothing) {
    const text = `${name} ${style.dim('is written as true, so it says nothing yet')}`;
    return beside(`${symbols.bullet} `, text, room(screen));
  }
  if (holds) return beside(`${sign(screen, true)} `, name, room(screen));
  const of =
    reached.how === 'sampled' ? several(reached.traces, 'trace') : several(reached.states, 'state');
  const nearest = story ? `, the nearest ${several(eventsIn(story), 'step')} away` : '';
  const text = `${name} ${style.dim(`is false in ${count(brokenIn)} of ${of}${nearest}`)}`;
  return beside(`${sign(screen, false)} `, text, room(screen));
}

/** One step of a model may be told in several lines. */
function eventsIn({ steps }: NonNullable<InvariantVerdict['story']>): number {
  return new Set(steps.map(({ event }) => event)).size;
}

function withoutInvariants(screen: Screen): string[] {
  const text = 'The module has no boolean val, so there is nothing that must be true.';
  return beside(`${screen.symbols.bullet} `, text, room(screen));
}

function reachedTexts(reached: Reached, isBroken: boolean): readonly string[] {
  if (reached.how === 'sampled') {
    const { traces, seed, states } = reached;
    return [
      `${several(traces, 'trace')} drawn by chance from seed ${seed} met ${several(states, 'state')}: enough to show a fault, and no proof that there is none`,
    ];
  }
  const { kind, states, depth, transitions, deadlocks } = reached;
  const found = `${several(states, 'state')}, up to ${several(depth, 'step')} from the beginning, ${count(transitions)} ways to step between them`;
  if (kind === 'bounded') {
    return [
      `${found}, and there are more: nothing is proved. Bound what grows, or make the sets smaller`,
    ];
  }
  if (isBroken) {
    return [
      `looked at ${found}; the search does not go on from a state in which an invariant is false`,
    ];
  }
  return [
    `all reachable states: ${found}`,
    ...(deadlocks === 0 ? ['from every one of them, some step leads on'] : []),
  ];
}

/** Where nothing leads on, it is for the reader to say whether that is the end. */
function endLines(screen: Screen, reached: Reached): string[] {
  if (reached.how !== 'explored' || !reached.nearestDeadlock) return [];
  const { dim } = screen.style;
  const { steps, state } = reached.nearestDeadlock;
  const { deadlocks } = reached;
  const from = `from ${count(deadlocks)} of them no step leads on`;
  const text = `${from}. ${deadlocks === 1 ? 'It' : 'The nearest'} is ${several(steps, 'step')} away; is it the end, or a deadlock?`;
  return [
    ...beside(margin, dim(text), room(screen)),
    ...stateLines({ ...screen, style: colourless }, state, columnOf(state)).map((line) =>
      indent(indent(dim(line))),
    ),
  ];
}

/** Above this, a name takes a line of its own. */
const nameMost = 16;

function counterexampleLines(screen: Screen, { story, state = [] }: InvariantVerdict): string[] {
  if (!story) return [];
  const column = columnOf(state);
  const so = `${screen.style.dim(padded('so', column))}  `;
  const facts = [
    ...beside(so, `${story.so}, because then:`, room(screen) - margin.length),
    ...stateLines(screen, state, column),
  ];
  return [...drawingLines(screen, story), ...facts.map((line) => indent(line)), ''];
}

function columnOf(state: readonly NamedValue[]): number {
  return Math.min(nameMost, widest(state.map(({ name }) => name)));
}

function stateLines(screen: Screen, state: readonly NamedValue[], column: number): string[] {
  const { dim } = screen.style;
  const width = room(screen) - margin.length;
  return state.flatMap(({ name, value }) =>
    name.length <= column
      ? beside(`${dim(padded(name, column))}  `, value, width)
      : [...beside('', dim(name), width), ...beside(margin, value, width)],
  );
}

function next(
  screen: Screen,
  { reached, invariants }: ModelRun,
  broken?: InvariantVerdict,
): string[] {
  if (broken) {
    return nextStep(
      screen,
      `Is that state wrong? If so, which step of this way should not be possible? If not, ${broken.name} says too much`,
    );
  }
  if (isOpen(reached))
    return nextStep(screen, 'kata model --sample 500 looks at some ways through it');
  if (reached.how === 'sampled') return nextStep(screen, screen.style.accent('kata model'));
  return invariants.some(({ saysNothing }) => saysNothing)
    ? nextStep(screen, 'What else can never happen? Say it, and kata model looks for it')
    : nextStep(screen, screen.style.accent('kata check'));
}
