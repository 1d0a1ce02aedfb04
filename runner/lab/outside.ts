/**
 * The words for what leads out of the lab. The type checker meets most of it before the lab does, because
 * an exercise has no types for it; so these words have a file of their own, which needs nothing else.
 */
import type { Mistake } from './verdict.ts';

/** What the language itself gives, less what depends on time, on chance or on the collector of garbage. */
const language = new Set(
  `Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Error EvalError Float16Array
  Float32Array Float64Array Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map NaN Number
  Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError
  URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet AggregateError
  SuppressedError decodeURI decodeURIComponent encodeURI encodeURIComponent escape isFinite isNaN
  parseFloat parseInt undefined unescape URL URLSearchParams TextDecoder TextEncoder console
  structuredClone queueMicrotask Date Math`.split(/\s+/),
);

/** What there is besides the properties of the global object: in CommonJS modules, and in browsers. */
const elsewhere = new Set(
  `require module __dirname __filename NodeJS Bun Deno window self document localStorage sessionStorage
  indexedDB XMLHttpRequest alert requestAnimationFrame`.split(/\s+/),
);

/** Names that the lab shadows: all that Node puts into the global object, and the ways to make code of text. */
export function refusedNames(): readonly string[] {
  const names = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !language.has(name) && /^[A-Za-z_$][\w$]*$/.test(name),
  );
  return [...new Set([...names, 'globalThis', 'process', 'Buffer', 'eval', 'Function'])];
}

interface Words {
  /** Why it does not go together with a lab. */
  readonly because: string;
  readonly instead: string;
}

const timer: Words = {
  because: 'a timer dies with its process, and nobody brings it back',
  instead: 'To do something later, send a message with delaySeconds; to try again, throw.',
};
const realTime: Words = {
  because: 'it tells the time of this machine, which no two executions share',
  instead: 'services.clock.now() and Date.now() tell the time of the execution.',
};
const network: Words = {
  because: 'what answers there answers differently each time',
  instead:
    'Third parties are reached with services.http, which may lose an answer like the real one.',
};
const outliving: Words = {
  because: 'what is kept there would outlive the process, and be shared by all of them',
  instead: 'What shall outlive a call belongs into the store.',
};
const codeOfText: Words = {
  because: 'code that is made of text escapes its guards',
  instead: 'Write the code into the file itself.',
};
const machine: Words = {
  because: 'it differs from machine to machine',
  instead: 'What a handler must know comes with its request, its message or its services.',
};
const ofNode: Words = {
  because: 'with it, no execution could be repeated',
  instead: 'Use the services that the handler is given instead.',
};

const words: Readonly<Record<string, Words>> = {
  setTimeout: timer,
  setInterval: timer,
  setImmediate: {
    because: 'the lab decides whose turn is next',
    instead: 'Await the call that you wait for; nothing else takes time in the lab.',
  },
  performance: realTime,
  Temporal: realTime,
  fetch: network,
  XMLHttpRequest: network,
  WebSocket: network,
  EventSource: network,
  crypto: {
    because: 'its values differ in each execution',
    instead: 'services.ids.next() gives an id that nobody else has; Math.random() can be repeated.',
  },
  globalThis: outliving,
  global: outliving,
  localStorage: outliving,
  sessionStorage: outliving,
  indexedDB: outliving,
  eval: codeOfText,
  Function: codeOfText,
  process: machine,
  Buffer: {
    because: 'it belongs to Node, and not to the language',
    instead: 'Strings and Uint8Array are the language’s own.',
  },
  require: {
    because: 'a module of Node’s or of somebody else’s does things that cannot be repeated',
    instead: 'Import from #lab or from the files beside this one.',
  },
};

/** Somebody uses what the lab does not control. Undefined: the name means nothing outside either. */
export function leadsOut(name: string): Mistake | undefined {
  if (!elsewhere.has(name) && !refusedNames().includes(name)) return undefined;
  const { because, instead } = words[name] ?? ofNode;
  return {
    code: 'left-the-lab',
    message: `${name} leads out of the lab: ${because}.`,
    remedy: instead,
  };
}

/** @param from  the file that imports, relative to the subject's folder */
export function importRefused(from: string, request: string): Mistake {
  return {
    code: 'import-refused',
    message: `${from} imports '${request}', which the lab does not control.`,
    remedy:
      'Import from #lab or from the files beside it; what a handler needs comes with its services.',
  };
}
