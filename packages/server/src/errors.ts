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
