/**
 * A scenario on real parts, from outside: its processes are started and started again, its people and third parties
 * act, its faults are granted within bounds, and when nothing more can happen it has come to rest.
 */
import { mkdirSync } from 'node:fs';
import { chanceOf } from '../../../lab/sampling.ts';
import {
  LostResponse,
  type Answer,
  type Outcome,
  type PostOptions,
  type Scenario,
  type Visitor,
} from '../../../lab/scenario.ts';
import type { Document, Outgoing } from '../../../lab/services.ts';
import type { FaultKind, Mistake } from '../../../lab/verdict.ts';
import { delayOf } from './delay.ts';
import { outcomeOfRun } from './outcome.ts';
import type { Assignment, Line, Word } from './protocol.ts';
import { exchange, fromPerson } from './serving.ts';
import type { DurableBroker } from './parts.ts';
import { openSqliteParts } from './sqlite-parts.ts';
import { openThirdParties, type Webhook } from './third-parties.ts';

export interface SystemOptions {
  readonly scenario: Scenario;
  /** For the store, the broker and the clock; made anew. */
  readonly folder: string;
  readonly launcher: Launcher;
  /** What is drawn by chance; undefined: no faults. */
  readonly seed: number | undefined;
  /** How many faults of each kind there may be. */
  readonly bounds: ReadonlyMap<FaultKind, number>;
  readonly onLine: (line: Line) => void;
}

/** How processes are started: children of their own, or, in tests, parts of this one. */
export interface Launcher {
  /** Resolves with the port, once it serves; undefined where it serves no route. */
  start(
    assignment: Omit<Assignment, 'tests' | 'scenario' | 'subject'>,
    hear: (word: Word | Ended) => void,
  ): Promise<number | undefined>;
  answer(process: string, question: number, yes: boolean): void;
  kill(process: string): Promise<void>;
  /** It leaves the system, and can be started again. */
  rest(process: string): Promise<void>;
}

/** A process ended, and nobody had killed it. */
export interface Ended {
  readonly kind: 'ended';
  readonly why: string;
}

export interface System {
  /** Where each process with routes listens. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Lets the people of the scenario act, and waits until nothing more can happen. */
  comeToRest(): Promise<void>;
  /** Rejects when something fails that nobody foresaw, or the learner's code cannot be run. */
  readonly failed: Promise<never>;
  outcome(): Promise<Outcome>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** How many messages were delivered late, which is no fault of a broker. */
  readonly lateDeliveries: number;
  close(): Promise<void>;
}

/** A process ended before it served. */
export class EndedError extends Error {}

/** Carries a mistake of the learner's out of a run. */
export class RunMistake extends Error {
  readonly mistake: Mistake;

  constructor(mistake: Mistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** A process that ends by itself so many times will not come to anything. */
const endsMost = 10;
/** How likely a webhook comes twice, where it may. */
const webhookTwice = 0.3;

interface Running {
  readonly name: string;
  /** Undefined before it first served, and where it serves no route. */
  port: number | undefined;
  boot: number;
  /** What it has in hand. */
  busy: number;
  /** Resolves when it serves. */
  ready: Promise<void>;
  isUp: boolean;
  ends: number;
}

export async function openSystem(options: SystemOptions): Promise<System> {
  const { scenario, folder, launcher, seed, bounds, onLine } = options;
  mkdirSync(folder, { recursive: true });
  const { clock, store, broker } = openSqliteParts(folder, scenario);
  await store.begin(scenario.given ?? {}, scenario.givenVersion ?? 1);
  await layQueued(scenario, broker);

  const faults = new Map<FaultKind, number>();
  const answers = new Map<string, Answer[]>();
  const chance = chanceOf(seed ?? 0);
  let refusedCommits = 0;
  let lateDeliveries = 0;
  let webhooksUnderWay = 0;
  let nudge = (): void => {};
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  let closing = false;

  const tell = (who: string, text: string, isFault = false): void =>
    onLine({ at: clock.now(), who, text, ...(isFault && { isFault }) });

  const parties = await openThirdParties(scenario, (webhook) => {
    void call(webhook);
    if (mayStrike('duplicate delivery') && chance() < webhookTwice) {
      spend('duplicate delivery');
      tell(webhook.from, `calls ${webhook.path} once more`, true);
      void call(webhook);
    }
  });
  const processes = new Map(
    Object.keys(scenario.processes).map((name): [string, Running] => [
      name,
      { name, port: undefined, boot: 0, busy: 0, ready: Promise.resolve(), isUp: false, ends: 0 },
    ]),
  );
  for (const running of processes.values()) running.ready = start(running);
  for (const { ready } of processes.values()) await Promise.race([ready, failed]);

  function mayStrike(fault: FaultKind): boolean {
    return seed !== undefined && (faults.get(fault) ?? 0) < (bounds.get(fault) ?? 0);
  }

  function spend(fault: FaultKind): void {
    faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }

  async function start(running: Running): Promise<void> {
    const { name, boot } = running;
    try {
      running.port = await launcher.start(
        {
          process: name,
          folder,
          boot,
          port: running.port ?? 0,
          apis: parties.addresses,
          seed: seed === undefined ? undefined : seed + boot * 7_919,
        },
        (word) => {
          // What one boot has still to say is no news of the next.
          if (running.boot === boot && !closing) hear(running, word);
        },
      );
      running.isUp = true;
      nudge();
    } catch (error) {
      if (!(error instanceof EndedError)) fail(error);
      else if (isOnceTooOften(running, error.message)) return;
      // What an earlier world had left in it may have ended it.
      else await start(running);
    }
  }

  /** A process that ends by itself is started again, as an operator would have it; and that has an end, too. */
  function isOnceTooOften(running: Running, why: string): boolean {
    running.ends += 1;
    if (running.ends <= endsMost) return false;
    const mistake: Mistake = {
      code: 'left-the-lab',
      message: `${running.name} ends by itself again and again: ${why}`,
      remedy:
        'Await every promise that a handler starts: one that is rejected while nobody waits ends its process.',
    };
    fail(new RunMistake(mistake));
    return true;
  }

  function hear(running: Running, word: Word | Ended): void {
    switch (word.kind) {
      case 'told':
        onLine(word.line);
        break;
      case 'busy':
        running.busy = word.with;
        break;
      case 'refused-commit':
        refusedCommits += 1;
        break;
      case 'late':
        lateDeliveries += 1;
        break;
      case 'question':
        decide(running, word);
        break;
      case 'mistake':
        fail(new RunMistake(word.mistake));
        break;
      case 'ended':
        if (!isOnceTooOften(running, word.why)) again(running, `ends by itself: ${word.why}`);
        break;
      case 'serving':
      case 'rested':
    }
    nudge();
  }

  function decide(running: Running, word: Word & { readonly kind: 'question' }): void {
    const { fault, question, where } = word;
    const yes = mayStrike(fault);
    if (yes) spend(fault);
    if (yes && fault === 'crash') {
      again(running, `SIGKILL before: ${where}`);
      return;
    }
    if (yes) tell(running.name, `${fault}: ${where}`, true);
    launcher.answer(running.name, question, yes);
  }

  /** Kills it, whatever it is at, and starts it anew; what it held is free at once. */
  function again(running: Running, why: string): void {
    const { name } = running;
    running.isUp = false;
    running.boot += 1;
    tell(name, why, true);
    running.ready = (async () => {
      await launcher.kill(name);
      running.busy = 0;
      await broker.release(name);
      await start(running);
      tell(name, 'boots again, its memory is lost');
    })().catch(fail);
  }

  /** Until somebody there has answered with success. */
  async function call({ from, to, path, body }: Webhook): Promise<void> {
    webhooksUnderWay += 1;
    for (let attempt = 1; attempt <= (scenario.deliveriesMost ?? 3); attempt += 1) {
      const running = processes.get(to);
      if (!running) throw new Error(`${from} calls ${to}, which is no process of the scenario`);
      await running.ready;
      const url = `http://127.0.0.1:${running.port}${path}`;
      const response = await exchange('POST', url, body, {}).catch(() => undefined);
      if (response && response.status >= 200 && response.status <= 299) break;
    }
    webhooksUnderWay -= 1;
    nudge();
  }

  function visitorOf(person: string): Visitor {
    const seen: Answer[] = [];
    answers.set(person, seen);
    let made = 0;
    const ask = async (method: string, path: string, options_: PostOptions): Promise<Answer> => {
      const { to, body, headers = {}, looksAt } = options_;
      const running = processes.get(to);
      if (!running) throw new Error(`${person} asks ${to}, which is no process of the scenario`);
      await running.ready;
      const url = `http://127.0.0.1:${running.port}${path}`;
      const response = await exchange(method, url, body, {
        ...headers,
        [fromPerson]: person,
      }).catch(() => {
        tell(person, `no answer to ${method} ${path}`);
        throw new LostResponse();
      });
      const found = new Map<string, Document<unknown>>();
      for (const key of looksAt?.({ status: response.status, body: response.body }) ?? []) {
        const document = await store.load(key);
        if (document) found.set(key, document);
      }
      const answer = { path, status: response.status, body: response.body, found };
      seen.push(answer);
      return answer;
    };
    return {
      post: (path, given) => ask('POST', path, given),
      get: (path, given) => ask('GET', path, given),
      async send(queue, message: Outgoing) {
        made += 1;
        const { messageId = `m-${person}${made}` } = message;
        const late = seed === undefined ? 0 : delayOf(chance);
        if (late > 0) lateDeliveries += 1;
        const delaySeconds = (message.delaySeconds ?? 0) + late / 1_000;
        const sent = { ...message, messageId, delaySeconds };
        const [receipt] = await broker.send([queue], sent, person);
        tell(person, `send ${message.type} ${messageId}`);
        if (late > 0) tell('broker', `delivers ${messageId} late, by ${late} ms`, true);
        return { settled: () => broker.settled(receipt!) };
      },
    };
  }

  async function act(): Promise<void> {
    await Promise.all(
      Object.entries(scenario.traffic ?? {}).map(async ([person, acts]) => {
        try {
          await acts(visitorOf(person));
        } catch (error) {
          if (!(error instanceof LostResponse)) throw error;
        }
      }),
    );
  }

  const consumed = new Set(
    Object.values(scenario.processes).flatMap((bindings) =>
      Object.keys(bindings).flatMap((bound) => (bound.startsWith('queue ') ? bound.slice(6) : [])),
    ),
  );

  async function rest(): Promise<void> {
    while (!closing) {
      const change = new Promise<void>((resolve) => (nudge = resolve));
      void broker.changed().then(() => nudge());
      if (!(await isAtRest())) await change;
      else return;
    }
  }

  async function isAtRest(): Promise<boolean> {
    const all = [...processes.values()];
    if (webhooksUnderWay > 0 || all.some(({ isUp, busy }) => !isUp || busy > 0)) return false;
    const live = (await broker.snapshot()).filter(
      ({ queue, readyAt }) => readyAt !== undefined && consumed.has(queue),
    );
    const now = clock.now();
    if (live.length === 0) return true;
    // Time passes only when nothing else can happen: nobody waits for an hour to see what comes in an hour.
    if (live.every(({ state, readyAt }) => state === 'waiting' && readyAt! > now)) {
      clock.leapTo(Math.min(...live.map(({ readyAt }) => readyAt!)));
      tell('broker', 'time passes, until the next message is due');
      broker.wake();
    }
    return false;
  }

  return {
    get addresses() {
      return new Map(
        [...processes.values()].flatMap(({ name, port }) =>
          port === undefined ? [] : [[name, `http://127.0.0.1:${port}`]],
        ),
      );
    },
    failed,
    faults,
    get lateDeliveries() {
      return lateDeliveries;
    },
    async comeToRest() {
      await Promise.race([act(), failed]);
      await Promise.race([rest(), failed]);
    },
    async outcome() {
      return outcomeOfRun({
        store: await store.snapshot(),
        messages: await broker.snapshot(),
        answers,
        apis: parties.records,
        faults,
        refusedCommits,
      });
    },
    async close() {
      closing = true;
      nudge();
      await Promise.allSettled([...processes.values()].map(({ ready }) => ready));
      await Promise.allSettled([...processes.keys()].map((name) => launcher.rest(name)));
      parties.close();
      broker.close();
      store.close();
    },
  };
}

async function layQueued({ queued = {} }: Scenario, broker: DurableBroker): Promise<void> {
  let count = 0;
  for (const [queue, messages] of Object.entries(queued)) {
    for (const message of messages) {
      count += 1;
      const { messageId = `m${count}` } = message;
      await broker.send([queue], { ...message, messageId }, undefined);
    }
  }
}
