import { KataError } from '../errors.ts';
import type { Catalogue } from './catalogue.ts';
import { current, standing, type Fact } from './progress.ts';

/** The workshop's days. agenda.json gives each day's start and durations; the times are computed here. */
export type Agenda = readonly Day[];

export interface Day {
  /** From 1. */
  readonly number: number;
  /** In order and without gaps: each begins when the one before it ends. */
  readonly slots: readonly Slot[];
}

/** A stretch of a day. Times are minutes since midnight. */
export interface Slot {
  readonly start: number;
  readonly end: number;
  readonly kind: SlotKind;
  readonly title: string;
  /** The exercise's name, for solo and mob. */
  readonly exercise: string | undefined;
  /** The talk's file stem, for lectures. */
  readonly lecture: string | undefined;
}

/** 'room' is anything the whole room does that is neither a talk nor an exercise. */
type SlotKind = 'lecture' | 'solo' | 'mob' | 'break' | 'lunch' | 'room';

/** @throws KataError unreadable-file, naming the first thing that is wrong in agenda.json */
export function parseAgenda(text: string): Agenda {
  return list(parseJson(text), 'days').map((day, index) => {
    const where = `day ${index + 1}`;
    let at = timeOfDay(day, where);
    const slots = list(day, 'items', where).flatMap((item, place) =>
      pieces(item, `${where}, item ${place + 1}`).map(({ minutes, ...piece }): Slot => {
        const start = at;
        at += minutes;
        return { start, end: at, ...piece };
      }),
    );
    return { number: index + 1, slots };
  });
}

type Piece = Omit<Slot, 'start' | 'end'> & { readonly minutes: number };

/** One item of the file: an exercise is done twice, first alone and then together. */
function pieces(item: Json, where: string): Piece[] {
  const kind = item['kind'];
  const title = textOf(item, 'title', where);
  const none = { exercise: undefined, lecture: undefined };
  switch (kind) {
    case 'exercise': {
      const own = { ...none, title, exercise: textOf(item, 'exercise', where) };
      return [
        { ...own, kind: 'solo', minutes: minutesOf(item, 'solo', where) },
        { ...own, kind: 'mob', minutes: minutesOf(item, 'mob', where) },
      ];
    }
    case 'lecture': {
      const lecture = textOf(item, 'lecture', where);
      return [{ ...none, kind, title, lecture, minutes: minutesOf(item, 'minutes', where) }];
    }
    case 'break':
    case 'lunch':
    case 'room':
      return [{ ...none, kind, title, minutes: minutesOf(item, 'minutes', where) }];
    default:
      return refuse(`${where}: “kind” is none of exercise, lecture, break, lunch, room`);
  }
}

/** Titles from the catalogue where an exercise is in it: the agenda may be ahead of it. */
export function withTitles(agenda: Agenda, catalogue: Catalogue): Agenda {
  const titles = new Map(catalogue.map(({ name, title }) => [name, title]));
  return agenda.map((day) => ({
    ...day,
    slots: day.slots.map((slot) => ({
      ...slot,
      title: titles.get(slot.exercise ?? '') ?? slot.title,
    })),
  }));
}

/** Where the workshop is. The clock gives the time, the exercise at hand gives the day. */
export interface Moment {
  readonly day: number;
  /** Minutes since midnight, by the machine's clock. */
  readonly time: number;
  /** The exercise that the day follows from; undefined before the first. */
  readonly exercise: string | undefined;
  /** Undefined before the day's start and after its end. */
  readonly now: Slot | undefined;
  /** What begins next, today or on the next day; undefined at the very end. */
  readonly next: (Slot & { readonly day: number }) | undefined;
}

/**
 * The kit does not know the workshop's dates. The day is that of the exercise touched last, or the one
 * after it when that exercise closes its day, is solved, and a night has passed.
 */
export function moment(agenda: Agenda, facts: readonly Fact[], now: Date): Moment {
  const touched = current(facts);
  const inAgenda = agenda.some(({ slots }) => slots.some((slot) => slot.exercise === touched));
  const exercise = inAgenda ? touched : undefined;
  const day = dayOf(agenda, facts, now);
  const time = now.getHours() * 60 + now.getMinutes();
  const upcoming = agenda
    .flatMap(({ number, slots }) => slots.map((slot) => ({ ...slot, day: number })))
    .find((slot) => slot.day > day || (slot.day === day && slot.start > time));
  const slots = agenda.find(({ number }) => number === day)?.slots ?? [];
  const running = slots.find(({ start, end }) => start <= time && time < end);
  return { day, time, exercise, now: running, next: upcoming };
}

function dayOf(agenda: Agenda, facts: readonly Fact[], now: Date): number {
  const last = facts.at(-1);
  const day = agenda.find(({ slots }) => slots.some((slot) => slot.exercise === last?.exercise));
  if (last === undefined || day === undefined) return 1;
  const closing = day.slots.findLast((slot) => slot.exercise !== undefined)?.exercise;
  const solved = standing(facts, last.exercise, now.getTime()).state === 'solved';
  const nightPassed = new Date(last.at).toDateString() !== now.toDateString();
  const over = last.exercise === closing && solved && nightPassed;
  return over ? Math.min(day.number + 1, agenda.length) : day.number;
}

type Json = Readonly<Record<string, unknown>>;

function refuse(what: string): never {
  throw new KataError(
    'unreadable-file',
    `lectures/agenda.json: ${what}.`,
    'git checkout -- lectures/agenda.json brings the file back.',
  );
}

function parseJson(source: string): Json {
  try {
    const value: unknown = JSON.parse(source);
    if (isObject(value)) return value;
  } catch {
    // Refused below, together with JSON that is no object.
  }
  return refuse('this is not a JSON object');
}

function list(json: Json, field: string, where = 'the file'): readonly Json[] {
  const value = json[field];
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
    ? value
    : refuse(`${where}: “${field}” must be a list of objects`);
}

function textOf(json: Json, field: string, where: string): string {
  const value = json[field];
  return typeof value === 'string' && value !== ''
    ? value
    : refuse(`${where}: “${field}” must be a text`);
}

function minutesOf(json: Json, field: string, where: string): number {
  const value = json[field];
  return typeof value === 'number' && Number.isInteger(value) && value > 0
    ? value
    : refuse(`${where}: “${field}” must be a whole number of minutes`);
}

function timeOfDay(json: Json, where: string): number {
  const [, hours, mins] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(textOf(json, 'start', where)) ?? [];
  return hours === undefined
    ? refuse(`${where}: “start” must be a time such as 09:30`)
    : Number(hours) * 60 + Number(mins);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
