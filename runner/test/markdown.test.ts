import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { markdown } from '../src/views/markdown.ts';
import { colourless, plain, unicode, type Screen } from '../src/views/screen.ts';

const screen: Screen = { columns: 80, style: colourless, symbols: unicode };

/** Shows where paint begins and ends. */
const painted: Screen = {
  ...screen,
  style: { ...colourless, bold: (text) => `<b>${text}</b>`, dim: (text) => `<d>${text}</d>` },
};

const brief = `# Double click

A customer clicks **submit** twice and *two* parcels arrive. The order is made in
\`checkout.ts\`, which you find [in the workspace](checkout.ts).

## What to build

- One order per submitted cart, whoever asks and however often they do, also when two web processes work.
  - The second click gets the first one's answer.
  - Nothing else changes.
- [x] read the brief
- [ ] edit one file

1. load
2. save, but only
   if nothing came between

\`\`\`ts
const cart = await carts.load('cart-7'); // a line of code is never wrapped, even where it is long
  await save(cart);
\`\`\`

> What would your code do?
>
> > And the store?

### Discuss

Then *stop*.

---

See [in the workspace](checkout.ts) again, or <https://example.org>.
`;

describe('a brief in the terminal', () => {
  test('reads well without colour', () => {
    expect(markdown(screen, brief)).toMatchInlineSnapshot(`
      "  Double click
        ────────────

        A customer clicks submit twice and _two_ parcels arrive. The order is made
        in \`checkout.ts\`, which you find in the workspace (checkout.ts).

        What to build
        ─────────────

        • One order per submitted cart, whoever asks and however often they do, also
          when two web processes work.
          • The second click gets the first one's answer.
          • Nothing else changes.
        • [x] read the brief
        • [ ] edit one file

        1. load
        2. save, but only if nothing came between

          const cart = await carts.load('cart-7'); // a line of code is never wrapped, even where it is long
            await save(cart);

        │ What would your code do?
        │
        │ │ And the store?

        Discuss
        Then _stop_.

        ────────────────────────────────────────────────────────────────────────────

        See in the workspace again, or https://example.org."
    `);
  });

  test('is painted in the colours of the screen', () => {
    const text = markdown(painted, '# Title\n\nSome **bold `code`** and `code`, [text](a.md).');
    expect(text).toMatchInlineSnapshot(`
      "  <b>Title</b>
        <d>─────</d>

        Some <b>bold \`code\`</b> and <d>\`</d>code<d>\`</d>, text <d>(a.md)</d>."
    `);
  });

  test('says the same in colour as without, at every width', () => {
    const { bold, dim } = new Chalk({ level: 1 });
    for (let columns = 40; columns <= 120; columns += 1) {
      const coloured = { ...screen, columns, style: { ...colourless, bold, dim } };
      expect(stripVTControlCharacters(markdown(coloured, brief))).toBe(
        markdown({ ...screen, columns }, brief),
      );
    }
  });

  test('shows nothing of HTML comments and tags, and reads character references', () => {
    expect(markdown(screen, 'a<br>b <!-- hidden -->&amp; <kbd>c</kbd> &lt;d&gt; &unknown;')).toBe(
      '  a\n  b & c <d> &unknown;',
    );
  });

  test('leaves what stands in code as it was written', () => {
    expect(markdown(screen, '`a &amp; <b>`\n\n    <i> **x**')).toBe(
      '  `a &amp; <b>`\n\n    <i> **x**',
    );
  });

  test('keeps an address whole, so that it can be copied', () => {
    const address = `https://example.org/${'long/'.repeat(20)}`;
    expect(markdown(screen, `Read it at <${address}>.`)).toContain(address);
  });
});

describe('a table in the terminal', () => {
  const small = '| parts | up |\n|:-:|--:|\n| 1 | 99.9 % |\n| six | 99.4 % |';

  test('is aligned as its author wished', () => {
    expect(markdown(screen, small)).toMatchInlineSnapshot(`
      "  parts      up
        ─────  ──────
          1    99.9 %
         six   99.4 %"
    `);
  });

  test('that is too wide wraps in its widest columns and shows its rows apart', () => {
    const text = `| what we get | what we pay |
|---|---|
| a part can be down while all of the others still do their work | the result comes later |
| a rush waits | queues grow, and somebody has to look at them from time to time, or nobody does |`;
    expect(markdown(screen, text)).toMatchInlineSnapshot(`
      "  what we get                            what we pay
        ─────────────────────────────────────  ─────────────────────────────────────
        a part can be down while all of the    the result comes later
        others still do their work

        a rush waits                           queues grow, and somebody has to look
                                               at them from time to time, or nobody
                                               does"
    `);
  });

  test('fits the screen at every width from 40 columns on, and loses no word', () => {
    const words = 'alpha beta gamma delta epsilon zeta eta theta';
    const text = `| a | b | c |\n|---|--:|---|\n| ${words} | ${words} | ${words} |`;
    for (let columns = 40; columns <= 160; columns += 1) {
      const lines = markdown({ ...screen, columns }, text).split('\n');
      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
      const letters = lines.join('').replace(/[^a-z]/g, '');
      expect(letters).toHaveLength('abc'.length + 3 * words.replaceAll(' ', '').length);
    }
  });
});

describe('prose at every width', () => {
  test('stays within the screen', () => {
    const prose = brief.replace(/```[\s\S]*?```/, '');
    for (let columns = 40; columns <= 120; columns += 1) {
      for (const line of markdown({ ...screen, columns }, prose).split('\n')) {
        expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('a terminal without Unicode', () => {
  test('shows drawings in ASCII, column by column where they were', () => {
    const text = '```text\n┌───┐   a\n│ x │──► “b” — c\n└───┘\n```\n\n- item';
    expect(markdown({ ...screen, symbols: plain }, text)).toMatchInlineSnapshot(`
      "    +---+   a
          | x |--> "b" - c
          +---+

        - item"
    `);
  });
});
