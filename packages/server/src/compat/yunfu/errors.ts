/** The robot's way to say no: its envelope with `status: "error"`; the HTTP status stands in `code` too. */
import type { FieldMessage } from '../mistake.ts'

export class YunfuError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'YunfuError'
    this.status = status
  }

  /** All mistakes at once: the envelope has one text for them. */
  static ofFields(problems: readonly FieldMessage[]): YunfuError {
    return new YunfuError(422, problems.map(({ field, message }) => `${field}: ${message}`).join('; '))
  }
}

export function refused({ status, message }: { readonly status: number; readonly message: string }): object {
  return { code: status, status: 'error', message, data: [] }
}

export function done(message: string, data: unknown): object {
  return { code: 200, status: 'ok', message, data }
}
