/** Every command: help, parsing, completion and the README's list come from this table. */
import type { Argument, CommandRow, Kata, Option, Run } from './command.ts';

/** The names that a command reads from its input, so that the table cannot offer others. */
type Spec<Input> = Omit<CommandRow, 'run' | 'argument' | 'second' | 'options'> & {
  readonly argument?: Argument & { readonly name: keyof Input & string };
  readonly second?: Argument & { readonly name: keyof Input & string };
  readonly options?: readonly (Option & { readonly flag: `--${keyof Input & string}` })[];
  /** A command's code is loaded when the command is given, so that help stays instant. */
  readonly load: () => Promise<Run<Input>>;
};

function row<Input>({ load, options = [], ...spec }: Spec<Input>): CommandRow {
  return {
    ...spec,
    options,
    run: async (kata: Kata, input) => (await load())(kata, input as Input),
  };
}

const json = { flag: '--json', summary: 'one JSON document, for programs' } as const;
const exercise = {
  name: 'exercise',
  summary: 'its number or name; without it, the one at hand',
  required: false,
  values: 'exercises',
} as const;

const person = {
  name: 'name',
  summary: 'of a person',
  required: true,
  values: 'anything',
} as const;

export const table: readonly CommandRow[] = [
  row({
    name: 'next',
    summary: 'lay out the next unsolved exercise and show its brief',
    load: async () => (await import('./next.ts')).next,
  }),
  row({
    name: 'check',
    summary: 'judge your work on an exercise',
    argument: exercise,
    options: [
      json,
      { flag: '--real', summary: 'once it is green, also in real processes that are killed' },
    ],
    load: async () => (await import('./check.ts')).check,
  }),
  row({
    name: 'watch',
    summary: 'judge on every save, on a live screen',
    argument: exercise,
    load: async () => (await import('./watch.ts')).watch,
  }),
  row({
    name: 'replay',
    summary: 'run one schedule again and see its whole history',
    argument: {
      name: 'token',
      summary: 'from below a story; without it, that of the last failed check',
      required: false,
      values: 'anything',
    },
    options: [
      {
        flag: '--format',
        summary: 'one document on stdout, for programs',
        values: ['json', 'mermaid', 'itf'],
      },
      { flag: '--inspect', summary: 'under a debugger, stopped where your handlers begin' },
    ],
    load: async () => (await import('./replay.ts')).replay,
  }),
  row({
    name: 'model',
    summary: 'every state that a Quint model can reach',
    argument: {
      name: 'file',
      summary: 'a .qnt file; without it, the exercise’s own in workspace/',
      required: false,
      values: 'anything',
    },
    options: [
      { flag: '--invariant', summary: 'look at this one alone', takes: 'name' },
      { flag: '--sample', summary: 'so many ways by chance, instead of all', takes: 'number' },
      { flag: '--seed', summary: 'of what is drawn by chance', takes: 'number' },
      { flag: '--itf', summary: 'a trace, to this file or to - for stdout', takes: 'file' },
      { flag: '--tlc', summary: 'run the twin in TLA+ instead, by TLC' },
      json,
    ],
    load: async () => (await import('./model.ts')).model,
  }),
  row({
    name: 'run',
    summary: 'an exercise’s system on real parts, to try it or to let people and faults at it',
    argument: exercise,
    options: [
      { flag: '--workspace', summary: 'with your files, which is the default' },
      { flag: '--solution', summary: 'with the solution’s files' },
      { flag: '--starter', summary: 'with the starter’s files' },
      { flag: '--scenario', summary: 'one of its situations', number: true },
      { flag: '--traffic', summary: 'so many runs with people, judged at the end', number: true },
      { flag: '--chaos', summary: 'with crashes and all other faults that the exercise knows' },
      { flag: '--seed', summary: 'what the faults are drawn from', number: true },
      { flag: '--keep', summary: 'leave the SQLite files to be looked at' },
    ],
    load: async () => (await import('./run.ts')).run,
  }),
  row({
    name: 'hint',
    summary: 'the next hint, from a question to almost the answer',
    argument: exercise,
    load: async () => (await import('./hint.ts')).hint,
  }),
  row({
    name: 'diff',
    summary: 'your work against the starter',
    argument: exercise,
    options: [{ flag: '--solution', summary: 'against the solution, once solved or asked for' }],
    load: async () => (await import('./diff.ts')).diff,
  }),
  row({
    name: 'solution',
    summary: 'read a solution and why it holds',
    argument: exercise,
    options: [
      { flag: '--yes', summary: 'show it although the exercise is unsolved' },
      { flag: '--apply', summary: 'lay it out in the workspace; your work is sealed first' },
    ],
    load: async () => (await import('./solution.ts')).solution,
  }),
  row({
    name: 'reset',
    summary: 'the starter again; your work is sealed first',
    argument: exercise,
    load: async () => (await import('./reset.ts')).reset,
  }),
  row({
    name: 'restore',
    summary: 'the sealed copies of your work, or bring one back',
    argument: {
      name: 'copy',
      summary: 'the id of a copy, or last; without it, the list',
      required: false,
      values: 'anything',
    },
    options: [json],
    load: async () => (await import('./restore.ts')).restore,
  }),
  row({
    name: 'goto',
    summary: 'open any exercise; work in the others stays',
    argument: { ...exercise, summary: 'its number or name', required: true },
    load: async () => (await import('./goto.ts')).goto,
  }),
  row({
    name: 'list',
    summary: 'every exercise: state, checks, time',
    options: [json],
    load: async () => (await import('./list.ts')).list,
  }),
  row({
    name: 'status',
    summary: 'where you are, and the one thing to do next',
    options: [json],
    load: async () => (await import('./status.ts')).status,
  }),
  row({
    name: 'lecture',
    summary: 'read a talk in the terminal',
    argument: {
      name: 'lecture',
      summary: 'the number of its exercise, or its name; without it, the one at hand',
      required: false,
      values: 'exercises',
    },
    load: async () => (await import('./lecture.ts')).lecture,
  }),
  row({
    name: 'agenda',
    summary: 'the two days: what is now, what is next',
    options: [json],
    load: async () => (await import('./agenda.ts')).agenda,
  }),
  row({
    name: 'doctor',
    summary: 'is this machine ready?',
    options: [json],
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  row({
    name: 'completion',
    summary: 'a completion script for your shell',
    argument: {
      name: 'shell',
      summary: 'bash, zsh or fish',
      required: true,
      values: ['bash', 'zsh', 'fish'],
    },
    load: async () => (await import('./completion.ts')).completion(() => table),
  }),
  row({
    name: 'mob start',
    summary: 'the room’s workspace in place of yours, which is sealed first',
    argument: exercise,
    options: [
      { flag: '--with', summary: 'who drives, in this order: ada,grace,edsger', takes: 'names' },
      { flag: '--facilitator', summary: 'who leads and does not drive', takes: 'names' },
      { flag: '--turn', summary: 'how long one drives: 4m, 90s (4m)', takes: 'time' },
      { flag: '--fresh', summary: 'begin with the starter, not where the last mob stopped' },
      { flag: '--remote', summary: 'for several machines: any git repository', takes: 'url' },
    ],
    load: async () => (await import('./mob/start.ts')).start,
  }),
  row({
    name: 'mob join',
    summary: 'take part from this machine in a mob that another one started',
    argument: {
      name: 'url',
      summary: 'what the other one gave with --remote',
      required: true,
      values: 'anything',
    },
    second: { ...exercise, summary: 'its number or name, where there are several mobs' },
    options: [
      { flag: '--as', summary: 'who sits at this machine', takes: 'name' },
      { flag: '--yes', summary: 'lay out and run the code of others without asking' },
    ],
    load: async () => (await import('./mob/join.ts')).join,
  }),
  row({
    name: 'mob next',
    summary: 'hand over: the next one drives, the clock begins anew',
    load: async () => (await import('./mob/next.ts')).next,
  }),
  row({
    name: 'mob status',
    summary: 'who drives, how long still, and how the exercise stands',
    options: [json, { flag: '--follow', summary: 'a large clock, for the back of the room' }],
    load: async () => (await import('./mob/status.ts')).status,
  }),
  row({
    name: 'mob pause',
    summary: 'the clock stands still',
    load: async () => (await import('./mob/clock.ts')).pause,
  }),
  row({
    name: 'mob resume',
    summary: 'the clock goes on',
    load: async () => (await import('./mob/clock.ts')).resume,
  }),
  row({
    name: 'mob skip',
    summary: 'pass over somebody this once',
    argument: person,
    load: async () => (await import('./mob/people.ts')).skip,
  }),
  row({
    name: 'mob add',
    summary: 'somebody joins, or comes back',
    argument: person,
    load: async () => (await import('./mob/people.ts')).add,
  }),
  row({
    name: 'mob drop',
    summary: 'somebody has left',
    argument: person,
    load: async () => (await import('./mob/people.ts')).drop,
  }),
  row({
    name: 'mob note',
    summary: 'keep a thought for the review at the end',
    argument: { name: 'text', summary: 'in quotation marks', required: true, values: 'anything' },
    load: async () => (await import('./mob/note.ts')).note,
  }),
  row({
    name: 'mob stop',
    summary: 'your own work comes back, byte for byte; the mob’s is kept',
    load: async () => (await import('./mob/stop.ts')).stop,
  }),
  row({
    name: 'mob log',
    summary: 'the story of the mob, for the review at the end',
    options: [json, { flag: '--format', summary: 'for a document', values: ['markdown'] }],
    load: async () => (await import('./mob/log.ts')).log,
  }),
  row({
    name: 'dev check',
    summary: 'prove that an exercise is sound: starter, solution, variants',
    argument: { ...exercise, summary: 'its number or name; without it, all' },
    options: [json],
    load: async () => (await import('./dev-check.ts')).devCheck,
  }),
  row({
    name: 'dev new',
    summary: 'begin a new exercise',
    argument: { name: 'name', summary: 'in kebab-case', required: true, values: 'anything' },
    load: async () => (await import('./dev-new.ts')).devNew,
  }),
];

/** What the commands of a group have in common. */
export const groupSummaries: Readonly<Record<string, string>> = {
  dev: 'for authors of exercises',
  mob: 'for the room: one exercise together, at one keyboard',
};
