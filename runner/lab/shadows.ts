/**
 * What stands in for the world outside while the learner's code runs. Time and chance are the execution's
 * own; whatever else Node offers leads out of the lab, and is refused by name at its first use.
 */
import { MistakeError } from './mistake.ts';
import { leadsOut, refusedNames } from './outside.ts';
import { at, callSite } from './source-line.ts';
import type { Mistake } from './verdict.ts';

/** The execution in whose name code runs now. */
export interface Running {
  /** Milliseconds since the epoch, by the clock of the process that runs. */
  now(): number;
  /** From 0 to 1, the same in every repetition. */
  random(): number;
  /** Ends the execution, also where the learner's code catches the error. */
  refuse(mistake: Mistake): never;
  /** A promise was rejected, and nobody handles it. */
  rejected(error: unknown): void;
}

let running: Running | undefined;

export function runAs(execution: Running | undefined): void {
  running = execution;
}

/** Tells the learner's innermost line in the folder. @throws MistakeError */
export function refuse(mistake: Mistake, folder: string): never {
  if (running) return running.refuse(mistake);
  // A file is loaded to see what it exports.
  throw new MistakeError({ ...mistake, ...at(callSite(folder)) });
}

/** Whether an execution runs, and so was told. */
export function tellRejected(error: unknown): boolean {
  running?.rejected(error);
  return running !== undefined;
}

/** Stand-ins by the name that they shadow, for the files of one folder. */
export function shadows(folder: string): Readonly<Record<string, unknown>> {
  closeBackDoors();
  return {
    ...Object.fromEntries(refusedNames().map((name) => [name, outsider(name, folder)])),
    Date: deterministicDate,
    Math: deterministicMath,
  };
}

const traps =
  `apply construct get set has deleteProperty defineProperty ownKeys getOwnPropertyDescriptor
  getPrototypeOf setPrototypeOf`.split(/\s+/);

/** Any use of it but `typeof` is refused. */
function outsider(name: string, folder: string): unknown {
  const use = (): never => refuse(leadsOut(name)!, folder);
  // Only a function can be called, and only one of the old kind can be called with `new`.
  return new Proxy(function () {}, Object.fromEntries(traps.map((trap) => [trap, use])));
}

/** The real time only where no execution runs, and so nothing comes of it. */
const now = (): number => running?.now() ?? Date.now();
const random = (): number => running?.random() ?? Math.random();

/** `new Date(2026, 1)` works as ever; without arguments it is the execution's time. */
const deterministicDate = new Proxy(Date, {
  construct: (target, args, called) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, called) as object,
  apply: () => new Date(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

/** Frozen, because all processes share it. */
const deterministicMath: unknown = Object.freeze(
  Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(Math), random: { value: random } },
  ),
);

let closed = false;

/**
 * Values of the language know their constructors, and a date without arguments is now: what could be
 * reached that way is replaced for the whole thread. Where no execution runs, all is as it was.
 */
function closeBackDoors(): void {
  if (closed) return;
  closed = true;
  replace(Date.prototype, 'constructor', deterministicDate);
  const functions = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const each of functions) {
    const prototype = Object.getPrototypeOf(each) as { constructor: FunctionConstructor };
    replace(prototype, 'constructor', guarded(prototype.constructor));
  }
  const { prototype } = Intl.DateTimeFormat;
  const format = Object.getOwnPropertyDescriptor(prototype, 'format')!.get!;
  Object.defineProperty(prototype, 'format', {
    get(this: Intl.DateTimeFormat): Intl.DateTimeFormat['format'] {
      const ofThis = format.call(this) as Intl.DateTimeFormat['format'];
      return running ? (date = now()) => ofThis(date) : ofThis;
    },
  });
  const { formatToParts } = prototype;
  replace(
    prototype,
    'formatToParts',
    function (this: Intl.DateTimeFormat, date: Date | number = now()) {
      return formatToParts.call(this, date);
    },
  );
}

/** Makes functions of text, except in an execution. */
function guarded(constructor: FunctionConstructor): FunctionConstructor {
  return new Proxy(constructor, {
    apply(target, self, args) {
      running?.refuse(leadsOut('Function')!);
      return Reflect.apply(target, self, args) as unknown;
    },
    construct(target, args, called) {
      running?.refuse(leadsOut('Function')!);
      return Reflect.construct(target, args, called) as object;
    },
  });
}

function replace(of: object, name: string, value: unknown): void {
  Object.defineProperty(of, name, { value });
}
