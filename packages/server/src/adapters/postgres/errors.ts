/** Coded failures of the database's ground: its binaries, its cluster, its migrations. docs/ERRORS.md lists all. */

export type DatabaseErrorCode =
  | 'DATABASE_BINARIES_MISSING'
  | 'DATABASE_DIRECTORY_UNREACHABLE'
  | 'DATABASE_LOCKED'
  | 'DATABASE_DISK_FULL'
  | 'DATABASE_INIT_FAILED'
  | 'DATABASE_MAJOR_MISMATCH'
  | 'DATABASE_START_FAILED'
  | 'DATABASE_STOP_FAILED'
  | 'MIGRATION_FILES_INVALID'
  | 'MIGRATION_CHANGED'
  | 'MIGRATION_UNKNOWN'
  | 'MIGRATION_FAILED'

/** The database cannot be brought into the state that was asked for; the message says what to check next. */
export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'DatabaseError'
    this.code = code
  }
}

/** The operating system's code of a failed call (`ENOENT`, `EEXIST`), or undefined for any other failure. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
