/** Coded failures of secrets at rest. A message never holds a key, a plain text or a part of one. */

export type SecretErrorCode =
  | 'SECRET_KEY_INVALID'
  | 'SECRET_KEY_EXPOSED'
  | 'SECRET_KEY_UNKNOWN'
  | 'SECRET_BOX_INVALID'
  | 'SECRET_BOX_REFUSED'

export class SecretError extends Error {
  readonly code: SecretErrorCode

  constructor(code: SecretErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'SecretError'
    this.code = code
  }
}
