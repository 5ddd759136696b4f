/** How a command can fail, each with the exit code that scripts see. docs/CLI.md lists them. */

export const exitCodes = {
  fine: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
  notSignedIn: 4,
  /** Everything was said and done, and what came of it is not good: a call that nobody answered, a doctor's finding. */
  badResult: 5,
  /** Ctrl-C: 128 and the number of SIGINT. */
  interrupted: 130,
} as const

export type FieldProblem = { readonly pointer: string; readonly code: string; readonly message: string }

export abstract class CliError extends Error {
  abstract readonly exitCode: number
  abstract readonly code: string
}

/** The command was not understood; nothing was asked of the server. */
export class UsageError extends CliError {
  readonly exitCode = exitCodes.usage
  readonly code: string = 'usage'
}

/** The server understood, and said no. */
export class RefusedError extends CliError {
  readonly exitCode = exitCodes.refused
  readonly code: string
  readonly status: number
  readonly errors: readonly FieldProblem[]

  constructor(status: number, code: string, title: string, errors: readonly FieldProblem[] = []) {
    super(title)
    this.status = status
    this.code = code
    this.errors = errors
  }
}

export class UnreachableError extends CliError {
  readonly exitCode = exitCodes.unreachable
  readonly code: string = 'unreachable'
}

export class NotSignedInError extends CliError {
  readonly exitCode = exitCodes.notSignedIn
  readonly code: string = 'unauthenticated'
}

export class InterruptedError extends CliError {
  readonly exitCode = exitCodes.interrupted
  readonly code: string = 'interrupted'

  constructor() {
    super('Interrupted')
  }
}
