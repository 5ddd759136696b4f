/** The command line of the bench. */
import { parseArgs } from 'node:util'
import type { BenchOptions } from './harness/bench.ts'

export type Arguments = {
  readonly options: BenchOptions
  /** Names of benches; null: all. */
  readonly only: readonly string[] | null
  readonly asJson: boolean
  readonly writesBaseline: boolean
  /** A bench that is not shown or misses a target ends the run with 1. */
  readonly isStrict: boolean
}

export const usage = `npm run bench -- [options]
  --only A,B            these benches alone (--list tells their names)
  --windows N           valid windows wanted (5)
  --seconds S           length of each side of a window (10)
  --calls N             live calls of media and memory (1000; memory at most 400)
  --cps N               calls a second of signalling (500)
  --rows N              contacts of claims and import (1000000); 10000000 for the large claim
  --sipp PROGRAM        the control of signalling (sipp)
  --probe-limit-ms MS   p99 of the idle timer above which a window is void (1)
  --others-limit CORES  use of the machine by others above which a window is void (0.1)
  --quick               tiny amounts, one window each: shows that the bench works, within a minute
  --json                the results as JSON on stdout
  --baseline            also writes bench/baseline.json; not with --quick or --only
  --strict              exit 1 when a bench is not shown or misses a target
  --list                names of the benches
  --help                this page
`

/** @throws {Error} with a sentence about what is wrong with the arguments. */
export function readArguments(given: readonly string[]): Arguments | 'list' | 'help' {
  const { values } = parseArgs({
    args: [...given],
    options: {
      only: { type: 'string' },
      windows: { type: 'string' },
      seconds: { type: 'string' },
      calls: { type: 'string' },
      cps: { type: 'string' },
      rows: { type: 'string' },
      sipp: { type: 'string', default: 'sipp' },
      'probe-limit-ms': { type: 'string', default: '1' },
      'others-limit': { type: 'string', default: '0.1' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      baseline: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  if (values.list) return 'list'
  const { quick } = values
  if (values.baseline && (quick || values.only !== undefined))
    throw new Error('--baseline: a baseline holds every bench at full length; leave --quick and --only away')
  const amount = (name: 'windows' | 'seconds' | 'calls' | 'cps' | 'rows', full: number, small: number): number =>
    positive(name, values[name], quick ? small : full)
  return {
    only: values.only?.split(',') ?? null,
    asJson: values.json,
    writesBaseline: values.baseline,
    isStrict: values.strict,
    options: {
      windows: whole('windows', amount('windows', 5, 1)),
      seconds: amount('seconds', 10, 0.5),
      calls: whole('calls', amount('calls', 1_000, 10)),
      callsPerSecond: amount('cps', 500, 50),
      rows: whole('rows', amount('rows', 1_000_000, 8_000)),
      isQuick: quick,
      sipp: values.sipp,
      probeLimitMs: limit('probe-limit-ms', values['probe-limit-ms']),
      othersLimitCores: limit('others-limit', values['others-limit']),
    },
  }
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (text?.trim() === '' || !(value > 0) || !Number.isFinite(value))
    throw new Error(`--${name}: expected a number above zero, found "${text}"`)
  return value
}

function whole(name: string, value: number): number {
  if (!Number.isInteger(value)) throw new Error(`--${name}: expected a whole number, found ${value}`)
  return value
}

function limit(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) throw new Error(`--${name}: expected zero or more, found "${text}"`)
  return value
}
