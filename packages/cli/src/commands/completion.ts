/** `completion`: what a shell needs to finish the words of this command line. */
import type { Command } from '../command.ts'
import { globalOptions, type OptionName, options } from '../options.ts'

/** @param others  Every command but this one. */
export function completionCommand(others: readonly Command[]): Command {
  const command: Command = {
    path: ['completion'],
    summary: 'Prints the completion of a shell, bash or zsh: eval "$(dialwright completion bash)"',
    positionals: ['SHELL'],
    choices: ['bash', 'zsh'],
    options: [],
    run: async ({ out, given }) => {
      out.raw(completionScript(given.positional(0), [...others, command]))
      return undefined
    },
  }
  return command
}

/** @param shell  bash or zsh, which speaks bash's language of completion when it is asked to. */
function completionScript(shell: string, commands: readonly Command[]): string {
  const nouns = [...new Set(commands.map(({ path }) => path[0] ?? ''))]
  const cases = commands.map(
    (command) =>
      `    ${caseOf(command)}) words="${[...(command.choices ?? []), ...optionWords(command)].join(' ')}" ;;`,
  )
  const verbs = nouns.flatMap((noun) => {
    const ofNoun = commands.filter(({ path }) => path[0] === noun && path.length > 1).map(({ path }) => path[1])
    return ofNoun.length === 0 ? [] : [`    '${noun} ') words="${ofNoun.join(' ')}" ;;`]
  })
  const files = (Object.keys(options) as OptionName[]).filter((name) => {
    const option = options[name]
    return 'value' in option && option.value === 'FILE'
  })
  const withValue = (Object.keys(options) as OptionName[]).filter(
    (name) => options[name].type === 'string' && !files.includes(name),
  )
  return `${shell === 'zsh' ? 'autoload -Uz compinit bashcompinit\n(( $+functions[compdef] )) || compinit\nbashcompinit\n' : ''}_dialwright() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" noun="" verb="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      -*) ;;
      *) if [ -z "$noun" ]; then noun="$word"; elif [ -z "$verb" ]; then verb="$word"; fi ;;
    esac
  done
  case "$previous" in
    ${files.map((name) => `--${name}`).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${withValue.map((name) => `--${name}`).join('|')}) COMPREPLY=(); return ;;
  esac
  case "$noun $verb" in
    ' ') words="${[...nouns, 'help'].join(' ')}" ;;
${[...verbs, ...cases].join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$noun $verb" in
    ${commands
      .filter(({ positionals }) => positionals.includes('FILE'))
      .map(caseOf)
      .join('|')}) COMPREPLY+=($(compgen -f -- "$current")) ;;
  esac
}
complete -F _dialwright dialwright
`
}

/** A command of one word stands with whatever follows it. */
function caseOf({ path }: Command): string {
  return path.length > 1 ? `'${path.join(' ')}'` : `'${path[0]} '*`
}

function optionWords(command: Command): string[] {
  return [...command.options, ...globalOptions].map((name) => `--${name}`)
}
