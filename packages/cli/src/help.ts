/** The help: every command on one page, or one with its options. */
import type { Command } from './command.ts'
import { UsageError } from './errors.ts'
import { globalOptions, type OptionName, options, optionUsage } from './options.ts'
import { usageOf } from './parse.ts'
import { table } from './terminal/text.ts'

const exitCodeLines = `Exit codes: 0 fine, 1 refused by the server, 2 wrong usage, 3 cannot reach the server, 4 not signed in,
5 done with a bad result (a call nobody answered, rows not taken, a finding of doctor), 130 interrupted. More: docs/CLI.md`

/** @throws {UsageError} when no command begins so. */
export function helpFor(beginning: readonly string[], commands: readonly Command[]): string {
  const meant = commands.filter(({ path }) => beginning.every((word, index) => path[index] === word))
  const [only] = meant
  if (only === undefined) throw new UsageError(`There is no command "${beginning.join(' ')}"`)
  if (meant.length > 1 || beginning.length === 0) return page(meant)
  return [
    `Usage: ${usageOf(only)}${only.options.length > 0 ? ' [options]' : ''}`,
    '',
    `${only.summary}.`,
    '',
    optionTable([...only.options, ...globalOptions]),
  ].join('\n')
}

function page(commands: readonly Command[]): string {
  return [
    'Usage: dialwright COMMAND [options]     (npm run cli -- COMMAND [options])',
    '',
    indented(table(commands.map((command) => [usageOf(command).replace('dialwright ', ''), command.summary]))),
    '',
    'Options of every command:',
    optionTable(globalOptions),
    '',
    '"dialwright help COMMAND" shows the others.',
    '',
    exitCodeLines,
  ].join('\n')
}

function optionTable(names: readonly OptionName[]): string {
  return indented(table(names.map((name) => [optionUsage(name), options[name].help])))
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
