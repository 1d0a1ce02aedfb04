/** Small programs for the lab, as text, and all their executions by brute force. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { happensBefore, type Happened } from '../../lab/happens-before.ts';
import type { Move } from '../../lab/moves.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { loadProgram, type Program } from '../../lab/program.ts';
import { LostResponse, type Api, type Faults, type Outcome } from '../../lab/scenario.ts';
import type { Scenario, Visitor } from '../../lab/scenario.ts';
import { chanceOf } from '../../lab/sampling.ts';
import { execute } from '../../lab/schedule.ts';
import { openSearch } from '../../lab/search.ts';
import { loadSubject, type Subject } from '../../lab/subject.ts';
import { World } from '../../lab/world.ts';

/**
 * A handler that does what it is told, two letters an operation; what stands behind `>` is what somebody
 * else is told. It answers with what it saw.
 *
 * l0 loads d0 · w0 writes d0 blindly · c0 writes d0 if it has not changed since it was loaded · d0 deletes
 * it · e0 writes d0 and d1 if neither has changed · s0 sends the rest to q0 · i0 does so under an id of its
 * own · y0 with a delay · p0 publishes it to both queues · g0 asks the bank, g1 its other desk · v0 asks
 * the bank to call back with the rest · b0 loads and writes at once · a0 writes and sends at once · t0 looks
 * at the clock · n0 counts in memory · u0 makes an id · x0 throws
 * With a delivery in hand: C0 completes · A0 abandons · D0 dead-letters · R0 renews · U0 looks at its lock ·
 * r0 renews and writes at once · k0 completes and loads at once
 */
export const interpreter = `
import { ConcurrencyError, LockLostError, UnknownOutcomeError } from '#lab';
let count = 0;
/** Waits for both, also where one fails: no call may be left alone. */
async function bothOf(...calls) {
  for (const { reason } of await Promise.allSettled(calls)) if (reason) throw reason;
}
async function interpret(program, { store, broker, http, clock, ids }, delivery) {
  const [own, ...others] = program.split('>');
  const rest = { type: 'Do', body: others.join('>') };
  const seen = [];
  const versions = new Map();
  const expected = (key) => (versions.get(key) ?? 0) || 'absent';
  const load = async (key) => {
    const found = await store.load('d' + key);
    versions.set(key, found?.version ?? 0);
    seen.push(key + '@' + (found?.version ?? 0));
  };
  for (const [operation, key] of own.match(/../g) ?? []) {
    try {
      if (operation === 'l') await load(key);
      else if (operation === 'w') await store.commit({ key: 'd' + key, value: own });
      else if (operation === 'c') await store.commit({ key: 'd' + key, value: 0, ifVersion: expected(key) });
      else if (operation === 'd') await store.commit({ key: 'd' + key, delete: true });
      else if (operation === 'e') {
        await store.commit(
          { key: 'd0', value: own, ifVersion: expected('0') },
          { key: 'd1', value: own, ifVersion: expected('1') },
        );
      } else if (operation === 's') await broker.send('q' + key, rest);
      else if (operation === 'i') await broker.send('q' + key, { messageId: 'same', ...rest });
      else if (operation === 'y') await broker.send('q0', { ...rest, delaySeconds: 10 + Number(key) });
      else if (operation === 'p') await broker.publish('news', rest);
      else if (operation === 'g') seen.push((await http.post('https://bank/' + key)).body);
      else if (operation === 'v') {
        seen.push((await http.post('https://bank/' + key, rest.body)).status);
      } else if (operation === 'b') {
        await bothOf(load('0'), store.commit({ key: 'd1', value: own }));
      } else if (operation === 'a') {
        await bothOf(store.commit({ key: 'd0', value: own }), broker.send('q0', rest));
      } else if (operation === 'r') {
        await bothOf(delivery?.renewLock(), store.commit({ key: 'd0', value: own }));
      } else if (operation === 'k') {
        await bothOf(delivery?.complete(), load(key));
      } else if (operation === 't') seen.push(clock.now() % 100_000);
      else if (operation === 'n') seen.push((count += 1));
      else if (operation === 'u') seen.push(ids.next());
      else if (operation === 'C') await delivery?.complete();
      else if (operation === 'A') await delivery?.abandon();
      else if (operation === 'D') await delivery?.deadLetter('told to');
      else if (operation === 'R') await delivery?.renewLock();
      else if (operation === 'U') seen.push(delivery && delivery.lockedUntil % 100_000);
      else throw new Error('told to');
    } catch (error) {
      if (error instanceof ConcurrencyError) seen.push('refused by ' + error.key);
      else if (error instanceof UnknownOutcomeError) seen.push('unknown');
      else if (error instanceof LockLostError) seen.push('lock lost');
      else throw error;
    }
  }
  return seen.join(' ');
}
export async function run(request, services) {
  return { status: 200, body: await interpret(request.params.program, services) };
}
export async function handle(delivery, services) {
  const seen = await interpret(delivery.body, services, delivery);
  const key = 'seen-' + delivery.messageId + '-' + delivery.deliveryCount;
  if (seen !== '') await services.store.commit({ key, value: seen });
}
`;

export function subjectOf(files: Record<string, string>): Subject {
  return loadSubject(folderOf(files));
}

export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'subject-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export interface Shape {
  /**
   * What each person asks their own web process to do. `!l0` asks again when no answer comes, `&l0` asks
   * twice at the same time, `%l0` asks the first worker at the same time, `?l0` sends it to q0 and waits
   * until it is settled.
   */
  readonly asked: readonly string[];
  /** Do all ask one and the same process? */
  readonly together?: boolean;
  /** Do the web processes also work on q0? */
  readonly webWorks?: boolean;
  /** What the messages say that wait in q0 at the start. */
  readonly queued?: readonly string[];
  /** They consume q0; the second one consumes q1, too. */
  readonly workers?: number;
  readonly faults?: Faults;
  /** Are the clocks of the processes different? */
  readonly skewed?: boolean;
  /** Do the desks of the bank know nothing of each other? */
  readonly apart?: boolean;
}

export function scenarioOf({
  asked,
  together,
  webWorks,
  queued = [],
  workers = 0,
  faults = {},
  skewed,
  apart = false,
}: Shape): Scenario {
  const processes: Record<string, Record<string, string>> = {};
  const traffic: Record<string, (visitor: Visitor) => Promise<unknown>> = {};
  for (const [index, program] of asked.entries()) {
    const web = together ? 'web' : `web #${index}`;
    processes[web] = {
      'POST /:program': 'run.ts#run',
      ...(webWorks && { 'queue q0': 'run.ts#handle' }),
    };
    traffic[`a${index}`] = (visitor) => act(visitor, program, web);
  }
  for (let index = 0; index < workers; index += 1) {
    processes[`worker #${index}`] = {
      'POST /:program': 'run.ts#run',
      'queue q0': 'run.ts#handle',
      ...(index === 1 && { 'queue q1': 'run.ts#handle' }),
    };
  }
  const [first = ''] = Object.keys(processes);
  return {
    name: 'random',
    given: { d0: 0 },
    processes,
    traffic,
    topics: { news: ['q0', 'q1'] },
    apis: { bank: bankThatCallsBack(first, apart) },
    ...(queued.length > 0 && { queued: { q0: queued.map((body) => ({ type: 'Do', body })) } }),
    faults,
    deliveriesMost: 2,
    ...(skewed && { clockSkewSeconds: 5 }),
    promises: {},
  };
}

async function act(visitor: Visitor, program: string, web: string): Promise<void> {
  const path = `/${program.replace(/^[!&%?]/, '')}`;
  const ask = (to = web) => visitor.post(path, { to, looksAt: () => ['d0'] });
  const askUntilAnswered = async (to = web): Promise<void> => {
    try {
      await ask(to);
    } catch (error) {
      if (!(error instanceof LostResponse)) throw error;
      await ask(to);
    }
  };
  switch (program[0]) {
    case '!':
      await askUntilAnswered();
      return;
    case '&':
      await Promise.allSettled([ask(), ask()]);
      return;
    case '%':
      await Promise.allSettled([askUntilAnswered(), askUntilAnswered('worker #0')]);
      return;
    case '?': {
      const sent = await visitor.send('q0', { type: 'Do', body: program.slice(1) });
      await sent.settled();
      return;
    }
    default:
      await ask();
  }
}

/** At two desks it counts who came; asked with something to do, it calls back with that, and refuses at four. */
function bankThatCallsBack(process: string, apart: boolean): Api {
  return {
    state: { visits: { '/0': 0, '/1': 0 } },
    handle({ path, body }, { state, webhook }) {
      const { visits } = state as { visits: Record<string, number> };
      const visit = (visits[path] ?? 0) + 1;
      visits[path] = visit;
      if (visit === 4) return { status: 409 };
      if (typeof body === 'string') webhook(process, `/${body}`, visit);
      const all = Object.values(visits).reduce((sum, each) => sum + each, 0);
      return { status: 200, body: apart ? visit : all };
    },
    ...(apart && { concerns: ({ path }) => path }),
  };
}

/** Everything that can be seen at the end, as text. */
export function seen(outcome: Outcome): string {
  const documents = outcome.documents('').map(({ key, version, value }) => [key, version, value]);
  const histories = ['d0', 'd1'].map((key) => outcome.history(key));
  const answers = outcome.answers().map((each) => [each, [...each.found.values()]]);
  const messages = [outcome.messages('q0'), outcome.messages('q1')];
  const bank = [outcome.api('bank'), outcome.calls('bank')];
  return JSON.stringify([documents, histories, answers, messages, bank, outcome.refusedCommits]);
}

export interface Explored {
  readonly outcomes: ReadonlySet<string>;
  /** The class of each complete execution, by its dependence graph; a class twice is listed twice. */
  readonly classes: readonly string[];
  readonly blocked: number;
}

export interface Enumerated {
  readonly outcomes: ReadonlySet<string>;
  readonly classes: ReadonlySet<string>;
  readonly runs: number;
  /**
   * Classes whose executions end differently, or that lack one of the orders that their graph allows: the
   * steps that the lab takes for independent are not.
   */
  readonly torn: readonly string[];
}

/** Steps must not be taken inside a promise reaction. */
export function outsidePromises<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Every interleaving without any reduction; undefined when there are more than `most`. */
export function bruteForce(program: Program, most: number): Enumerated | undefined {
  return knowingTheProgram(program, () => enumerate(program, most));
}

/** What the explorer runs. */
export function explored(program: Program): Explored {
  return knowingTheProgram(program, () => searched(program));
}

/** Does it once more if only now it came out that the program looks at clocks. */
function knowingTheProgram<T>(program: Program, work: () => T): T {
  const { timeIsSeen } = program;
  const result = work();
  return program.timeIsSeen === timeIsSeen ? result : work();
}

function enumerate(program: Program, most: number): Enumerated | undefined {
  if (guessRuns(program) > most * 3) return undefined;
  const numbers = new Map<Move, number>();
  const outcomes = new Set<string>();
  const classes = new Map<string, { outcome: string; runs: number; orders: number }>();
  const torn = new Set<string>();
  const path: { readonly enabled: readonly Move[]; taken: number }[] = [];
  for (let runs = 1; ; runs += 1) {
    if (runs > most) return undefined;
    const world = new World(program, 'none');
    const done: Happened[] = [];
    for (let step = 0; ; step += 1) {
      const enabled = path[step]?.enabled ?? world.enabled();
      if (enabled.length === 0) break;
      const point = (path[step] ??= { enabled, taken: 0 });
      world.perform(enabled[point.taken]!);
      done.push(stepOf(world));
    }
    const outcome = seen(outcomeOf(world));
    const name = classOf(world.schedule, done, numbers);
    const known = classes.get(name);
    if (!known) classes.set(name, { outcome, runs: 1, orders: ordersOf(done) });
    else {
      known.runs += 1;
      if (known.outcome !== outcome) torn.add(name);
    }
    outcomes.add(outcome);
    while (path.length > 0 && path.at(-1)!.taken + 1 === path.at(-1)!.enabled.length) path.pop();
    if (path.length === 0) {
      for (const [each, { runs: found, orders }] of classes) if (found !== orders) torn.add(each);
      return { outcomes, classes: new Set(classes.keys()), runs, torn: [...torn] };
    }
    path.at(-1)!.taken += 1;
  }
}

/**
 * About how many executions there are, from a few at random. Source: D. E. Knuth, Estimating the Efficiency
 * of Backtrack Programs, Mathematics of Computation 29 (1975).
 */
function guessRuns(program: Program): number {
  const chance = chanceOf(1);
  let sum = 0;
  for (let dive = 0; dive < dives; dive += 1) {
    let runs = 1;
    execute(program, (enabled) => {
      runs *= enabled.length;
      return enabled[Math.floor(chance() * enabled.length)]!;
    });
    sum += runs;
  }
  return sum / dives;
}

const dives = 12;

function searched(program: Program): Explored {
  const search = openSearch(program);
  const numbers = new Map<Move, number>();
  const outcomes = new Set<string>();
  const classes: string[] = [];
  let blocked = 0;
  for (let run = search.next(); run; run = search.next()) {
    const { schedule } = run.world;
    if (!run.complete) {
      blocked += 1;
      continue;
    }
    outcomes.add(seen(outcomeOf(run.world)));
    const world = new World(program, 'none');
    const done = schedule.map((move) => {
      world.perform(move);
      return stepOf(world);
    });
    classes.push(classOf(schedule, done, numbers));
  }
  return { outcomes, classes, blocked };
}

function stepOf({ footprint, causes, barrier }: World): Happened {
  return { footprint, causes, barrier };
}

/** Each step with the steps that happen before it, by names that hold for the whole program. */
function classOf(
  schedule: readonly Move[],
  done: readonly Happened[],
  numbers: Map<Move, number>,
): string {
  const order = happensBefore(done);
  const named = schedule.map((move, step) => {
    const number = numbers.get(move) ?? numbers.size;
    numbers.set(move, number);
    return { number, step };
  });
  named.sort((a, b) => a.number - b.number);
  let text = '';
  for (const { number, step } of named) {
    text += `${number}<`;
    for (const earlier of named) {
      if (order.before(earlier.step, step)) text += `${earlier.number},`;
    }
  }
  return text;
}

/** In how many orders the steps can come without a change of their happens-before relation. */
function ordersOf(done: readonly Happened[]): number {
  const order = happensBefore(done);
  const before = done.map((_, step) =>
    done.reduce(
      (set, __, each) => (order.before(each, step) ? set | (1n << BigInt(each)) : set),
      0n,
    ),
  );
  let ways = new Map<bigint, number>([[0n, 1]]);
  for (let length = 0; length < done.length; length += 1) {
    const longer = new Map<bigint, number>();
    for (const [set, count] of ways) {
      for (const [step, needs] of before.entries()) {
        const bit = 1n << BigInt(step);
        if ((set & bit) === 0n && (set & needs) === needs) {
          longer.set(set | bit, (longer.get(set | bit) ?? 0) + count);
        }
      }
    }
    ways = longer;
  }
  return [...ways.values()][0] ?? 1;
}

export function programOf(shape: Shape, subject: Subject): Program {
  return loadProgram(scenarioOf(shape), subject);
}
