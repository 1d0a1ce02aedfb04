/**
 * What `kata dev new` lays out: the smallest exercise that can be judged, a lost addition. Its starter
 * is wrong, its solution is right, and every text that its author still owes says “unfinished”.
 */
import type { Exercise, ModuleName } from './exercise.ts';

/** Files by their path inside the folder, '/'-separated. */
export type Files = Readonly<Record<string, string>>;

export interface NewExercise {
  /** '16-gift-wrap', in exercises/ and in solutions/. */
  readonly id: string;
  readonly exercise: Files;
  readonly solution: Files;
}

const entry = 'counter.ts';
const promise = 'every-addition-counts';

export function newExercise(number: number, name: string, module: ModuleName): NewExercise {
  const id = `${String(number).padStart(2, '0')}-${name}`;
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return {
    id,
    exercise: {
      'README.md': brief(id, title),
      'kata.json': `${JSON.stringify(description(title, module), undefined, 2)}\n`,
      [`starter/${entry}`]: starter,
      [`hidden/${name}.test.ts`]: hidden,
      'variants/wrong/conflict-ignored.ts': conflictIgnored,
      'variants/right/ask-again.ts': askAgain,
    },
    solution: { [entry]: solution, 'NOTES.md': notes },
  };
}

type Description = Pick<
  Exercise,
  'title' | 'module' | 'minutes' | 'entry' | 'hints' | 'promises' | 'breaks'
>;

function description(title: string, module: ModuleName): Description {
  return {
    title,
    module,
    minutes: 10,
    entry,
    hints: [
      'unfinished: a question that points at the right step',
      'unfinished: what to look at',
      'unfinished: almost the answer',
    ],
    promises: [
      {
        id: promise,
        text: 'Every confirmed addition counts',
        ask: 'What did the slower request know when it wrote?',
      },
    ],
    breaks: [promise],
  };
}

function brief(id: string, title: string): string {
  return `# ${id.slice(0, 2)} ${title}

## What the customer saw

Unfinished: what went wrong, as the customer tells it. Here, two visitors were confirmed and one counted.

## What to build

Unfinished: the demand, without naming the pattern.

## The files

Edit \`${entry}\`. Unfinished: what it is given, and what it may use.

## What the check promises

- **Every confirmed addition counts.** Unfinished: each promise of \`kata.json\` in words.

## For the mob

1. Unfinished: a first question to discuss.
2. Unfinished: a second one.

What if … Unfinished: how the same might happen elsewhere.
`;
}

const notes = `# Why it works

Unfinished: why the solution keeps its promises, in every schedule.

## What it costs

Unfinished.

## The same pattern elsewhere

Unfinished: where real systems do this, with references.

## To think about

Unfinished: the question that leads to the next exercise.
`;

const counter = `/** Kept under \`counter-<id>\`. */
export interface Counter {
  readonly count: number;
}
`;

const head = `/** POST /counters/:id/add. Answers 204. */
export async function add(
  request: HttpRequest<{ id: string }>,
  services: Services,
): Promise<HttpResponse> {
  const { store } = services;
  const counter = await store.load<Counter>(\`counter-\${request.params.id}\`);
  if (!counter) return { status: 404 };
  const value: Counter = { count: counter.value.count + 1 };
`;

const starter = `import type { HttpRequest, HttpResponse, Services } from '#lab';

${counter}
${head}  await store.commit({ key: counter.key, value });
  return { status: 204 };
}
`;

const withConflicts = `import { ConcurrencyError, type HttpRequest, type HttpResponse, type Services } from '#lab';

${counter}
${head}  try {
    await store.commit({ key: counter.key, value, ifVersion: counter.version });
  } catch (error) {
    if (!(error instanceof ConcurrencyError)) throw error;
`;

const solution = `${withConflicts}    return add(request, services);
  }
  return { status: 204 };
}
`;

const conflictIgnored = `// breaks ${promise}: a refused commit is confirmed all the same
${withConflicts}  }
  return { status: 204 };
}
`;

const askAgain = `// differs: the slower request counts nothing and asks its sender to come again
${withConflicts}    return { status: 409 };
  }
  return { status: 204 };
}
`;

const hidden = `import { judge, type Outcome } from '#lab';

interface Counter {
  readonly count: number;
}

const routes = { 'POST /counters/:id/add': '${entry}#add' };

judge({
  name: 'two additions at the same time, in two web processes',
  given: { 'counter-7': { count: 0 } },
  processes: { 'web #1': routes, 'web #2': routes },
  traffic: {
    'visitor 1': (browser) => browser.post('/counters/7/add', { to: 'web #1' }),
    'visitor 2': (browser) => browser.post('/counters/7/add', { to: 'web #2' }),
  },
  promises: {
    '${promise}': (outcome: Outcome) => {
      const confirmed = outcome.answers().filter(({ status }) => status === 204).length;
      const count = outcome.document<Counter>('counter-7')?.value.count;
      if (count === confirmed) return undefined;
      return \`\${confirmed} additions were confirmed, and counter-7 says \${count}\`;
    },
  },
  sometimes: { 'both were confirmed': (outcome) => outcome.answers().length === 2 },
});
`;
