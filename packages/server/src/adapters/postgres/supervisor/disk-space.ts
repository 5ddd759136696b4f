/** A full disk: how it shows itself, and how it is told. */
import { statfs } from 'node:fs/promises'
import { DatabaseError, systemErrorCode } from '../errors.ts'

/** A new segment of PostgreSQL's log takes 16 MiB at once; with less than two there is no use in starting again. */
export const leastFreeBytes = 32 * 1024 * 1024
/** Below this nothing worth a word can be written: what fails then fails for that reason, whether or not it could still say so. */
const emptyBytes = 1024 * 1024
const systemCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
/** The C library's words for the three codes, and for the signal that a limit of the size of files sends. */
const systemWords = /No space left on device|Disk quota exceeded|File too large|File size limit exceeded/
/** PostgreSQL's code for the same (`disk_full`). */
const sqlState = '53100'

/** What a user without special rights may still write, in bytes; null where the system does not tell. */
export async function freeBytes(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return null
  }
}

/** Whether a failure says by itself that there was no space: one of ours, of the system, or of PostgreSQL. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === 'DATABASE_DISK_FULL'
  const code = systemErrorCode(error)
  return code !== undefined && (systemCodes.has(code) || code === sqlState)
}

/**
 * The failure to be thrown when the disk is the reason, else null.
 * @param failed.what  What did not work, as the beginning of a sentence.
 * @param failed.output  What a program said before it ended; on a full disk even that may be missing.
 */
export async function fullDiskError(
  directory: string,
  failed: { readonly what: string; readonly output?: string; readonly cause?: unknown },
): Promise<DatabaseError | null> {
  const word = systemWords.exec(failed.output ?? '')?.[0]
  const free = await freeBytes(directory)
  const isEmpty = free !== null && free < emptyBytes
  if (word === undefined && !isDiskFull(failed.cause) && !isEmpty) return null
  const reason =
    free === null || free < leastFreeBytes
      ? `the disk of ${directory} is full${free === null ? '' : ` (${inMegabytes(free)} MB are free)`}`
      : `no space could be had in ${directory}, though its disk has ${inMegabytes(free)} MB free: a quota, or a limit of the size of files (ulimit -f)`
  return new DatabaseError(
    'DATABASE_DISK_FULL',
    `${failed.what}: ${reason}. Make room (a new database takes about 150 MB), or set DIALWRIGHT_DATA to a larger disk.`,
    { cause: failed.cause },
  )
}

function inMegabytes(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024))
}
