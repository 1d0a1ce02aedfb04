/** Small programs for the lab, as text, and all their executions by brute force. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { happensBefore, type Happened } from '../../lab/happens-before.ts';
import type { Move } from '../../lab/moves.ts';
import { outcomeOf } from '../../lab/outcome.ts';
import { loadProgram, type Program } from '../../lab/program.ts';
import type { Faults, Outcome, Scenario } from '../../lab/scenario.ts';
import { openSearch } from '../../lab/search.ts';
import { loadSubject, type Subject } from '../../lab/subject.ts';
import { World } from '../../lab/world.ts';

/**
 * A handler that does what it is told, two letters an operation: l0 loads d0, w0 writes d0 blindly, c0
 * writes d0 if it has not changed since it was loaded, d0 deletes it, s0 sends the rest behind `>` to a
 * queue, x0 throws, t0 looks at the clock, both l0 and l1 at once are b0. It answers with what it saw.
 */
export const interpreter = `
import { ConcurrencyError, UnknownOutcomeError } from '#lab';
async function interpret(program, { store, broker, clock }) {
  const [own, ...rest] = program.split('>');
  const seen = [];
  const versions = new Map();
  for (const [operation, key] of own.match(/../g) ?? []) {
    try {
      if (operation === 'l') {
        const found = await store.load('d' + key);
        versions.set(key, found?.version ?? 0);
        seen.push(key + '@' + (found?.version ?? 0));
      } else if (operation === 'w') {
        await store.commit({ key: 'd' + key, value: own });
      } else if (operation === 'd') {
        await store.commit({ key: 'd' + key, delete: true });
      } else if (operation === 'c') {
        const version = versions.get(key) ?? 0;
        await store.commit({ key: 'd' + key, value: 0, ifVersion: version === 0 ? 'absent' : version });
      } else if (operation === 's') {
        await broker.send('q' + key, { type: 'Do', body: rest.join('>') });
      } else if (operation === 'b') {
        const both = await Promise.all([store.load('d0'), store.commit({ key: 'd1', value: own })]);
        seen.push('both' + (both[0]?.version ?? 0));
      } else if (operation === 't') {
        seen.push(String(clock.now() % 100_000));
      } else throw new Error('told to');
    } catch (error) {
      if (error instanceof ConcurrencyError) seen.push('refused');
      else if (error instanceof UnknownOutcomeError) seen.push('unknown');
      else throw error;
    }
  }
  return seen.join(' ');
}
export async function run(request, services) {
  return { status: 200, body: await interpret(request.params.program, services) };
}
export async function handle(delivery, services) {
  const seen = await interpret(delivery.body, services);
  await services.store.commit({ key: 'seen-' + delivery.messageId + '-' + delivery.deliveryCount, value: seen });
}
`;

export function subjectOf(files: Record<string, string>): Subject {
  const folder = mkdtempSync(join(tmpdir(), 'subject-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return loadSubject(folder);
}

export interface Shape {
  /** What each person asks their own web process to do. */
  readonly asked: readonly string[];
  /** Do all ask one and the same process? */
  readonly together?: boolean;
  /** What the messages say that wait at the start. */
  readonly queued?: readonly string[];
  readonly workers?: number;
  readonly faults?: Faults;
}

export function scenarioOf({
  asked,
  together,
  queued = [],
  workers = 0,
  faults = {},
}: Shape): Scenario {
  const processes: Record<string, Record<string, string>> = {};
  const traffic: NonNullable<Scenario['traffic']> = Object.fromEntries(
    asked.map((program, index) => {
      const web = together ? 'web' : `web #${index}`;
      processes[web] = { 'POST /:program': 'run.ts#run' };
      return [`a${index}`, (visitor) => visitor.post(`/${program}`, { to: web })];
    }),
  );
  for (let index = 0; index < workers; index += 1) {
    processes[`worker #${index}`] = { 'queue q0': 'run.ts#handle' };
  }
  return {
    name: 'random',
    given: { d0: 0 },
    processes,
    traffic,
    ...(queued.length > 0 && { queued: { q0: queued.map((body) => ({ type: 'Do', body })) } }),
    faults,
    deliveriesMost: 2,
    promises: {},
  };
}

/** What can be seen at the end, as text. */
export function seen(outcome: Outcome): string {
  const documents = outcome.documents('').map(({ key, version, value }) => [key, version, value]);
  const histories = ['d0', 'd1'].map((key) => outcome.history(key));
  return JSON.stringify([documents, histories, outcome.answers(), outcome.messages('q0')]);
}

export interface Explored {
  readonly outcomes: ReadonlySet<string>;
  /** The class of each complete execution, by its dependence graph; a class twice is listed twice. */
  readonly classes: readonly string[];
  readonly blocked: number;
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
export function bruteForce(program: Program, most: number): Explored | undefined {
  const numbers = new Map<Move, number>();
  const outcomes = new Set<string>();
  const classes = new Set<string>();
  let runs = 0;
  const visit = (schedule: readonly Move[]): boolean => {
    const world = new World(program, 'none');
    const done: Happened[] = schedule.map((move) => {
      world.perform(move);
      return stepOf(world);
    });
    const enabled = world.enabled();
    if (enabled.length === 0) {
      outcomes.add(seen(outcomeOf(world)));
      classes.add(classOf(schedule, done, numbers));
      runs += 1;
    }
    return runs <= most && enabled.every((move) => visit([...schedule, move]));
  };
  return visit([]) ? { outcomes, classes: [...classes], blocked: 0 } : undefined;
}

/** What the explorer runs. */
export function explored(program: Program): Explored {
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

/** Each step with the steps that happen before it; names of steps are kept for the whole program. */
function classOf(
  schedule: readonly Move[],
  done: readonly Happened[],
  numbers: Map<Move, number>,
): string {
  const order = happensBefore(done);
  const numberOf = (move: Move): number => {
    const number = numbers.get(move) ?? numbers.size;
    numbers.set(move, number);
    return number;
  };
  return schedule
    .map((move, index) => {
      const before = schedule.filter(
        (_, earlier) => earlier < index && order.before(earlier, index),
      );
      return `${numberOf(move)}<${before
        .map(numberOf)
        .toSorted((a, b) => a - b)
        .join()}`;
    })
    .toSorted()
    .join('|');
}

export function programOf(shape: Shape, subject: Subject): Program {
  return loadProgram(scenarioOf(shape), subject);
}
