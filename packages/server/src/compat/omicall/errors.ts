/** The vendor's envelope, and its way to say no: `status_code` -9999, with HTTP 200 unless the door itself refuses. */
import type { FieldMessage } from '../mistake.ts'

/** Of the machine that answers, as the vendor prints it; clients read neither. */
const instance = { instance_id: 'stg', instance_name: 'dialwright' } as const
const succeeded = 9999
const failed = -9999

export class OmicallError extends Error {
  readonly status: number
  readonly code: string

  /** @param code  The vendor's word, as `data_is_required`. */
  constructor(code: string, message: string, status = 200) {
    super(message)
    this.name = 'OmicallError'
    this.status = status
    this.code = code
  }

  /** All mistakes at once: the envelope has one text for them. */
  static ofFields(problems: readonly FieldMessage[]): OmicallError {
    return new OmicallError('data_is_required', problems.map(({ field, message }) => `${field}: ${message}`).join('; '))
  }
}

export function done(payload: unknown): object {
  return { status_code: succeeded, ...instance, payload, key_enabled: false }
}

export function refused({ code, message }: { readonly code: string; readonly message: string }): object {
  return { status_code: failed, ...instance, payload: { status: 'fail', error: code, message }, key_enabled: false }
}
