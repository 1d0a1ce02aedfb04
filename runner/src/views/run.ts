/** A run on real parts: what to try, what happens, and what became of the promises. */
import { label } from '../domain/catalogue.ts';
import type { Exercise, ExerciseFolders } from '../domain/exercise.ts';
import {
  allHold,
  type RunLine,
  type RunReady,
  type RunReport,
  type RunScenario,
} from '../domain/real-run.ts';
import { sign, textOf } from './check.ts';
import { beside, nextStep, padded, room, seconds, several, spread, widest } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

type Place = keyof Pick<ExerciseFolders, 'workspace' | 'solution' | 'starter'>;

const whose: Readonly<Record<Place, string>> = {
  workspace: 'your workspace',
  solution: 'the solution',
  starter: 'the starter',
};

export function readyView(
  screen: Screen,
  exercise: Exercise,
  place: Place,
  { scenario, addresses, requests }: RunReady,
): string {
  const { style } = screen;
  const width = room(screen);
  const names = widest([...addresses.keys()]) + 2;
  const chaos = `kata run ${exercise.number}${place === 'workspace' ? '' : ` --${place}`} --traffic 20 --chaos`;
  return indent(
    [
      '',
      spread(
        screen,
        style.bold(`${label(exercise)} on real parts, ${whose[place]}`),
        style.dim(`scenario ${scenario.number} of ${scenario.of}`),
      ),
      ...beside('', scenario.name, width),
      '',
      ...[...addresses].map(([name, url]) => `${margin}${padded(name, names)}${url}`),
      '',
      // Whole, also where they are wide: they are there to be copied.
      ...requests.map(
        ({ method, url, body }) =>
          `${margin}${method === 'GET' ? `curl ${url}` : `curl -X ${method} ${url}`}${body === undefined ? '' : ` -d '${body.replaceAll("'", `'\\''`)}'`}`,
      ),
      ...(requests.length > 0 ? [''] : []),
      ...nextStep(screen, 'Ctrl-C stops everything', `people and faults: ${chaos}`),
      '',
    ].join('\n'),
  );
}

export function beginView(
  screen: Screen,
  run: number,
  of: number,
  { number, name }: RunScenario,
): string {
  const text = `run ${run} of ${of}, scenario ${number}: ${name}`;
  return ['', ...beside('', screen.style.dim(text), room(screen))].join('\n');
}

/** '10:42:03.120 web #1  commit cart-7 v2 submitted'. @param names  of all who may be told of */
export function lineView(screen: Screen, line: RunLine, names: readonly string[]): string {
  const { style } = screen;
  const { at, who, text, isFault } = line;
  const place = Math.max(0, names.indexOf(who));
  const { voices = [style.bold] } = style;
  const voice = voices[place % voices.length] ?? style.bold;
  const time = new Date(at).toISOString().slice(11, 23);
  const head = `${style.dim(time)} ${voice(padded(who, widest([...names, who])))}  `;
  return beside(head, isFault ? style.bold(text) : text, room(screen) + margin.length).join('\n');
}

export function reportView(
  screen: Screen,
  exercise: Exercise,
  place: Place,
  report: RunReport,
): string {
  const { runs, seed, durationMs, kept } = report;
  const holds = allHold(report);
  const figures = `${several(runs, 'run')}, ${seconds(durationMs)}`;
  const options = [place === 'workspace' ? '' : ` --${place}`, ` --traffic ${runs}`];
  const again = `kata run ${exercise.number}${options.join('')} --chaos --seed ${seed}`;
  return indent(
    [
      '',
      spread(
        screen,
        `${sign(screen, holds)} ${screen.style.bold(`${label(exercise)} on real parts, ${whose[place]}`)}`,
        screen.style.dim(figures),
      ),
      '',
      ...realVerdictLines(screen, exercise, report),
      '',
      ...(kept === undefined ? [] : beside('kept in ', kept, room(screen))),
      ...(seed === undefined
        ? nextStep(screen, 'kata run … --chaos lets faults at it, too')
        : nextStep(
            screen,
            again,
            'draws the same faults; what comes first is the machine’s affair',
          )),
    ].join('\n'),
  );
}

/** Below the verdict of a check. */
export function realCheckView(screen: Screen, exercise: Exercise, report: RunReport): string {
  const { runs, seed, durationMs } = report;
  const holds = allHold(report);
  const text = `On real parts, with SIGKILL and other faults: ${holds ? 'all promises held' : 'not all promises held'}`;
  return indent(
    [
      '',
      ...beside(`${sign(screen, holds)} `, text, room(screen)),
      ...beside(
        margin,
        screen.style.dim(`${several(runs, 'run')}, ${seconds(durationMs)}; ${struckText(report)}`),
        room(screen),
      ),
      ...(holds ? [] : ['', ...realVerdictLines(screen, exercise, report)]),
      ...(holds
        ? []
        : nextStep(screen, `kata run ${exercise.number} --traffic ${runs} --chaos --seed ${seed}`)),
    ].join('\n'),
  );
}

function struckText({ faults, seed }: RunReport): string {
  const struck = [...faults].map(([fault, times]) => `${fault} ${times}`).join(', ');
  return seed === undefined ? 'no faults' : `seed ${seed}; struck: ${struck || 'nothing'}`;
}

function realVerdictLines(screen: Screen, exercise: Exercise, report: RunReport): string[] {
  const { dim } = screen.style;
  const width = room(screen);
  return [
    ...report.promises.flatMap(({ promise, tried, brokenIn, so = '', scenario = '' }) => [
      ...beside(`${sign(screen, brokenIn === 0)} `, textOf(exercise, promise).text, width),
      ...(brokenIn === 0
        ? beside(margin, dim(`held in ${several(tried, 'run')}`), width)
        : [
            ...beside(margin, dim(`broken in ${brokenIn} of ${several(tried, 'run')}`), width),
            ...beside(margin, dim(`so ${so}`), width),
            ...beside(margin, dim(`in: ${scenario}`), width),
          ]),
    ]),
    ...beside(margin, dim(struckText(report)), width),
  ];
}
