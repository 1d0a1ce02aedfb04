import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, describe, expect, test } from 'vitest';
import { openLectures } from '../src/adapters/lectures.ts';
import type { Kata } from '../src/commands/command.ts';
import { lecture } from '../src/commands/lecture.ts';
import { parseAgenda } from '../src/domain/agenda.ts';
import { find } from '../src/domain/catalogue.ts';
import type { Exercise } from '../src/domain/exercise.ts';
import { parseLecture, speakingMinutes } from '../src/domain/lecture.ts';
import { lectureText } from '../src/views/lecture.ts';
import { colourless, plain, unicode, type Screen } from '../src/views/screen.ts';

const screen: Screen = { columns: 80, style: colourless, symbols: unicode };

const talk = `# Order

Messages overtake each other.

> **Speaker, 1.5 min.** Show it with **two** cups.

---

## A drawing

\`\`\`text
a ──► b
---
\`\`\`

> A quote for everyone.

---

## Sources

- A *book*.
`;

const folder = mkdtempSync(join(tmpdir(), 'lectures-'));
mkdirSync(join(folder, 'lectures'));
writeFileSync(join(folder, 'lectures/06-order.md'), talk);
writeFileSync(join(folder, 'lectures/09-outbox.md'), '# Outbox\n\nText.\n');
writeFileSync(join(folder, 'lectures/FACILITATOR.md'), '# For facilitators\n');
afterAll(() => rmSync(folder, { recursive: true }));

describe('a talk', () => {
  test('is cut at its rules, but never inside a drawing', () => {
    expect(parseLecture(talk).slides.map(({ title }) => title)).toEqual(['Order', 'A drawing']);
    expect(parseLecture(talk).slides[1]?.body).toContain('---');
  });

  test('keeps what is for the speaker apart from what is for the room', () => {
    const [first, second] = parseLecture(talk).slides;
    expect(first?.notes).toEqual({ minutes: 1.5, text: 'Show it with **two** cups.' });
    expect(second?.notes).toBeUndefined();
    expect(second?.body).toContain('> A quote for everyone.');
  });

  test('shows on each slide how far it is, and ends with its sources and the next step', () => {
    const exercise = { number: 6, name: 'immutable-facts' } as Exercise;
    expect(lectureText(screen, parseLecture(talk), exercise)).toMatchInlineSnapshot(`
      "  Order                                                           slide 1 of 2

        Messages overtake each other.

        For the speaker, 1.5 min
          Show it with two cups.

        ────────────────────────────────────────────────────────────────────────────

        A drawing                                                       slide 2 of 2

          a ──► b
          ---

        │ A quote for everyone.

        ────────────────────────────────────────────────────────────────────────────

        Sources
        ───────

        • A _book_.

        → kata goto 06   the exercise after this talk: 06 immutable-facts"
    `);
  });

  test('dims the notes and nothing else of the text', () => {
    const dimmed: Screen = { ...screen, style: { ...colourless, dim: (text) => `<d>${text}</d>` } };
    const text = lectureText(dimmed, parseLecture(talk), undefined);
    expect(text).toContain('<d>  For the speaker, 1.5 min</d>\n<d>    Show it with two cups.</d>');
    expect(text).toContain('\n  Messages overtake each other.\n');
  });
});

const exercise = (number: number, name: string, talkBefore?: string) =>
  ({ number, name, id: `0${number}-${name}`, lecture: talkBefore }) as Exercise;

describe('kata lecture', () => {
  const catalogue = [
    exercise(5, 'natural-idempotency'),
    exercise(6, 'immutable-facts', '06-order'),
    exercise(7, 'message-identity', '07-identity'),
  ];

  async function run(asked: string | undefined, atHand = '06') {
    const pages: string[] = [];
    const kata: Partial<Kata> = {
      catalogue,
      lectures: openLectures(folder),
      screen,
      terminal: { page: async (text) => void pages.push(text) } as Kata['terminal'],
      exercise: (named) => find(catalogue, named ?? atHand),
    };
    expect(await lecture(kata as Kata, { lecture: asked })).toBe(0);
    return pages.join('\n');
  }

  test('shows the talk before the exercise at hand', async () => {
    expect(await run(undefined)).toContain('Messages overtake each other.');
  });

  test.each(['6', '06', '06-order', 'order', 'immutable-facts', '06-immutable-facts'])(
    'finds a talk by number, by its own name or by its exercise: %s',
    async (asked) => {
      expect(await run(asked)).toContain('Messages overtake each other.');
    },
  );

  test('finds the talk of a number whose exercise is not there yet', async () => {
    expect(await run('9')).toContain('Outbox');
  });

  test.each([
    ['16', '06', 'There is no talk 16.'],
    ['facilitator', '06', 'There is no talk facilitator.'],
    ['../package', '06', 'There is no talk ../package.'],
    ['7', '06', 'There is no talk 7.'],
    [undefined, '05', 'There is no talk right before 05-natural-idempotency.'],
    [undefined, '07', 'The talk before 07-message-identity, 07-identity, is not in lectures/ yet.'],
  ])('says what there is when there is no such talk: %s at %s', async (asked, atHand, message) => {
    await expect(run(asked, atHand)).rejects.toMatchObject({
      code: 'no-lecture',
      message,
      remedy: 'These are there: 06-order, 09-outbox. Read one with kata lecture NAME.',
    });
  });

  test('says which folder is missing and how it comes back', async () => {
    await expect(openLectures(join(folder, 'nowhere')).names()).rejects.toMatchObject({
      code: 'unreadable-file',
      remedy: 'It is part of the kit: git checkout -- lectures brings it back.',
    });
  });
});

const root = join(import.meta.dirname, '../..');
const lectures = openLectures(root);
const planned = parseAgenda(await lectures.agenda()).flatMap(({ slots }) => slots);
const talks = (await lectures.names()).map((name) => ({ name }));

test('the workshop opens with a talk', () => {
  expect(talks[0]).toEqual({ name: '01-why-messages' });
});

describe.each(talks)('the talk $name', ({ name }) => {
  test('takes the minutes that the agenda gives it, slide by slide', async () => {
    const parsed = parseLecture(await lectures.read(name));
    const slot = planned.find((item) => item.lecture === name);
    expect(parsed.slides.filter(({ notes }) => notes === undefined)).toEqual([]);
    expect(speakingMinutes(parsed)).toBe((slot?.end ?? 0) - (slot?.start ?? 0));
  });

  test('has the title that the agenda announces, and names its sources', async () => {
    const parsed = parseLecture(await lectures.read(name));
    expect(parsed.title).toBe(planned.find((item) => item.lecture === name)?.title);
    expect(parsed.sources).toMatch(/^- /);
  });

  test('fits 80 columns, drawings included', async () => {
    const text = lectureText(screen, parseLecture(await lectures.read(name)), undefined);
    expect(text.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([]);
  });

  test('can be read on a terminal that knows only ASCII', async () => {
    const ascii = { ...screen, symbols: plain };
    const text = lectureText(ascii, parseLecture(await lectures.read(name)), undefined);
    expect(text.match(/[^\n -~]/gu)).toBeNull();
  });
});
