/** A whole history as a Mermaid sequence diagram: https://mermaid.js.org/syntax/sequenceDiagram.html */
import type { Step } from '../../lab/index.ts';
import type { Replayed } from '../domain/judgement.ts';

export function historyMermaid({ story, broken }: Replayed): string {
  const lanes = story.lanes.filter((lane) => story.steps.some((step) => takesPart(step, lane)));
  // A name of the author's could be a keyword of Mermaid's; a number never is.
  const ids = new Map(lanes.map((lane, index) => [lane, `lane${index + 1}`]));
  const idOf = (lane: string): string => {
    const id = ids.get(lane);
    if (id === undefined) throw new Error(`${lane} is no lane of its story`);
    return id;
  };
  const first = idOf(lanes[0] ?? '');
  const last = idOf(lanes.at(-1) ?? '');
  const across = first === last ? first : `${first},${last}`;
  return [
    'sequenceDiagram',
    `  title ${escaped(story.scenario)}`,
    ...[...ids].map(([lane, id]) => `  participant ${id} as ${escaped(lane)}`),
    ...story.steps.map((step) => `  ${stepLine(step, idOf)}`),
    ...broken.map(({ so }) => `  Note over ${across}: ${escaped(so)}`),
  ].join('\n');
}

function stepLine(step: Step, idOf: (lane: string) => string): string {
  const text = escaped([words(step), place(step)].filter((part) => part !== '').join(' — '));
  switch (step.kind) {
    case 'call':
      return `${idOf(step.from)}->>${idOf(step.to)}: ${text}`;
    case 'answer':
      return `${idOf(step.from)}-->>${idOf(step.to)}: ${text}`;
    case 'fault':
      return `Note over ${idOf(step.on)}: ✖ ${text}`;
    case 'restart':
      return `Note over ${idOf(step.on)}: ⟳ ${text}`;
    case 'note':
      return `Note over ${idOf(step.on)}: ${text}`;
  }
}

function words(step: Step): string {
  return 'effect' in step && step.effect !== undefined ? `${step.text}: ${step.effect}` : step.text;
}

function place({ at }: Step): string {
  return at ? `${at.file}:${at.line}` : '';
}

function takesPart(step: Step, lane: string): boolean {
  return 'from' in step ? step.from === lane || step.to === lane : step.on === lane;
}

/**
 * What Mermaid, or the HTML in which it draws, would take for its own is written as the number of the
 * character: a semicolon ends a statement, a hash begins a number, two percent signs a comment, two
 * dollars a formula, and `wrap:` at the beginning is a directive.
 */
function escaped(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line
    .replace(/[#;%$<>&"\\`]/g, numbered)
    .replace(/^(:?(?:no)?wrap):/, (_, word: string) => `${word}${numbered(':')}`);
}

function numbered(sign: string): string {
  return `#${sign.charCodeAt(0)};`;
}
