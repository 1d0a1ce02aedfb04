import { fileURLToPath } from 'node:url';
import { relative, isAbsolute } from 'node:path';
import { Session } from 'node:inspector';

export interface Watchdog {
  /** Called at every sign of life of the thread. */
  alive(): void;
  stop(): void;
}

export interface Place {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

/** How long the thread may take to turn its event loop once, in ms; the lab does so every 10. */
const turnMs = 500;
/** A loop shows the same function again and again; one look could catch honest work. */
const looks = 5;
const pauseBetweenLooksMs = 20;

/**
 * Watches a worker thread of this process for code of the subject that never gives way.
 * After `silenceMs` without a sign of life it looks at the thread through the inspector, which can
 * stop even a `while (true)`, and reports the line if the thread is stuck in the subject.
 */
export function watchdog(
  subjects: readonly string[],
  silenceMs: number,
  onStuck: (at: Place) => void,
): Watchdog {
  let timer = setTimeout(lookOnce, silenceMs);
  let looking = false;
  /** Signs of life while looking: what was seen then was only work. */
  let signs = 0;
  let stopped = false;

  function lookOnce() {
    void look();
  }
  async function look() {
    looking = true;
    signs = 0;
    const at = await findLoop(subjects);
    looking = false;
    if (stopped) return;
    if (at && signs === 0) onStuck(at);
    else timer = setTimeout(lookOnce, silenceMs);
  }

  return {
    alive: () => {
      if (looking) signs += 1;
      else timer.refresh();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** The place in the subject where the thread loops; undefined when it is only busy, or gone. */
async function findLoop(subjects: readonly string[]): Promise<Place | undefined> {
  const thread = await attach();
  if (!thread) return undefined;
  try {
    if (await thread.turns()) return undefined;
    const stacks: (readonly Frame[])[] = [];
    for (let look = 0; look < looks; look += 1) {
      if (look > 0) await delay(pauseBetweenLooksMs);
      stacks.push(await thread.stack(subjects));
    }
    return loopOf(stacks);
  } finally {
    thread.detach();
  }
}

/** One call on the stack. */
export interface Frame extends Place {
  /** Where the function begins; equal for two calls of the same function. */
  readonly function: string;
}

/** The innermost function that every look met, at its first line seen: the loop is in there. */
export function loopOf(stacks: readonly (readonly Frame[])[]): Place | undefined {
  const [first, ...others] = stacks;
  const depth = (first ?? []).findIndex((frame, index) =>
    others.some((stack) => stack[index]?.function !== frame.function),
  );
  const shared = stacks.map((stack) => stack[(depth === -1 ? (first?.length ?? 0) : depth) - 1]);
  return shared.reduce(
    (earliest, frame) => (frame && earliest && frame.line < earliest.line ? frame : earliest),
    shared[0],
  );
}

interface Thread {
  /** Does the event loop still turn? */
  turns(): Promise<boolean>;
  /** Stops the thread for a moment, to see its calls in the subjects, outermost first. */
  stack(subjects: readonly string[]): Promise<readonly Frame[]>;
  detach(): void;
}

/** Attaches to the one worker thread that runs. Protocol: Chrome DevTools, and Node's NodeWorker domain. */
async function attach(): Promise<Thread | undefined> {
  const session = new Session();
  session.connect();
  const urls = new Map<string, string>();
  const waiting = new Map<number | 'paused', (answer: unknown) => void>();
  let lastId = 0;

  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const message = JSON.parse(params.message) as WorkerMessage;
    if (message.id !== undefined) settle(message.id, message.result);
    else if (message.method === 'Debugger.scriptParsed')
      urls.set(message.params.scriptId, message.params.url);
    else if (message.method === 'Debugger.paused') settle('paused', message.params.callFrames);
  });
  function settle(key: number | 'paused', answer: unknown) {
    waiting.get(key)?.(answer);
    waiting.delete(key);
  }
  function answer(key: number | 'paused'): Promise<unknown> {
    return Promise.race([new Promise((resolve) => waiting.set(key, resolve)), delay(turnMs)]);
  }

  const sessionId = await Promise.race([
    new Promise<string>((resolve) => {
      session.on('NodeWorker.attachedToWorker', ({ params }) => resolve(params.sessionId));
      session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    }),
    delay(turnMs),
  ]);
  if (sessionId === undefined) {
    session.disconnect();
    return undefined;
  }
  function send(method: string, params: object = {}): number {
    lastId += 1;
    session.post('NodeWorker.sendMessageToWorker', {
      sessionId: sessionId as string,
      message: JSON.stringify({ id: lastId, method, params }),
    });
    return lastId;
  }

  async function framesAfter(
    command: string,
    subjects: readonly string[],
  ): Promise<readonly Frame[]> {
    send(command);
    const frames = ((await answer('paused')) ?? []) as CallFrame[];
    return frames
      .map(({ location, functionLocation }) => ({
        file: pathOf(urls.get(location.scriptId) ?? ''),
        line: location.lineNumber + 1,
        function: JSON.stringify(functionLocation),
      }))
      .filter(({ file }) => subjects.some((subject) => isInside(subject, file)))
      .reverse();
  }

  return {
    turns: async () => {
      const expression = 'new Promise((turned) => setImmediate(turned))';
      return (
        (await answer(send('Runtime.evaluate', { expression, awaitPromise: true }))) !== undefined
      );
    },
    stack: async (subjects) => {
      if (urls.size === 0) send('Debugger.enable');
      let frames = await framesAfter('Debugger.pause', subjects);
      // Stopped between two microtasks: the function entered next says whose they are.
      if (frames.length === 0) frames = await framesAfter('Debugger.stepInto', subjects);
      send('Debugger.resume');
      return frames;
    },
    detach: () => session.disconnect(),
  };
}

interface CallFrame {
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
  readonly functionLocation?: object;
}

type WorkerMessage =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id?: undefined;
      readonly method: 'Debugger.paused';
      readonly params: { readonly callFrames: CallFrame[] };
    }
  | {
      readonly id?: undefined;
      readonly method: 'Debugger.scriptParsed';
      readonly params: { readonly scriptId: string; readonly url: string };
    };

function pathOf(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return isAbsolute(file) && path !== '' && !path.startsWith('..') && !isAbsolute(path);
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}
