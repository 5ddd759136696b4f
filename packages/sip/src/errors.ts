/** Coded failures of this package. Outcomes of calls (busy, no answer) are data, not errors. */

export class SipError extends Error {
  readonly code: SipErrorCode

  constructor(code: SipErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SipError'
    this.code = code
  }
}

export type SipErrorCode =
  /** A message that is not SIP, or breaks a hard limit. */
  | 'SIP_MALFORMED'
  /** A value that would break out of its header: CR, LF, NUL or a character its grammar forbids. */
  | 'SIP_UNSAFE_VALUE'
  /** An SDP body that cannot be read. */
  | 'SDP_MALFORMED'
  /** Offer and answer have nothing in common. */
  | 'SDP_NOTHING_IN_COMMON'
  /** The endpoint is closed. */
  | 'SIP_CLOSED'
