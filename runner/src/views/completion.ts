/**
 * Completion scripts, made from the command table. All three shells follow one plan: the words before the
 * cursor lead to a place in the table ('dev check'), and each place has words and options to offer.
 *
 * Exercises are read from the workshop's folders by the shell itself: a keystroke must not wait for Node,
 * and outside a workshop there is nothing to say. So a saved script stays good until the commands change,
 * and no start-up file needs `npx`, which outside the workshop would look for a stranger's package.
 */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The parts of a command's row that matter here. */
export interface CompletionRow {
  readonly name: string;
  readonly summary: string;
  readonly argument?: { readonly values: 'exercises' | 'anything' | readonly string[] };
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly values?: readonly string[];
    readonly takes?: string;
    readonly number?: true;
  }[];
}

/** @param programme  the command's name, made of letters, digits and hyphens */
export function completionScript(
  shell: Shell,
  rows: readonly CompletionRow[],
  programme = 'kata',
): string {
  const script = { bash, zsh, fish }[shell];
  return script(programme, places(rows), groups(rows)).trimEnd();
}

interface Place {
  /** '' after the programme's name, 'dev' in a group, 'dev check' after a command. */
  readonly path: string;
  readonly words: readonly Offer[];
  readonly exercises: boolean;
  readonly options: readonly Offer[];
  /** What may stand behind an option, by its flag. */
  readonly values: readonly (readonly [flag: string, words: readonly string[]])[];
}

interface Offer {
  readonly word: string;
  readonly summary: string;
}

const help: Offer = { word: '--help', summary: 'what it does' };

function places(rows: readonly CompletionRow[]): readonly Place[] {
  const inner = ['', ...groups(rows)].map((path) => ({
    path,
    words: wordsAfter(path, rows),
    exercises: false,
    options: [help],
    values: [],
  }));
  const commands = rows.map(({ name, argument, options }) => ({
    path: name,
    words: Array.isArray(argument?.values)
      ? argument.values.map((word: string) => ({ word, summary: '' }))
      : [],
    exercises: argument?.values === 'exercises',
    options: [...options.map(({ flag, summary }) => ({ word: flag, summary })), help],
    // Behind a number's flag, or one that takes anything, nothing is offered.
    values: options.flatMap(({ flag, values, takes, number }) =>
      values || takes !== undefined || number ? [[flag, values ?? []] as const] : [],
    ),
  }));
  return [...inner, ...commands];
}

/** Every option behind which a value stands, whatever the command. */
function flagsWithValues(all: readonly Place[]): readonly string[] {
  return [...new Set(all.flatMap(({ values }) => values.map(([flag]) => flag)))];
}

/** The first words of commands with two: 'dev', 'mob'. */
function groups(rows: readonly CompletionRow[]): readonly string[] {
  const heads = rows.flatMap(({ name }) => (name.includes(' ') ? [name.replace(/ .*/, '')] : []));
  return [...new Set(heads)];
}

function wordsAfter(path: string, rows: readonly CompletionRow[]): readonly Offer[] {
  if (path !== '') {
    return rows
      .filter(({ name }) => name.startsWith(`${path} `))
      .map(({ name, summary }) => ({ word: name.slice(path.length + 1), summary }));
  }
  const single = rows.filter(({ name }) => name !== '' && !name.includes(' '));
  return [
    ...single.map(({ name, summary }) => ({ word: name, summary })),
    ...groups(rows).map((group) => ({
      word: group,
      summary: wordsAfter(group, rows)
        .map(({ word }) => word)
        .join(', '),
    })),
  ];
}

/** Works with bash 3.2, which macOS still ships. */
function bash(programme: string, all: readonly Place[], inGroups: readonly string[]): string {
  const name = `_${identifier(programme)}`;
  const joined = (offers: readonly Offer[]) => quoted(offers.map(({ word }) => word).join(' '));
  const cases = all.map(
    ({ path, words, exercises, options }) =>
      `    ${quoted(path)}) words=${joined(words)} exercises=${exercises ? 'yes' : ''} options=${joined(options)} ;;`,
  );
  const withValues = flagsWithValues(all);
  const valueCases = all.flatMap(({ path, values }) =>
    values.map(
      ([flag, offers]) =>
        `    ${quoted(`${path} ${flag}`)}) words=${quoted(offers.join(' '))} options='' given='' exercises='' ;;`,
    ),
  );
  return `# Completion of ${programme} for bash. In the workshop's folder, for this shell:
#   eval "$(npx ${programme} completion bash)"
# For all shells, save it to a file, once, and source that file in ~/.bashrc.
${name}_exercises() {
  local home=\${KATA_HOME:-$PWD} folder id
  if [[ -z \${KATA_HOME-} ]]; then
    while [[ -n $home && ! -d $home/exercises ]]; do home=\${home%/*}; done
  fi
  for folder in "$home"/exercises/[0-9][0-9]-*/; do
    [[ -f $folder/kata.json ]] || continue
    id=\${folder%/} id=\${id##*/}
    if [[ $1 == [0-9]* ]]; then echo "$id"; else echo "\${id#*-}"; fi
  done
}

${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} place='' given='' words='' exercises='' options='' flag='' word index
  [[ $current == = ]] && current=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in =) continue ;; -*) flag=$word; continue ;; esac
    case $flag in ${orNever(withValues)}) flag=''; continue ;; esac
    flag=''
    case $place in
      ${groupPattern(inGroups)}) place=\${place:+$place }$word ;;
      *) given=yes ;;
    esac
  done
  case $place in
${cases.join('\n')}
  esac
  case "$place $flag" in
${valueCases.join('\n') || "    '') ;;"}
  esac
  if [[ $current == -* ]]; then
    words=$options
  elif [[ -n $given ]]; then
    words=''
  elif [[ -n $exercises ]]; then
    words=$(${name}_exercises "$current")
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

${name}_npx() {
  [[ \${COMP_WORDS[1]-} == ${programme} && COMP_CWORD -gt 1 ]] || return
  compopt +o default 2> /dev/null
  COMP_WORDS=("\${COMP_WORDS[@]:1}")
  COMP_CWORD=$((COMP_CWORD - 1))
  ${name}
}

complete -F ${name} ${programme}
complete -p npx > /dev/null 2>&1 || complete -o default -F ${name}_npx npx
`;
}

/** Serves both ways of loading: by eval, and as a file named _kata in a folder of $fpath. */
function zsh(programme: string, all: readonly Place[], inGroups: readonly string[]): string {
  const name = `_${identifier(programme)}`;
  const described = (offers: readonly Offer[]) =>
    `(${offers.map(({ word, summary }) => quoted(`${word.replaceAll(':', '\\:')}:${summary}`)).join(' ')})`;
  const cases = all.map(
    ({ path, words, exercises, options }) =>
      `    ${quoted(path)})
      words_here=${described(words)} exercises=${exercises ? 'yes' : "''"}
      options_here=${described(options)} ;;`,
  );
  const valueCases = all.flatMap(({ path, values }) =>
    values.map(
      ([flag, offers]) =>
        `    ${quoted(`${path} ${flag}`)}) words_here=(${offers.map(quoted).join(' ')}) given='' exercises='' ;;`,
    ),
  );
  return `#compdef ${programme}
# Completion of ${programme} for zsh. In the workshop's folder, for this shell:
#   eval "$(npx ${programme} completion zsh)"
# For all shells, save it to a file, once, and source that file in ~/.zshrc.
${name}_exercises() {
  local home=\${KATA_HOME:-$PWD} folder id
  if [[ -z $KATA_HOME ]]; then
    while [[ -n $home && ! -d $home/exercises ]]; do home=\${home%/*}; done
  fi
  for folder in $home/exercises/[0-9][0-9]-*(N/); do
    [[ -f $folder/kata.json ]] || continue
    id=\${folder:t}
    if [[ $1 == [0-9]* ]]; then words_here+=($id); else words_here+=(\${id#*-}); fi
  done
}

${name}() {
  local place='' given='' exercises='' flag='' word
  local -a words_here options_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && { flag=$word; continue }
    case $flag in ${orNever(flagsWithValues(all))}) flag=''; continue ;; esac
    flag=''
    case $place in
      ${groupPattern(inGroups)}) place=\${place:+$place }$word ;;
      *) given=yes ;;
    esac
  done
  case $place in
${cases.join('\n')}
  esac
  case "$place $flag" in
${valueCases.join('\n') || "    '') ;;"}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options_here
  elif [[ -z $given ]]; then
    [[ -n $exercises ]] && ${name}_exercises "$words[CURRENT]"
    (( $#words_here )) && _describe ${programme} words_here
  fi
}

${name}_npx() {
  if (( CURRENT > 2 )) && [[ $words[2] == ${programme} ]]; then
    shift words
    (( CURRENT-- ))
    ${name}
  else
    _default
  fi
}

if [[ $funcstack[1] == ${name} ]]; then
  ${name} "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef ${name} ${programme}
  (( $+_comps[npx] )) || compdef ${name}_npx npx
fi
`;
}

function fish(programme: string, all: readonly Place[], inGroups: readonly string[]): string {
  const name = `__${identifier(programme)}`;
  const printed = (offers: readonly Offer[]) =>
    offers.length === 0
      ? 'true'
      : `printf '%s\\t%s\\n' ${offers.flatMap(({ word, summary }) => [fishQuoted(word), fishQuoted(summary)]).join(' ')}`;
  const cases = all.map(
    ({ path, words, exercises, options }) => `        case ${fishQuoted(path)}
            if test -n "$dashed"
                ${printed(options)}
            else if test -z "$given"
                ${exercises ? `${name}_exercises "$current"` : printed(words)}
            end`,
  );
  const valueCases = all.flatMap(({ path, values }) =>
    values.map(
      ([flag, offers]) => `        case ${fishQuoted(`${path} ${flag}`)}
            ${printed(offers.map((word) => ({ word, summary: '' })))}
            return`,
    ),
  );
  return `# Completion of ${programme} for fish. In the workshop's folder, for this shell:
#   npx ${programme} completion fish | source
# For all shells, save it, once, as ~/.config/fish/conf.d/${programme}.fish.
function ${name}_exercises
    set -l home $PWD
    if set -q KATA_HOME
        set home $KATA_HOME
    else
        while test -n "$home"; and not test -d "$home/exercises"
            set home (string replace -r '/[^/]*$' '' -- $home)
        end
    end
    for folder in $home/exercises/*/
        set -l id (string split / -- (string trim -r -c / -- $folder))[-1]
        string match -qr '^\\d\\d-' -- $id; and test -f "$folder/kata.json"; or continue
        if string match -qr '^\\d' -- $argv[1]
            echo $id
        else
            string replace -r '^\\d\\d-' '' -- $id
        end
    end
end

function ${name}_offers
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l dashed (string match -- '-*' $current)
    set -l place ''
    set -l given ''
    set -l flag ''
    test "$tokens[1]" = npx; and set -e tokens[1]
    set -e tokens[1]
    for token in $tokens
        if string match -q -- '-*' $token
            set flag $token
            continue
        end
        switch "$flag"
            case ${orNever(flagsWithValues(all)).replaceAll(' | ', ' ')}
                set flag ''
                continue
        end
        set flag ''
        switch "$place"
            case ${["''", ...inGroups].join(' ')}
                set place (string trim -- "$place $token")
            case '*'
                set given yes
        end
    end
    switch "$place $flag"
${valueCases.join('\n') || "        case ''"}
    end
    switch "$place"
${cases.join('\n')}
    end
end

function ${name}_under_npx
    set -l tokens (commandline -opc)
    test "$tokens[2]" = ${programme}
end

complete -c ${programme} -f -a '(${name}_offers)'
complete -c npx -n ${name}_under_npx -f -a '(${name}_offers)'
`;
}

/** For bash and zsh: nothing is special between single quotes, except their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

function identifier(programme: string): string {
  return programme.replaceAll('-', '_');
}

/** The places where the next word leads further into the table. */
function groupPattern(inGroups: readonly string[]): string {
  return ["''", ...inGroups].join(' | ');
}

/** A pattern of these words; where there are none, one that no option is. */
function orNever(words: readonly string[]): string {
  return words.length === 0 ? "'-'" : words.join(' | ');
}
