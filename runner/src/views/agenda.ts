import { wrapAnsi } from 'fast-wrap-ansi';
import type { Agenda, Day, Moment, Slot } from '../domain/agenda.ts';
import { label, type Catalogue } from '../domain/catalogue.ts';
import { indent, margin, type Screen } from './screen.ts';

/** Both days, then what is now and what is next, where the eye is when the list has scrolled by. */
export function agendaScreen(
  screen: Screen,
  agenda: Agenda,
  moment: Moment,
  catalogue: Catalogue,
): string {
  const days = agenda.map((day) => dayText(screen, day, moment, catalogue));
  return indent([...days, nowAndNext(screen, moment, catalogue)].join('\n\n'));
}

/** The agenda with clock times for `kata agenda --json`. */
export function agendaDocument(agenda: Agenda, moment: Moment): unknown {
  return {
    day: moment.day,
    now: moment.now === undefined ? null : entry(moment.now),
    next: moment.next === undefined ? null : { day: moment.next.day, ...entry(moment.next) },
    days: agenda.map(({ number, slots }) => ({ day: number, entries: slots.map(entry) })),
  };
}

function entry({ start, end, kind, title, exercise, lecture }: Slot) {
  return { start: clock(start), end: clock(end), kind, title, exercise, lecture };
}

/** A mob has no line of its own: it stands at the right of its exercise. */
function dayText(screen: Screen, day: Day, moment: Moment, catalogue: Catalogue): string {
  const { style } = screen;
  const first = day.slots[0];
  const last = day.slots.at(-1);
  const hours = first && last ? `${clock(first.start)} to ${clock(last.end)}` : '';
  const title = `Day ${day.number}`;
  const room = screen.columns - 2 * margin.length - title.length;
  const head = style.bold(title) + style.dim(hours.padStart(room));
  const rows = day.slots.flatMap((slot, index) => {
    if (slot.kind === 'mob') return [];
    const after = day.slots[index + 1];
    const mob = slot.kind === 'solo' && after?.kind === 'mob' ? after : undefined;
    return [row(screen, slot, mob, progress(day, moment, slot, mob), catalogue)];
  });
  return [head, '', ...rows].join('\n');
}

type Progress = 'past' | 'now' | 'to come';

function progress(day: Day, moment: Moment, slot: Slot, mob: Slot | undefined): Progress {
  if (day.number !== moment.day) return day.number < moment.day ? 'past' : 'to come';
  if ((mob ?? slot).end <= moment.time) return 'past';
  return slot.start <= moment.time ? 'now' : 'to come';
}

const kinds: Readonly<Record<Slot['kind'], string>> = {
  lecture: 'talk',
  solo: 'exercise',
  mob: 'mob',
  break: '',
  lunch: '',
  room: '',
};

const exerciseWidth = '15 natural-idempotency'.length;

function row(
  { style, symbols, columns }: Screen,
  slot: Slot,
  mob: Slot | undefined,
  at: Progress,
  catalogue: Catalogue,
): string {
  const mark = (at === 'now' ? symbols.next : '').padEnd(margin.length);
  const name = slot.exercise && named(slot.exercise, catalogue).padEnd(exerciseWidth + 2);
  const lead = `${mark}${clock(slot.start)}  ${kinds[slot.kind].padEnd(10)}${name ?? ''}`;
  const right = mob ? `  mob ${clock(mob.start)}` : '';
  const width = columns - 2 * margin.length - lead.length - right.length;
  const [title = '', ...more] = wrapAnsi(slot.title, width).split('\n');
  const lines = [
    (lead + title.padEnd(width) + right).trimEnd(),
    ...more.map((text) => ' '.repeat(lead.length) + text),
  ];
  const paint = at === 'now' ? style.accent : at === 'past' ? style.dim : undefined;
  return (paint ? lines.map(paint) : lines).join('\n');
}

function nowAndNext({ style }: Screen, moment: Moment, catalogue: Catalogue): string {
  const { day, time, exercise, now, next } = moment;
  const told = exercise
    ? `Day ${day} follows from the exercise at hand, ${named(exercise, catalogue)}.`
    : `No exercise of the agenda was opened yet, so this is day ${day}.`;
  const running = now
    ? `${what(now, catalogue)}, until ${clock(now.end)}`
    : `day ${day} ${next?.day === day ? 'has not begun' : 'is over'}`;
  const follows = next
    ? `${next.day === day ? '' : `day ${next.day}, `}${clock(next.start)}, ${what(next, catalogue)}`
    : 'nothing, this was the last day';
  return [
    `now   ${style.bold(`${clock(time)}, ${running}`)}`,
    `next  ${follows}`,
    style.dim(`      ${told}`),
  ].join('\n');
}

function what(slot: Slot, catalogue: Catalogue): string {
  switch (slot.kind) {
    case 'solo':
      return `everyone alone on ${named(slot.exercise ?? slot.title, catalogue)}`;
    case 'mob':
      return `the mob on ${named(slot.exercise ?? slot.title, catalogue)}`;
    case 'lecture':
      return `the talk: ${slot.title}`;
    case 'break':
    case 'lunch':
    case 'room':
      return slot.title;
  }
}

/** An exercise that is not in the catalogue yet has a name but no number. */
function named(name: string, catalogue: Catalogue): string {
  const exercise = catalogue.find((known) => known.name === name);
  return exercise ? label(exercise) : name;
}

/** 570 → '09:30' */
function clock(minutes: number): string {
  const parts = [Math.floor(minutes / 60), minutes % 60];
  return parts.map((value) => String(value).padStart(2, '0')).join(':');
}
