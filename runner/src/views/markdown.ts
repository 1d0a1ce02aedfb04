import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import { colourless, indent, margin, plain, type Screen, type Style } from './screen.ts';

/**
 * Markdown as text for the terminal, with the screen's margins and no line end after the last line.
 * Prose is wrapped; code blocks and drawings keep their lines, four columns in, so 76 columns of
 * drawing fit an 80-column screen. Nothing is told by colour alone.
 */
export function markdown(screen: Screen, source: string): string {
  const page: Page = { screen, width: screen.columns - 2 * margin.length, shown: new Set() };
  const text = indent(blocks(page, lexer(source)));
  return showable(screen, text);
}

/** What rendering needs beside the token. */
interface Page {
  readonly screen: Screen;
  /** Columns left for this block. */
  readonly width: number;
  /** Addresses already printed: a second link to the same place shows its text only. */
  readonly shown: Set<string>;
}

function narrower(page: Page, columns: number): Page {
  return { ...page, width: page.width - columns };
}

function blocks(page: Page, tokens: readonly Token[], gap = '\n\n'): string {
  let text = '';
  let before = '';
  for (const token of tokens) {
    const block = renderBlock(page, token as MarkedToken);
    if (block === '') continue;
    text += before + block;
    before = token.type === 'heading' && (token as Tokens.Heading).depth > 2 ? '\n' : gap;
  }
  return text;
}

function renderBlock(page: Page, token: MarkedToken): string {
  const { style, symbols } = page.screen;
  switch (token.type) {
    case 'heading':
      return heading(page, token);
    case 'paragraph':
      return wrap(inline(page, token.tokens), page.width);
    case 'text':
      return wrap(inline(page, token.tokens ?? [token]), page.width);
    case 'code':
      return indent(token.text);
    case 'blockquote': {
      const inner = blocks(narrower(page, 2), token.tokens);
      return inner.replace(/^/gm, `${style.dim(symbols.bar)} `).replace(/ +$/gm, '');
    }
    case 'list':
      return list(page, token);
    case 'table':
      return table(page, token);
    case 'hr':
      return style.dim(symbols.rule.repeat(page.width));
    case 'html':
      return wrap(withoutTags(token.text).trim(), page.width);
    case 'space':
    case 'def':
    case 'checkbox':
      return '';
    default:
      // The inline kinds; the lexer puts one on block level only inside a tight list item.
      return wrap(inline(page, [token]), page.width);
  }
}

/** Titles and sections are underlined, so that they stand out without colour too. */
function heading(page: Page, { depth, tokens }: Tokens.Heading): string {
  const { style, symbols } = page.screen;
  const text = wrap(inline(page, tokens, colourless), page.width);
  const title = style.bold(text);
  if (depth > 2) return title;
  const width = Math.max(...text.split('\n').map((line) => stringWidth(line)));
  return `${title}\n${style.dim(symbols.rule.repeat(width))}`;
}

function list(page: Page, token: Tokens.List): string {
  const first = token.start === '' ? 1 : token.start;
  const lastNumber = String(first + token.items.length - 1);
  const items = token.items.map((item, index) => {
    const mark = token.ordered
      ? `${first + index}.`.padStart(lastNumber.length + 1)
      : page.screen.symbols.bullet;
    const lead = item.task ? `${mark} [${item.checked ? 'x' : ' '}] ` : `${mark} `;
    const body = blocks(narrower(page, lead.length), item.tokens, item.loose ? '\n\n' : '\n');
    return lead + indent(body, ' '.repeat(lead.length)).trimStart();
  });
  return items.join(token.loose ? '\n\n' : '\n');
}

const columnGap = '  ';

function table(page: Page, { header, rows, align }: Tokens.Table): string {
  const { style, symbols } = page.screen;
  const cells = (row: readonly Tokens.TableCell[], look?: Style) =>
    row.map((cell) => inline(page, cell.tokens, look));
  const head = cells(header, colourless);
  const body = rows.map((row) => cells(row));
  const natural = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => widest(row[column] ?? ''))),
  );
  const widths = fit(natural, page.width - columnGap.length * (head.length - 1));
  const line = (row: readonly string[]) => tableRow(row, widths, align);
  // Where cells take several lines, only a blank line shows which belong together.
  const wrapped = widths.some((width, column) => width < (natural[column] ?? 0));
  const rule = widths.map((width) => style.dim(symbols.rule.repeat(width))).join(columnGap);
  const titles = line(head).replace(/^.+$/gm, style.bold);
  return `${titles}\n${rule}\n${body.map(line).join(wrapped ? '\n\n' : '\n')}`;
}

function tableRow(row: readonly string[], widths: readonly number[], align: Tokens.Table['align']) {
  const cells = widths.map((width, index) =>
    wrapAnsi(row[index] ?? '', width, { hard: true }).split('\n'),
  );
  const height = Math.max(...cells.map((cell) => cell.length));
  const lines = Array.from({ length: height }, (_, y) =>
    cells
      .map((cell, x) => aligned(cell[y] ?? '', widths[x] ?? 0, align[x] ?? 'left'))
      .join(columnGap)
      .trimEnd(),
  );
  return lines.join('\n');
}

function aligned(text: string, width: number, side: 'left' | 'center' | 'right'): string {
  const room = Math.max(0, width - stringWidth(text));
  const left = side === 'right' ? room : side === 'center' ? Math.floor(room / 2) : 0;
  return ' '.repeat(left) + text + ' '.repeat(room - left);
}

const narrowestColumn = 4;

/** Takes columns from the widest until all fit, so that narrow ones stay whole. */
function fit(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  let surplus = widths.reduce((sum, width) => sum + width, 0) - room;
  for (; surplus > 0; surplus -= 1) {
    const most = Math.max(...widths);
    if (most <= narrowestColumn) break;
    widths[widths.indexOf(most)] = most - 1;
  }
  return widths;
}

function inline(page: Page, tokens: readonly Token[], look: Style = page.screen.style): string {
  return tokens.map((token) => renderInline(page, token as MarkedToken, look)).join('');
}

/** Code keeps its backticks and emphasis its underscores: they read well with and without colour. */
function renderInline(page: Page, token: MarkedToken, look: Style): string {
  switch (token.type) {
    case 'text':
      return token.tokens ? inline(page, token.tokens, look) : decoded(oneLine(token.text));
    case 'escape':
      return decoded(token.text);
    case 'codespan':
      return `${look.dim('`')}${oneLine(token.text)}${look.dim('`')}`;
    case 'strong':
      // Bold and dim end with the same code, so nothing inside bold is painted.
      return look.bold(inline(page, token.tokens, colourless));
    case 'em':
      return `${look.dim('_')}${inline(page, token.tokens, look)}${look.dim('_')}`;
    case 'del':
      return `~~${inline(page, token.tokens, look)}~~`;
    case 'link':
      return link(page, inline(page, token.tokens, look), token.href, look);
    case 'image':
      return link(page, `[${decoded(token.text)}]`, token.href, look);
    case 'br':
      return '\n';
    case 'html':
      return withoutTags(token.text);
    case 'checkbox':
      return '';
    default:
      // Block kinds never stand inside a line.
      return token.raw;
  }
}

function link(page: Page, text: string, address: string, look: Style): string {
  const known = page.shown.has(address) || address.startsWith('#');
  page.shown.add(address);
  const same = address === text || address === `mailto:${text}`;
  return known || same ? text : `${text} ${look.dim(`(${address})`)}`;
}

/** A word longer than the line stays whole: a broken address could not be copied. */
function wrap(text: string, width: number): string {
  return wrapAnsi(text, width);
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => stringWidth(line)));
}

function withoutTags(html: string): string {
  return decoded(
    html
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/<br\s*\/?>/gi, '\n')
      .replace(/<[^>]*>/g, ''),
  );
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** The lexer leaves character references as they are. Unknown names stay: they may be meant. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (entities[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  );
}

/** Drawing and punctuation characters with an ASCII twin of the same width, so that drawings hold. */
const twins: ReadonlyMap<string, string> = new Map(
  [
    ['─━═', '-'],
    ['│┃║', '|'],
    ['┌┐└┘├┤┬┴┼╭╮╰╯', '+'],
    ['┆┊┄', ':'],
    ['►▶→', '>'],
    ['◄◀←', '<'],
    ['▲↑', '^'],
    ['▼↓', 'v'],
    ['✗✖×', 'x'],
    ['•–—', '-'],
    ['‘’', "'"],
    ['“”', '"'],
    ['●', '*'],
    ['○·', '.'],
    ['≈', '~'],
    ['█▓▒', '#'],
    ['\u00a0', ' '],
  ].flatMap(([from = '', to = '']) => [...from].map((char): [string, string] => [char, to])),
);

/** The text in characters that this screen has. One without a twin stays: a name is better odd than gone. */
export function showable({ symbols }: Screen, text: string): string {
  return symbols === plain ? text.replace(/\P{ASCII}/gu, (char) => twins.get(char) ?? char) : text;
}
