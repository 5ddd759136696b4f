/** Coded failures of the server's own start and wiring. Other rooms have their own; docs/ERRORS.md lists all. */

/** Settings that cannot be used: every one is named, so that one run shows all. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The telephony process is not there: its calls have ended, a new one is being started. */
export class TelephonyLostError extends Error {
  readonly code = 'TELEPHONY_LOST'
  readonly retryable = true
}

/** Every leg is dialled once: an id that was seen before is a fault of the caller, never a second ring. */
export class TelephonyLegSeenError extends Error {
  readonly code = 'TELEPHONY_LEG_SEEN'

  constructor(legId: string) {
    super(`The leg ${legId} has been dialled before`)
    this.name = 'TelephonyLegSeenError'
  }
}

/** Something the server needs at its start is not to be had: told as a person would say it, with the setting that mends it. */
export class StartError extends Error {
  readonly code:
    | 'DATA_DIRECTORY_UNUSABLE'
    | 'HTTP_ADDRESS_UNUSABLE'
    | 'SIP_ADDRESS_UNUSABLE'
    | 'RTP_PORTS_UNUSABLE'
    | 'PROVISION_FILE_UNREADABLE'
    | 'DATABASE_UNREACHABLE'
    | 'DATABASE_VERSION_UNSUPPORTED'
    | 'DATABASE_RIGHTS_MISSING'

  constructor(code: StartError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StartError'
    this.code = code
  }
}

/** Whether an error is one of ours, whose message says it all: the stack behind it would only frighten. */
export function isCoded(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  // The system's codes are one word (ENOENT), the runtime's begin with ERR_.
  return /^(?!ERR_)[A-Z]+(_[A-Z]+)+$/.test(error.code)
}

/** The system's word for what went wrong (EADDRINUSE), or the message. */
export function systemReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemReason(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  const word = /\bE[A-Z]{3,}\b/.exec(error.message)?.[0]
  const known: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses it (EADDRINUSE)',
    EADDRNOTAVAIL: 'this machine has no such address (EADDRNOTAVAIL)',
    EACCES: 'not permitted (EACCES)',
    ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
    ENOENT: 'there is no such file (ENOENT)',
    EEXIST: 'it is a file (EEXIST)',
    ENOSPC: 'the disk is full (ENOSPC)',
    EDQUOT: 'the disk quota is used up (EDQUOT)',
    EROFS: 'it is read-only (EROFS)',
  }
  return (word === undefined ? undefined : known[word]) ?? error.message
}
