/**
 * The composition root: joins commands to adapters, and is the only place that touches the process.
 * What help does not need is loaded once a command is given, and what few commands need at its first use.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Commander from 'commander';
import { lookAtTerminal, openScreen, openTerminal } from './adapters/terminal.ts';
import { leftOpen } from './adapters/vault/journal.ts';
import type { CommandRow, Kata, Option } from './commands/command.ts';
import { groupSummaries, table } from './commands/table.ts';
import { errorCodes, exit, fromSystem, KataError, type ExitCode } from './errors.ts';

// Required, not imported: Node looks for the names that a CommonJS module exports before it imports
// one, and that alone would cost a tenth of what help may take.
const commander = createRequire(import.meta.url)('commander') as typeof Commander;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C does not wait for anything.
    if (interruption.signal.aborted) process.exit(exit.interrupted);
    interruption.abort();
  });
}

const { stdin, stdout, stderr, env: environment } = process;
let readerLeft = false;
const terminal = openTerminal({
  stdin,
  stdout,
  stderr,
  environment,
  onHangUp: () => {
    readerLeft = true;
    interruption.abort();
  },
});
const screen = await openScreen(environment, stdout);
const closing: (() => unknown)[] = [];

process.exitCode = await main(process.argv.slice(2));
for (const close of closing) await close();
// A child or a handle that somebody forgot must not keep the command from ending.
stdout.write('', () => process.exit());

async function main(words: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const program = programOf(table, async (row, input) => {
    // Damage is looked at before it is mended, and a script for a shell needs no workshop.
    const kata = await openKata();
    if (row.name !== 'doctor' && row.name !== 'completion') await recover(kata);
    code = await row.run(kata, input);
  });
  try {
    await program.parseAsync(words.length === 0 ? ['status'] : words, { from: 'user' });
    const cutOff = interruption.signal.aborted && !readerLeft;
    return quietly(cutOff ? exit.interrupted : code);
  } catch (error) {
    return quietly(await tell(error, words));
  }
}

/** Whoever reads no further, as in `kata list | head -1`, has what they wanted: that is no failure. */
function quietly(code: ExitCode): ExitCode {
  return readerLeft && code === exit.interrupted ? exit.done : code;
}

async function tell(error: unknown, words: readonly string[]): Promise<ExitCode> {
  if (error instanceof commander.CommanderError) {
    if (error.exitCode === 0) return exit.done;
    return tell(usageError(error, words), words);
  }
  const { bugView, errorView } = await import('./views/error.ts');
  const foreseen = error instanceof KataError ? error : fromSystem(error);
  if (!foreseen) {
    terminal.complain(bugView(screen, error));
    return exit.broken;
  }
  if (foreseen.code !== 'interrupted') terminal.complain(errorView(screen, foreseen));
  return errorCodes[foreseen.code];
}

/** Every `kata` command first finishes what a crash left open. */
async function recover(kata: Kata): Promise<void> {
  if (!leftOpen(join(kata.root, '.kata'))) return;
  const recovered = await kata.vault.recover();
  if (!recovered) return;
  const { recoveredView } = await import('./views/recovered.ts');
  terminal.complain(recoveredView(screen, recovered));
}

async function openKata(): Promise<Kata> {
  const [
    { openProgressLog },
    { openMobDesk, sharedProgress },
    { openBell },
    { openLiveTerminal },
    { findWorkshop, openWorkshop, readCatalogue },
    { find, next },
    { current, standing },
  ] = await Promise.all([
    import('./adapters/progress-log.ts'),
    import('./adapters/mob/mob-desk.ts'),
    import('./adapters/bell.ts'),
    import('./adapters/screen-terminal.ts'),
    import('./adapters/workshop.ts'),
    import('./domain/catalogue.ts'),
    import('./domain/progress.ts'),
  ]);
  const clock = { now: () => Date.now() };
  const root = lazy(() => findWorkshop(process.cwd(), environment['KATA_HOME']));
  const kataFolder = (): string => join(root(), '.kata');
  const catalogue = lazy(() => readCatalogue(root()));
  const workshop = lazy(() => openWorkshop(root()));
  const desk = lazy(() => {
    const opened = openMobDesk({ kataFolder: kataFolder(), clock, complain: terminal.complain });
    closing.push(() => opened.close());
    return opened;
  });
  const progress = lazy(() => {
    const { log, notice } = openProgressLog(join(kataFolder(), 'progress.db'), clock);
    if (notice !== undefined) terminal.complain(notice);
    closing.push(() => log.close());
    return sharedProgress(log, desk());
  });
  return {
    terminal,
    live: openLiveTerminal({ stdin, stdout, system: process }),
    bell: openBell({ stdout, system: process }),
    watchFolder: async (folder, onChange) => {
      const { watchFolder } = await import('./adapters/watcher.ts');
      return watchFolder(folder, onChange);
    },
    screen,
    clock,
    machine: deferred(async () => {
      const { openMachine } = await import('./adapters/machine.ts');
      const seen = lookAtTerminal(environment, stdin, stdout);
      return openMachine({ node: process.versions.node, terminal: seen });
    }),
    lectures: deferred(async () => {
      const { openLectures } = await import('./adapters/lectures.ts');
      return openLectures(root());
    }),
    models: deferred(async () => {
      const { openModels } = await import('./adapters/models.ts');
      return openModels({ environment, platform: process.platform });
    }),
    vault: deferred(async () => {
      const { openVault } = await import('./adapters/vault/vault.ts');
      return openVault({ kataFolder: kataFolder(), clock, pid: process.pid });
    }),
    remote: deferred(async () => {
      const { openMobRemote } = await import('./adapters/mob/mob-remote.ts');
      const { pid } = process;
      const cwd = process.cwd();
      return openMobRemote({ kataFolder: kataFolder(), clock, cwd, pid, system: process });
    }),
    workbench: deferred(async () => {
      const { openWorkbench } = await import('./adapters/workbench.ts');
      return openWorkbench(join(kataFolder(), 'tmp', `bench-${process.pid}`));
    }),
    drafts: deferred(async () => {
      const { openDrafts } = await import('./adapters/drafts.ts');
      return openDrafts(root());
    }),
    judge: deferred(async () => {
      const { openJudge } = await import('./adapters/judge/judge.ts');
      const judge = openJudge({ root: root(), system: process });
      closing.push(() => judge.close());
      return judge;
    }),
    real: deferred(async () => {
      const { openRealParts } = await import('./adapters/real/real-parts.ts');
      return openRealParts({ root: root(), system: process, complain: terminal.complain });
    }),
    signal: interruption.signal,
    get root() {
      return root();
    },
    get catalogue() {
      return catalogue();
    },
    get workshop() {
      return workshop();
    },
    get progress() {
      return progress();
    },
    get mob() {
      return desk();
    },
    exercise(named) {
      const asked = named ?? desk().current()?.exercise;
      if (asked !== undefined) return find(catalogue(), asked);
      const facts = progress().facts();
      const at = current(facts);
      const here = catalogue().find(({ name }) => name === at);
      const isSolved = (name: string) => standing(facts, name, clock.now()).state === 'solved';
      const exercise = here ?? next(catalogue(), isSolved, undefined) ?? catalogue().at(-1);
      if (exercise) return exercise;
      throw new KataError(
        'exercise-damaged',
        `${join(root(), 'exercises')} has no exercise.`,
        'git checkout -- exercises brings them back.',
      );
    },
  };
}

type Given = (row: CommandRow, input: Readonly<Record<string, unknown>>) => Promise<void>;

function programOf(rows: readonly CommandRow[], run: Given): Commander.Command {
  const program = new commander.Command('kata')
    .description(
      'Fifteen broken programs, judged in every interleaving.\nWithout a command: where you are, and the one thing to do next.',
    )
    .configureOutput({ writeErr: () => {}, writeOut: (text) => terminal.print(text.trimEnd()) })
    .configureHelp({ helpWidth: screen.columns })
    .helpCommand(false)
    .exitOverride();
  for (const row of rows) add(program, row, run);
  return program;
}

function add(program: Commander.Command, row: CommandRow, run: Given): void {
  const words = row.name.split(' ');
  const last = words.at(-1) ?? row.name;
  const parent = words.slice(0, -1).reduce(groupOf, program);
  const command = parent.command(last).description(row.summary).exitOverride();
  command.copyInheritedSettings(program);
  const named = [row.argument, row.second].filter((argument) => argument !== undefined);
  for (const { name, required, summary } of named) {
    command.argument(required ? `<${name}>` : `[${name}]`, summary);
  }
  for (const option of row.options) command.addOption(optionOf(option));
  command.action(async () => {
    const given = named.map(({ name }, index) => [name, command.args[index]] as const);
    await run(row, { ...Object.fromEntries(given), ...command.opts() });
  });
}

function optionOf({ flag, summary, values, takes, number }: Option): Commander.Option {
  if (number) {
    return new commander.Option(`${flag} <number>`, summary).argParser((text) => {
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
      throw new commander.InvalidArgumentError('It takes a whole number from 1.');
    });
  }
  if (takes !== undefined) return new commander.Option(`${flag} <${takes}>`, summary);
  if (!values) return new commander.Option(flag, summary);
  return new commander.Option(`${flag} <${flag.slice(2)}>`, summary).choices(values);
}

function groupOf(parent: Commander.Command, name: string): Commander.Command {
  const existing = parent.commands.find((command) => command.name() === name);
  if (existing) return existing;
  const group = parent
    .command(name)
    .description(groupSummaries[name] ?? '')
    .exitOverride();
  group.helpCommand(false);
  return group;
}

/** Says what commander found wrong in the words of the kit. */
function usageError(
  { message, code }: Commander.CommanderError,
  words: readonly string[],
): KataError {
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.+)\?\)/.exec(more.join(' '))?.[1];
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`
    .replaceAll("'", '')
    .replace(/\.\.$/, '.');
  const near = suggestion === undefined ? '' : `Did you mean ${suggestion}? `;
  const group = words.find((word) => word in groupSummaries);
  const command = table.find(({ name }) => name.split(' ').every((word, at) => word === words[at]));
  const help =
    code === 'commander.excessArguments' && command?.argument
      ? `What belongs together stands in quotation marks. kata ${command.name} --help says more.`
      : code === 'commander.help' && group
        ? `kata ${group} --help lists what there is.`
        : 'kata --help lists what there is.';
  return new KataError(
    'usage',
    code === 'commander.help' ? 'This needs one more word.' : sentence,
    `${near}${help}`,
  );
}

function lazy<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A part that is opened when one of its methods is first called: only for those that all answer later. */
function deferred<T extends { readonly [K in keyof T]: Later }>(open: () => Promise<T>): T {
  const opened = lazy(open);
  const call = async (name: string | symbol, given: readonly never[]): Promise<unknown> =>
    (await opened())[name as keyof T](...given);
  return new Proxy({} as T, {
    get:
      (_, name) =>
      (...given: never[]) =>
        call(name, given),
  });
}

type Later = (...given: never[]) => Promise<unknown> | void;
