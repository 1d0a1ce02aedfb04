/** What Quint finds wrong with a specification, said to somebody who has known Quint for ten minutes. */
import type { QuintError } from '@informalsystems/quint/dist/src/quintError.js';

export interface Said {
  readonly message: string;
  readonly remedy: string;
}

interface Rule {
  readonly pattern: RegExp;
  said(...groups: readonly string[]): Said;
}

const mendHere = 'Mend this place, and give the command again.';

/** The first that fits. */
const rules: readonly Rule[] = [
  {
    pattern: /^Name '([^']+)' not found/,
    said: (name) => ({
      message: `Nothing here is named ${name}.`,
      remedy: 'Mend the name, or define it, or put it in quotes if it is meant as a text.',
    }),
  },
  {
    pattern: /^Built-in name '([^']+)' is redefined/,
    said: (name) => ({
      message: `${name} is a word of Quint itself.`,
      remedy: 'Choose another name.',
    }),
  },
  {
    pattern: /imports an unknown module (\w+)/,
    said: (name) => ({
      message: `There is no module ${name}.`,
      remedy: 'Mend its name, or say behind from in which file it is.',
    }),
  },
  {
    pattern: /could not load$/,
    said: () => ({
      message: 'The file that is imported here is not there.',
      remedy: 'Mend its name: it stands without .qnt, and relative to this file.',
    }),
  },
  {
    pattern: /did you mean '=='/,
    said: () => ({
      message: 'One = gives something its definition; it does not compare.',
      remedy: 'Write == to compare.',
    }),
  },
  {
    pattern: /^(?:mismatched|extraneous) input '<EOF>'/,
    said: () => ({
      message: 'The file ends here, and something in it does not.',
      remedy:
        'A specification stands between module name { and }; look for a brace that is missing.',
    }),
  },
  {
    pattern: /^(?:mismatched|extraneous) input '([^]*?)' expecting/,
    said: (found = '') => ({
      message: `${shortened(found)} does not fit here.`,
      remedy:
        'Mend this place or the one just before it: most often a comma, a brace or a parenthesis is missing.',
    }),
  },
  {
    pattern: /^Incompatible tails for rows[^]*?unify \{ ([^]+?) \} and \{ (\w+): _t\d+ \|/,
    said: (fields = '', field) => ({
      message: `There is no field ${field} in a record of ${[...fields.matchAll(/(\w+): /g)].map(([, name]) => name).join(', ')}.`,
      remedy: 'Mend the field’s name.',
    }),
  },
  {
    pattern: /^Expected \[([\w,]*)\] and \[([\w,]*)\] to be the same/,
    said: (some = '', others = '') => ({
      message: `Some branches here give a next value to ${notInBoth(some, others)}, and others do not.`,
      remedy: "Every branch must say what becomes of the same variables: x' = x keeps x as it is.",
    }),
  },
  {
    pattern: /^Couldn't unify ([^]+?) and ([^\n]+)/,
    said: (one, other) => ({
      message: `Here two types meet that do not fit: ${one} and ${other}.`,
      remedy: mendHere,
    }),
  },
];

export function inWords({ message }: QuintError): Said {
  for (const { pattern, said } of rules) {
    const found = pattern.exec(message);
    if (found) return said(...found.slice(1));
  }
  const [sentence = ''] = message.trim().split('\n');
  return { message: sentence.replace(/([^.])$/, '$1.'), remedy: mendHere };
}

function notInBoth(some: string, others: string): string {
  const [first, second] = [some, others].map((list) => list.split(',').filter(Boolean));
  const missing = [
    ...first!.filter((name) => !second!.includes(name)),
    ...second!.filter((name) => !first!.includes(name)),
  ];
  return missing.join(' and ');
}

/** In letters. */
const foundMost = 30;

function shortened(text: string): string {
  const line = text.replaceAll('\\n', '').trim();
  return line.length > foundMost ? `${line.slice(0, foundMost)}…` : line;
}
