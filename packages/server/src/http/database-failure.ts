/** Failures that come from the database's ground and not from the request: it is away for a moment, or the disk is full. */

/** Classes and codes of PostgreSQL: no connection, shutting down or starting up, too many connections. */
const awayStates = /^(?:08...|57P0[1-5]|53300)$/
const awaySystemCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'])
/** What the driver says without a code. */
const awayWords =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/
const fullCodes = new Set(['53100', 'ENOSPC', 'EDQUOT'])

export type DatabaseFailure = {
  readonly status: 503 | 507
  readonly code: 'database-away' | 'storage-full'
  readonly message: string
}

/** @returns null when the failure is of another kind. */
export function databaseFailureOf(error: unknown): DatabaseFailure | null {
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (fullCodes.has(code))
    return { status: 507, code: 'storage-full', message: 'The disk is full: nothing of this request was kept' }
  // A Unix socket that is not there is told as a missing file, by `connect`.
  const isNoSocket = code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect'
  const isAway = isNoSocket || awayStates.test(code) || awaySystemCodes.has(code) || awayWords.test(error.message)
  if (!isAway) return null
  return { status: 503, code: 'database-away', message: 'The database does not answer at this moment: try again' }
}
