/** Runs models for `kata model`; the engine is loaded at its first use. */
import { execFile } from 'node:child_process';
import { access, readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import type {
  Explored,
  inQuint as InQuint,
  itfOf as ItfOf,
  Model,
  Sampled,
  storyOf as StoryOf,
  Trace,
} from '../../model/index.ts';
import type { InvariantVerdict, ModelRun, NamedValue } from '../domain/model.ts';
import type { ModelOptions, Models } from '../domain/ports.ts';
import { KataError } from '../errors.ts';
import { messageAt } from './judge/place.ts';

export interface ModelSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

export function openModels({ environment, platform }: ModelSettings): Models {
  return {
    run: runModel,
    async save(path, text) {
      await writeFile(path, `${text}\n`);
    },
    async runTlc(twin, { signal, onOutput }) {
      const java = await javaIn(environment, platform);
      const tools = await toolsIn(environment);
      if (java === undefined || tools === undefined) throw withoutTlc(java, tools);
      const stem = basename(twin, '.tla');
      // A state from which nothing leads on is no fault of a model that comes to an end.
      const words = [
        '-cp',
        tools,
        'tlc2.TLC',
        '-deadlock',
        '-config',
        `${stem}.cfg`,
        `${stem}.tla`,
      ];
      return new Promise((resolve, reject) => {
        const child = execFile(java, words, { cwd: dirname(twin), signal }, (error) => {
          if (!error) resolve(true);
          else if (typeof error.code === 'number') resolve(false);
          else reject(signal.aborted ? interrupted() : error);
        });
        child.stdout?.on('data', onOutput);
        child.stderr?.on('data', onOutput);
      });
    },
  };
}

/** The engine's own parts, once it is loaded. */
interface Engine {
  readonly storyOf: typeof StoryOf;
  readonly inQuint: typeof InQuint;
  readonly itfOf: typeof ItfOf;
}

/** @throws KataError syntax-error, type-error, model-incomplete, model-undefined, model-too-large, interrupted */
async function runModel(path: string, options: ModelOptions): Promise<ModelRun> {
  const engine = await import('../../model/index.ts');
  const startedAt = performance.now();
  try {
    const model = engine.openModel({ path });
    const found = await model.check();
    const invariants = options.invariant === undefined ? found : [options.invariant];
    const { sample, signal } = options;
    const outcome = sample
      ? await engine.sample(model.machine(), { invariants }, { ...sample, signal })
      : await engine.explore(model.machine(), { invariants }, { signal });
    return {
      file: model.file,
      module: model.module,
      durationMs: performance.now() - startedAt,
      reached: reachedBy(outcome, engine),
      invariants: invariants.map((name) => verdictOn(model, name, outcome, engine)),
      ...(options.trace && { trace: itfOf(model, outcome, engine) }),
    };
  } catch (error) {
    if (options.signal.aborted) throw interrupted();
    const { code: problem } = error as NodeJS.ErrnoException;
    if (problem === 'ENOENT' || problem === 'EISDIR') {
      throw new KataError(
        'usage',
        `There is no model ${path}.`,
        'Name a .qnt file, or none for that of the exercise at hand.',
      );
    }
    if (!(error instanceof engine.ModelError)) throw error;
    const { code, message, remedy, at } = error;
    throw new KataError(code, at ? messageAt(dirname(path), at, message) : message, remedy);
  }
}

function reachedBy(outcome: Explored | Sampled, engine: Engine): ModelRun['reached'] {
  if ('traces' in outcome) {
    const { traces, seed, states } = outcome;
    return { how: 'sampled', traces, seed, states };
  }
  const { kind, states, depth, transitions, deadlocks } = outcome;
  const deadlock = outcome.wayToDeadlock();
  return {
    how: 'explored',
    kind,
    states,
    depth,
    transitions,
    deadlocks,
    ...(deadlock && {
      // The first state of a trace is one to begin with.
      nearestDeadlock: { steps: deadlock.length - 1, state: lastState(deadlock, engine) },
    }),
  };
}

function lastState(trace: Trace, { inQuint }: Engine): readonly NamedValue[] {
  const state = Object.entries(trace.at(-1)?.state ?? {});
  return state.map(([name, value]) => ({ name, value: inQuint(value) }));
}

function verdictOn(
  model: Model,
  name: string,
  { broken }: Explored | Sampled,
  engine: Engine,
): InvariantVerdict {
  const breach = broken.get(name);
  const saysNothing = model.saysNothing(name);
  if (!breach) return { name, holds: true, saysNothing, brokenIn: 0 };
  return {
    name,
    holds: false,
    saysNothing,
    brokenIn: breach.count,
    story: engine.storyOf(breach.trace, {
      scenario: model.module,
      so: `${name} is false`,
      file: model.file,
    }),
    state: lastState(breach.trace, engine),
  };
}

function itfOf(model: Model, outcome: Explored | Sampled, engine: Engine): object {
  const [first] = outcome.broken;
  const example = 'traces' in outcome ? outcome.example : outcome.wayToFarthest();
  const source = `kata model ${model.file}`;
  return first
    ? engine.itfOf(first[1].trace, {
        description: `${first[0]} is false in the last state`,
        source,
        status: 'violation',
      })
    : engine.itfOf(example, {
        description:
          'traces' in outcome ? 'a trace drawn by chance' : 'a shortest way to the farthest state',
        source,
        status: 'ok',
      });
}

function interrupted(): KataError {
  return new KataError(
    'interrupted',
    'The model’s run was interrupted.',
    'Give the command again.',
  );
}

async function javaIn(
  environment: ModelSettings['environment'],
  platform: NodeJS.Platform,
): Promise<string | undefined> {
  const name = platform === 'win32' ? 'java.exe' : 'java';
  const folders = [
    ...(environment['JAVA_HOME'] ? [join(environment['JAVA_HOME'], 'bin')] : []),
    ...(environment['PATH'] ?? '').split(delimiter),
  ];
  return firstThere(folders.filter((folder) => folder !== '').map((folder) => join(folder, name)));
}

/** Where TLC usually lies: on its own, with the Toolbox, or with the extension for VS Code. */
async function toolsIn(environment: ModelSettings['environment']): Promise<string | undefined> {
  const named = environment['TLA2TOOLS_JAR'];
  if (named) return firstThere([named]);
  const jar = 'tla2tools.jar';
  const extensions = join(homedir(), '.vscode', 'extensions');
  const installed = await readdir(extensions).catch(() => []);
  return firstThere([
    join(homedir(), jar),
    join(homedir(), '.tla', jar),
    join(homedir(), '.local', 'share', 'tla', jar),
    `/usr/local/lib/${jar}`,
    `/usr/share/java/${jar}`,
    `/opt/tla/${jar}`,
    '/Applications/TLA+ Toolbox.app/Contents/Eclipse/tla2tools.jar',
    ...installed
      .filter((each) => each.startsWith('tlaplus.vscode-ide'))
      .map((each) => join(extensions, each, 'tools', jar)),
  ]);
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

function withoutTlc(java: string | undefined, tools: string | undefined): KataError {
  const missing = [
    ...(java === undefined ? ['Java is not on the PATH'] : []),
    ...(tools === undefined ? ['tla2tools.jar is not in any usual place'] : []),
  ];
  const remedies = [
    ...(java === undefined
      ? ['Install Java 11 or later (apt install default-jre-headless, brew install openjdk).']
      : []),
    ...(tools === undefined
      ? [
          'Put tla2tools.jar from https://github.com/tlaplus/tlaplus/releases into your home folder, or name it in TLA2TOOLS_JAR.',
        ]
      : []),
  ];
  return new KataError(
    'tlc-missing',
    `TLC cannot be run: ${missing.join(', and ')}.`,
    `${remedies.join(' ')} Without it, kata model goes through all states itself.`,
  );
}
