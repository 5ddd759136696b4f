/** A command as the tree lists it, and what it is given when it runs. */
import type { ApiClient, Clock } from './api/client.ts'
import type { Credentials } from './credentials.ts'
import { UsageError } from './errors.ts'
import type { OptionName } from './options.ts'
import type { Output } from './terminal/output.ts'
import type { Input } from './terminal/prompt.ts'

export type Command = {
  /** Noun and verb: `campaigns list`; some are one word. */
  readonly path: readonly string[]
  readonly summary: string
  /** Names of what follows, in order, all of them required: FILE, CAMPAIGN. */
  readonly positionals: readonly string[]
  /** The last of them may come more than once. */
  readonly isLastRepeated?: true | undefined
  readonly options: readonly OptionName[]
  readonly required?: readonly OptionName[] | undefined
  /** Words that a positional can be, for completion and for its check. */
  readonly choices?: readonly string[] | undefined
  /** @returns The exit code; undefined: fine. */
  readonly run: (context: Context) => Promise<number | undefined>
}

export type Context = {
  readonly api: ApiClient
  readonly out: Output
  readonly given: Given
  readonly credentials: Credentials
  /** Ctrl-C. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The zone of this machine, for the times that people read. */
  readonly zone: string
  /** A key that nobody has used. */
  readonly newKey: () => string
  readonly stdin: Input
  readonly stderr: NodeJS.WritableStream
}

export type Values = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>

/** What the command line says, once it is known to fit the command. */
export class Given {
  readonly #positionals: readonly string[]
  readonly #values: Values

  constructor(positionals: readonly string[], values: Values) {
    this.#positionals = positionals
    this.#values = values
  }

  positional(index: number): string {
    const value = this.#positionals[index]
    if (value === undefined) throw new UsageError('Something is missing at the end')
    return value
  }

  /** All from `index` on, for a command whose last one is repeated. */
  positionalsFrom(index: number): readonly string[] {
    return this.#positionals.slice(index)
  }

  text(name: OptionName): string | undefined {
    const value = this.#values[name]
    if (value === '') throw new UsageError(`--${name}: expected something, found nothing`)
    return typeof value === 'string' ? value : undefined
  }

  /** An option that the command requires. */
  needed(name: OptionName): string {
    const value = this.text(name)
    if (value === undefined) throw new UsageError(`--${name} is missing`)
    return value
  }

  flag(name: OptionName): boolean {
    return this.#values[name] === true
  }

  all(name: OptionName): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value : []
  }

  wholeNumber(name: OptionName, fallback: number): number {
    const text = this.text(name)
    if (text === undefined) return fallback
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1)
      throw new UsageError(`--${name}: expected a whole number above 0, found "${text}"`)
    return value
  }
}
