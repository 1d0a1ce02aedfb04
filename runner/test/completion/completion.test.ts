import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { table } from '../../src/commands/table.ts';
import {
  completionScript,
  shells,
  type CompletionRow,
  type Shell,
} from '../../src/views/completion.ts';
import { isMissing } from '../programs.ts';

/** A table with everything that a shell could stumble over. */
const rows: readonly CompletionRow[] = [
  { name: '', summary: 'where you are', options: [] },
  {
    name: 'check',
    summary: "judge the learner's exercise: current, or named",
    argument: { values: 'exercises' },
    options: [
      { flag: '--json', summary: 'one JSON document: $HOME, `date`, "quotes", 100 % and \\n' },
    ],
  },
  { name: 'restore', summary: 'bring back a copy', argument: { values: 'anything' }, options: [] },
  {
    name: 'completion',
    summary: 'for your shell',
    argument: { values: ['bash', 'zsh', 'fish'] },
    options: [],
  },
  {
    name: 'draw',
    summary: 'as a picture',
    argument: { values: ['a', 'b'] },
    options: [
      { flag: '--format', summary: 'which way', values: ['json', 'itf'] },
      { flag: '--force', summary: 'all the same' },
    ],
  },
  {
    name: 'dev check',
    summary: 'judge as its author',
    argument: { values: 'exercises' },
    options: [],
  },
  { name: 'dev new', summary: 'a new exercise', argument: { values: 'anything' }, options: [] },
];

let folder: string;
let workshop: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kata-completion-'));
  workshop = join(folder, 'a workshop');
  for (const id of ['01-double-click', '02-lost-intent']) {
    mkdirSync(join(workshop, 'exercises', id), { recursive: true });
    writeFileSync(join(workshop, 'exercises', id, 'kata.json'), '{}');
  }
  mkdirSync(join(workshop, 'exercises', '03-no-exercise'));
  mkdirSync(join(workshop, 'workspace', '01-double-click'), { recursive: true });
  for (const shell of shells) {
    writeFileSync(join(folder, shell), completionScript(shell, rows));
    writeFileSync(join(folder, `${shell} of kata`), completionScript(shell, table));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

for (const shell of shells) {
  describe.skipIf(isMissing(shell))(`in ${shell}, Tab`, () => {
    tab(shell);
  });
}

function tab(shell: Shell): void {
  test('completes a command', async () => {
    expect(await offers(shell, 'kata ch')).toEqual(['check']);
  });

  test('shows every command and group once', async () => {
    expect(await offers(shell, 'kata ')).toEqual(['check', 'completion', 'dev', 'draw', 'restore']);
  });

  test('knows all commands that kata has', async () => {
    const commands = new Set(table.map(({ name }) => name.replace(/ .*/, '')));
    expect(await offers(shell, 'kata ', { script: `${shell} of kata` })).toEqual(
      [...commands].sort(),
    );
  });

  test('goes into a group of commands', async () => {
    expect(await offers(shell, 'kata dev ')).toEqual(['check', 'new']);
  });

  test('names the exercises of the workshop around the current folder', async () => {
    expect(await offers(shell, 'kata check ')).toEqual(['double-click', 'lost-intent']);
    expect(await offers(shell, 'kata dev check lo')).toEqual(['lost-intent']);
  });

  test('goes by the number of an exercise', async () => {
    expect(await offers(shell, 'kata check 02')).toEqual(['02-lost-intent']);
  });

  test('names the exercises of KATA_HOME from anywhere', async () => {
    expect(await offers(shell, 'kata check d', { cwd: folder, home: workshop })).toEqual([
      'double-click',
    ]);
  });

  test('says nothing outside a workshop', async () => {
    expect(await offers(shell, 'kata check ', { cwd: folder })).toEqual([]);
  });

  test('completes the words that an argument may have, after an option too', async () => {
    expect(await offers(shell, 'kata completion --help z')).toEqual(['zsh']);
  });

  test('offers options after a hyphen', async () => {
    expect(await offers(shell, 'kata check -')).toEqual(['--help', '--json']);
    expect(await offers(shell, 'kata check lost-intent --j')).toEqual(['--json']);
  });

  test('offers the values of an option behind it, and goes on with the argument behind them', async () => {
    expect(await offers(shell, 'kata draw --format ')).toEqual(['itf', 'json']);
    expect(await offers(shell, 'kata draw a --format j')).toEqual(['json']);
    expect(await offers(shell, 'kata draw --format json ')).toEqual(['a', 'b']);
    expect(await offers(shell, 'kata draw --force ')).toEqual(['a', 'b']);
    expect(await offers(shell, 'kata draw --format json a ')).toEqual([]);
    expect(await offers(shell, 'kata draw --fo')).toEqual(['--force', '--format']);
    expect(await offers(shell, 'kata check --format ')).toEqual(['double-click', 'lost-intent']);
  });

  test('offers nothing where anything may stand, nor after the last word', async () => {
    expect(await offers(shell, 'kata restore ')).toEqual([]);
    expect(await offers(shell, 'kata check lost-intent ')).toEqual([]);
    expect(await offers(shell, 'kata bogus ')).toEqual([]);
  });

  test('works behind npx', async () => {
    expect(await offers(shell, 'npx kata check l')).toEqual(['lost-intent']);
  });
}

/** What the shell itself offers at the end of the line, sorted. */
async function offers(
  shell: Shell,
  line: string,
  { cwd = join(workshop, 'workspace', '01-double-click'), home = '', script = String(shell) } = {},
): Promise<readonly string[]> {
  const source = join(folder, script);
  const [command, ...words] = line.split(' ');
  const programs: Record<Shell, readonly string[]> = {
    bash: ['--norc', '-c', askBash, 'bash', source, String(command), ...words],
    zsh: ['-f', '-c', askZsh, 'zsh', source, line],
    fish: ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', '--', source, line],
  };
  const env = { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm', LANG: 'C.UTF-8' };
  const result = await execa(shell, programs[shell], {
    cwd,
    env: home === '' ? env : { ...env, KATA_HOME: home },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: 20_000,
  });
  if (result.code === 'ENOENT') {
    throw new Error(`${shell} is not installed; the tests of completion need bash, zsh and fish`);
  }
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
  return result.stdout
    .split('\n')
    .map((offer) => offer.trim().replace(/\t.*/, ''))
    .filter((offer) => offer !== '')
    .sort();
}

/** Calls the function that `complete` has registered for the command, as bash does at Tab. */
const askBash = `
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
registered=$(complete -p "$1"); registered=\${registered##*-F }; \${registered%% *}
printf '%s\\n' "\${COMPREPLY[@]}"`;

/**
 * Types the line and a Tab into an interactive zsh on a pseudo-terminal of its own. There compadd, the
 * builtin that every completion ends in, also tells its matches.
 */
const askZsh = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= ; autoload -Uz compinit; compinit -u -D; source \${(q)1}
compadd() {
  if [[ \\\${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd \\"\\$@\\"; return; fi
  local -a matches; builtin compadd -O matches \\"\\$@\\"
  (( \\$#matches )) && print -l -- '' OFFER:\\$^matches
  builtin compadd \\"\\$@\\"
}
finish() { print '' END; exit }
comppostfuncs=(finish); bindkey '^I' complete-word; print READY"
zpty -r shell seen $'*\\nREADY*'
zpty -n -w shell "$2"$'\\t'
zpty -r shell seen $'*\\nEND*'
print -l -- \${\${(M)\${(f)\${seen//$'\\r'}}:#OFFER:*}#OFFER:}`;
