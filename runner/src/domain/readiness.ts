/** Is this machine ready for the workshop? What was seen goes in, findings with remedies come out. */

/** What an adapter saw on the machine. A probe that failed leaves its reason. */
export interface Observations {
  /** Without the leading v: '20.19.0'. */
  readonly node: string;
  /** The native module loads and answers; its SQLite's version. */
  readonly sqlite: Probe<string>;
  /** A database was opened in a file, written, closed and read again. */
  readonly database: Probe<DatabaseSeen>;
  /** The version that git reported of itself. */
  readonly git: Probe<string>;
  readonly terminal: TerminalSeen;
  readonly clock: ClockSeen;
  /** Undefined when the workshop's folder is not found. */
  readonly workshop: WorkshopSeen | undefined;
}

export type Probe<T> = { readonly seen: T } | { readonly failed: string };

export interface DatabaseSeen {
  /** As the database answered: 'wal' when all is well. */
  readonly journalMode: string;
  /** The row that was written came back after the file was opened anew. */
  readonly kept: boolean;
  /** The folder of the database, for a reader. */
  readonly folder: string;
}

export interface TerminalSeen {
  readonly interactive: boolean;
  readonly columns: number;
  readonly colours: boolean;
  readonly unicode: boolean;
  /** The variable TERM, empty when it is not set. */
  readonly term: string;
}

export interface ClockSeen {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How much further the wall clock moved than the monotonic one while the machine was looked at, in ms. */
  readonly driftMs: number;
  /** 'Europe/Warsaw', empty when the system knows none. */
  readonly zone: string;
  /** Minutes east of Greenwich. */
  readonly offsetMinutes: number;
}

export interface WorkshopSeen {
  readonly root: string;
  /** Bytes that this person may still write below the root. */
  readonly free: Probe<number>;
  /** A file was written to .kata, read back and removed; how many bytes it had. */
  readonly written: Probe<number>;
  /** Each source of the kit with the moment it and its compiled twin were last written, in ms. */
  readonly build: Probe<
    readonly {
      readonly source: string;
      readonly at: number;
      readonly builtAt: number | undefined;
    }[]
  >;
  /** Progress databases that were set aside, as paths relative to the root. */
  readonly leftovers: readonly string[];
}

export interface Finding {
  readonly topic: string;
  readonly status: 'ok' | 'warning' | 'problem';
  /** What was seen, without a full stop. */
  readonly seen: string;
  /** What to do, one sentence; only where something is to be done. */
  readonly remedy?: string;
}

/** Below this the vault and a build soon fail. */
const freeLeastBytes = 50e6;
/** Twice the vault's bound and room for an `npm ci`. */
const freeAmpleBytes = 500e6;
/** A wall clock that is being set or slewed hard; ordinary time keeping stays far below. */
const driftMostMs = 250;
/** File times and the clock may disagree by this much, on network drives for example. */
const futureMostMs = 60_000;

/** The whole report, in the order of the screen. */
export function findings(seen: Observations): readonly Finding[] {
  const of = seen.workshop;
  return [
    node(seen.node),
    sqlite(seen.sqlite, seen.database),
    git(seen.git),
    terminal(seen.terminal),
    ...(of ? [space(of.free), writing(of.written)] : []),
    clock(seen.clock, of),
    ...(of ? [build(of.build), ...leftovers(of.leftovers)] : []),
  ];
}

/** No problem among them; warnings are allowed. */
export function ready(report: readonly Finding[]): boolean {
  return report.every((finding) => finding.status !== 'problem');
}

/** The range of package.json's engines: ^20.19 || ^22.13 || >=24. A test keeps the two equal. */
export function supportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}

function node(version: string): Finding {
  if (supportedNode(version)) return ok('Node', version);
  return problem(
    'Node',
    `${version}, which the kit does not support`,
    'Install Node 20.19 or later, 22.13 or later, or 24; then run npm ci again.',
  );
}

function sqlite(native: Probe<string>, database: Probe<DatabaseSeen>): Finding {
  const topic = 'SQLite';
  if ('failed' in native) {
    return problem(
      topic,
      native.failed,
      'In the workshop’s folder run npm rebuild better-sqlite3.',
    );
  }
  const elsewhere =
    'Clone the workshop to a local disk where you may write: shared and synchronised folders break databases.';
  if ('failed' in database)
    return problem(topic, `${native.seen}, but ${database.failed}`, elsewhere);
  const { journalMode, kept, folder } = database.seen;
  if (journalMode !== 'wal') {
    return problem(
      topic,
      `${native.seen}, but ${folder} refuses write-ahead logging (${journalMode})`,
      elsewhere,
    );
  }
  if (!kept)
    return problem(topic, `${native.seen}, but a row written in ${folder} was lost`, elsewhere);
  return ok(topic, `${native.seen}, wrote and read a WAL database in ${folder}`);
}

function git(probe: Observations['git']): Finding {
  if ('seen' in probe) return ok('git', probe.seen);
  return warning(
    'git',
    probe.failed,
    'Install git if your mob works across machines; nothing else needs it.',
  );
}

function terminal({ interactive, columns, colours, unicode, term }: TerminalSeen): Finding {
  const facts = [
    interactive ? `${columns} columns` : 'not a terminal: plain lines, no questions asked',
    colours ? 'colours' : 'no colours',
    unicode ? 'Unicode' : 'no Unicode',
    `TERM ${term || 'not set'}`,
  ].join(', ');
  if (interactive && term === 'dumb') {
    return warning(
      'terminal',
      facts,
      'kata watch cannot redraw here; use another terminal for it.',
    );
  }
  if (interactive && columns < 80) {
    return warning('terminal', facts, 'Widen the window: diagrams want 80 columns.');
  }
  if (interactive && !unicode) {
    return warning(
      'terminal',
      facts,
      'Set a UTF-8 locale, such as LANG=C.UTF-8, for better diagrams.',
    );
  }
  return ok('terminal', facts);
}

function space(free: Probe<number>): Finding {
  const topic = 'disk space';
  if ('failed' in free)
    return warning(topic, free.failed, 'Make sure by hand that 500 MB are free.');
  const seen = `${bytes(free.seen)} free`;
  if (free.seen < freeLeastBytes) return problem(topic, seen, 'Free at least 500 MB.');
  if (free.seen < freeAmpleBytes) return warning(topic, seen, 'Free some space, 500 MB are ample.');
  return ok(topic, seen);
}

function writing(written: Probe<number>): Finding {
  if ('seen' in written)
    return ok('.kata', `wrote, read and removed a file of ${bytes(written.seen)}`);
  return problem(
    '.kata',
    written.failed,
    'Make the workshop’s folder writable for you, or clone it where you may write.',
  );
}

function clock(seen: ClockSeen, workshop: WorkshopSeen | undefined): Finding {
  const zone = seen.zone || 'unknown time zone';
  const facts = `${localTime(seen)}, ${zone}, steady within ${Math.ceil(Math.abs(seen.driftMs))} ms`;
  if (Math.abs(seen.driftMs) > driftMostMs) {
    return warning(
      'clock',
      facts,
      'The clock is being moved; wait until it is set, times of work would be wrong.',
    );
  }
  const newest =
    workshop && 'seen' in workshop.build
      ? Math.max(0, ...workshop.build.seen.map((file) => file.at))
      : 0;
  if (newest > seen.now + futureMostMs) {
    return warning(
      'clock',
      `${facts}, yet files here are from later`,
      'Set the date and time of this machine.',
    );
  }
  if (seen.zone === '') {
    return warning(
      'clock',
      facts,
      'Set the time zone of this machine; kata agenda goes by local time.',
    );
  }
  return ok('clock', facts);
}

function build(probe: WorkshopSeen['build']): Finding {
  const remedy = 'In the workshop’s folder run npm run build.';
  if ('failed' in probe) return problem('build', probe.failed, remedy);
  const missing = probe.seen.filter((file) => file.builtAt === undefined);
  const older = probe.seen.filter((file) => file.builtAt !== undefined && file.builtAt < file.at);
  if (missing[0]) {
    return problem(
      'build',
      `${missing[0].source} is not compiled${andMore(missing.length)}`,
      remedy,
    );
  }
  if (older[0]) {
    return warning(
      'build',
      `${older[0].source} was edited after it was compiled${andMore(older.length)}`,
      remedy,
    );
  }
  return ok('build', `every source is compiled, ${probe.seen.length} in all`);
}

function leftovers(files: readonly string[]): readonly Finding[] {
  if (files.length === 0) return [];
  return [
    warning(
      'set aside',
      files.join(', '),
      'A progress file was damaged or from a newer kit; it was kept. Delete it once nothing is missed.',
    ),
  ];
}

function ok(topic: string, seen: string): Finding {
  return { topic, status: 'ok', seen };
}

function warning(topic: string, seen: string, remedy: string): Finding {
  return { topic, status: 'warning', seen, remedy };
}

function problem(topic: string, seen: string, remedy: string): Finding {
  return { topic, status: 'problem', seen, remedy };
}

function andMore(count: number): string {
  return count === 1 ? '' : `, and ${count - 1} more`;
}

/** Decimal units, as disks are sold: '512 bytes', '4.1 kB', '93 GB'. */
function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)),
  );
  const value = count / 1000 ** step;
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}

/** '2026-01-02 09:30', by the offset that was seen and not by this process's own zone. */
function localTime({ now, offsetMinutes }: ClockSeen): string {
  return new Date(now + offsetMinutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}
