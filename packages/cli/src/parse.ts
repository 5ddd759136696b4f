/** Words into a command: what was meant, or in which word the mistake is. */
import { parseArgs } from 'node:util'
import { type Command, Given, type Values } from './command.ts'
import { UsageError } from './errors.ts'
import { globalOptions, type OptionName, options } from './options.ts'

export type Parsed =
  | { readonly kind: 'run'; readonly command: Command; readonly given: Given; readonly values: Values }
  /** Commands that begin so; all of them for an empty beginning. */
  | { readonly kind: 'help'; readonly beginning: readonly string[] }

/** @throws {UsageError} naming the word that does not fit. */
export function parse(words: readonly string[], commands: readonly Command[]): Parsed {
  const { positionals, values } = split(words)
  if (positionals[0] === 'help') return { kind: 'help', beginning: positionals.slice(1) }
  const command = commands.find(({ path }) => path.every((word, index) => positionals[index] === word))
  if (values.help === true) return { kind: 'help', beginning: command?.path ?? positionals }
  if (command === undefined) throw unknownCommand(positionals, commands)
  const name = command.path.join(' ')
  for (const option of Object.keys(values) as OptionName[]) {
    if (!globalOptions.includes(option) && !command.options.includes(option))
      throw new UsageError(`--${option} is not an option of "${name}"`)
  }
  const rest = positionals.slice(command.path.length)
  const missing = command.positionals[rest.length]
  if (missing !== undefined) throw new UsageError(`${missing} is missing: ${usageOf(command)}`)
  const surplus = rest[command.positionals.length]
  if (surplus !== undefined && command.isLastRepeated !== true)
    throw new UsageError(`"${surplus}" is one word too many: ${usageOf(command)}`)
  const choice = rest[0]
  if (command.choices !== undefined && choice !== undefined && !command.choices.includes(choice))
    throw new UsageError(`Expected ${command.choices.join(' or ')}, found "${choice}"`)
  const needed = command.required?.find((option) => values[option] === undefined)
  if (needed !== undefined) throw new UsageError(`--${needed} is missing: ${usageOf(command)}`)
  return { kind: 'run', command, given: new Given(rest, values), values }
}

function split(words: readonly string[]): { positionals: readonly string[]; values: Values } {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    // "Unknown option '--folow'. To specify a positional argument ...": the first sentence says it.
    throw new UsageError(
      error instanceof Error ? (error.message.split(/\. (?=To )/)[0] ?? error.message) : String(error),
    )
  }
}

/** A command's own line of the help. */
export function usageOf(command: Command): string {
  const required = (command.required ?? []).map((option) => `--${option} ${placeholderOf(option)}`)
  const more = command.isLastRepeated === true ? ['...'] : []
  return ['dialwright', ...command.path, ...command.positionals, ...more, ...required].join(' ')
}

function placeholderOf(option: OptionName): string {
  const spec = options[option]
  return 'value' in spec ? spec.value : ''
}

function unknownCommand(positionals: readonly string[], commands: readonly Command[]): UsageError {
  const [noun, verb] = positionals
  if (noun === undefined) return new UsageError('Which command? "dialwright help" lists them')
  const verbs = commands.filter(({ path }) => path[0] === noun).map(({ path }) => path[1])
  if (verbs.length > 0)
    return new UsageError(
      `${verb === undefined ? `"${noun}" needs a verb` : `"${noun}" has no "${verb}"`}: ${verbs.join(', ')}`,
    )
  const nouns = [...new Set(commands.map(({ path }) => path[0] ?? ''))]
  const near = nouns.find((known) => distance(known, noun) <= 2)
  return new UsageError(
    `There is no command "${noun}"${near === undefined ? '.' : `: did you mean "${near}"?`} "dialwright help" lists them`,
  )
}

/** Letters that must be put in, taken out or changed to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
