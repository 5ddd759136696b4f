/** TWIN's way to say no: a message and the fields it is about, with 400, 401, 404. */

export type FieldErrors = Readonly<Record<string, readonly string[]>>

export class TwinError extends Error {
  readonly status: number
  readonly errors: FieldErrors

  constructor(status: number, message: string, errors: FieldErrors = {}) {
    super(message)
    this.name = 'TwinError'
    this.status = status
    this.errors = errors
  }
}

export function fieldErrors(problems: readonly { readonly field: string; readonly message: string }[]): FieldErrors {
  const errors: Record<string, string[]> = {}
  for (const { field, message } of problems) errors[field] = [...(errors[field] ?? []), message]
  return errors
}
