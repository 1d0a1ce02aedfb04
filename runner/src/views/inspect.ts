import { label } from '../domain/catalogue.ts';
import type { Exercise } from '../domain/exercise.ts';
import type { InspectorAddress } from '../domain/ports.ts';
import { beside, room } from './line.ts';
import { indent, margin, type Screen } from './screen.ts';

/** How to attach a debugger to a schedule that waits for one. */
export function inspectView(
  screen: Screen,
  exercise: Exercise,
  { host, port }: InspectorAddress,
): string {
  const { style } = screen;
  const width = room(screen);
  const address = `${host}:${port}`;
  const ways = [
    ['Chrome   ', `chrome://inspect, Configure…, add ${address}, then inspect`],
    ['VS Code  ', `launch.json: "type": "node", "request": "attach", "port": ${port}`],
    ['terminal ', `node inspect ${address}`],
  ] as const;
  const title = `${style.bold(label(exercise))} waits for a debugger at ${style.accent(address)}`;
  const how =
    'It stops in your own file wherever a handler begins, in the order of the schedule. When you have ' +
    'disconnected, or all was run, the history is printed. Ctrl-C ends it.';
  return indent(
    [
      ...beside('', title, width),
      '',
      ...ways.flatMap(([who, what]) => beside(`${margin}${style.dim(who)} `, what, width)),
      '',
      ...beside('', how, width),
    ].join('\n'),
  );
}
