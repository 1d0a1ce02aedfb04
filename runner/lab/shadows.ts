/**
 * What stands in for the world outside while the learner's code runs. Time and chance are the execution's
 * own; whatever else Node offers leads out of the lab, and is refused by name at its first use.
 */
import type { Mistake } from './verdict.ts';

/** The execution in whose name code runs now. */
export interface Running {
  /** Milliseconds since the epoch, by the clock of the process that runs. */
  now(): number;
  /** From 0 to 1, the same in every repetition. */
  random(): number;
  /** Ends the execution, also where the learner's code catches the error. */
  refuse(mistake: Mistake): never;
}

let running: Running | undefined;

export function runAs(execution: Running | undefined): void {
  running = execution;
}

/** What the language itself gives, less what depends on time, on chance or on the collector of garbage. */
const language = new Set(
  `Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Error EvalError Float16Array
  Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map NaN Number
  Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError
  URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet AggregateError
  SuppressedError decodeURI decodeURIComponent encodeURI encodeURIComponent escape isFinite isNaN
  parseFloat parseInt undefined unescape URL URLSearchParams TextDecoder TextEncoder console
  structuredClone queueMicrotask`.split(/\s+/),
);

const remedies: Readonly<Record<string, string>> = {
  setTimeout: 'To do something later, send a message with delaySeconds; to try again, throw.',
  setInterval: 'To do something later, send a message with delaySeconds.',
  setImmediate: 'Await the call that you wait for; nothing else takes time in the lab.',
  fetch:
    'Third parties are reached with services.http, which may lose an answer like the real one.',
  crypto: 'services.ids.next() gives an id that nobody else has.',
  performance: 'services.clock.now() tells the time.',
  globalThis: 'What shall outlive a call belongs into the store.',
  global: 'What shall outlive a call belongs into the store.',
};
const otherwise = 'Use the services that the handler is given instead.';

/** Stand-ins by the name that they shadow. `refuse` is called at the first use of a refused one. */
export function shadows(): Readonly<Record<string, unknown>> {
  const refused = new Set(['globalThis', 'process', 'Buffer', 'eval', 'Function']);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!language.has(name) && /^[A-Za-z_$][\w$]*$/.test(name)) refused.add(name);
  }
  return {
    ...Object.fromEntries([...refused].map((name) => [name, outsider(name)])),
    Date: deterministicDate,
    Math: deterministicMath,
  };
}

function outsider(name: string): unknown {
  const refuse = (): never => {
    const mistake: Mistake = {
      code: 'left-the-lab',
      message: `${name} leads out of the lab: with it, no execution could be repeated.`,
      remedy: remedies[name] ?? otherwise,
    };
    if (!running) throw new Error(mistake.message);
    return running.refuse(mistake);
  };
  return new Proxy(refuse, { apply: refuse, construct: refuse, get: refuse, set: refuse });
}

const now = (): number => running?.now() ?? 0;

/** `new Date(2026, 1)` works as ever; without arguments it is the execution's time. */
const deterministicDate = new Proxy(Date, {
  construct: (target, args) =>
    args.length === 0 ? new target(now()) : Reflect.construct(target, args),
  apply: () => new Date(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

const deterministicMath = new Proxy(Math, {
  get: (target, name) =>
    name === 'random' ? () => running?.random() ?? 0.5 : Reflect.get(target, name),
});
