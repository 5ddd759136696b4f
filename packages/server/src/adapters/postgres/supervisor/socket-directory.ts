/** The directory of the server's Unix socket: closed to everyone but its owner, with a path short enough for the system. */
import { createHash } from 'node:crypto'
import { lstat, mkdir, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseError, systemErrorCode } from '../errors.ts'
import { giveTo, type Owner } from './place.ts'

/** The port names the socket's file; nothing listens on TCP. */
export const socketPort = 5432

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the last one a zero. */
const greatestPathBytes = 103

/**
 * Finds or makes the directory: in the cluster's home, else, when that path is too long, a short one in the system's temporary
 * directory that is named after the home.
 * @returns null where Unix sockets are not used (Windows): the server then listens on 127.0.0.1.
 * @throws {DatabaseError} `DATABASE_DIRECTORY_UNREACHABLE` when somebody else's directory stands there.
 */
export async function findSocketDirectory(home: string, owner: Owner): Promise<string | null> {
  if (process.platform === 'win32') return null
  const inside = join(home, 'socket')
  const isShort = Buffer.byteLength(join(inside, `.s.PGSQL.${socketPort}`)) <= greatestPathBytes
  const directory = isShort
    ? inside
    : join(tmpdir(), `dialwright-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`)
  try {
    await mkdir(directory, { mode: 0o700 })
    await giveTo(directory, owner)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
  const found = await lstat(directory)
  const uid = owner?.uid ?? process.getuid?.()
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new DatabaseError(
      'DATABASE_DIRECTORY_UNREACHABLE',
      `The socket directory ${directory} must be a directory of user ${uid} with mode 0700. Remove what stands there and start again.`,
    )
  }
  return directory
}

/** Takes away a directory that was made in the system's temporary one; the one inside the home stays for the next start. */
export async function dropSocketDirectory(directory: string | null, home: string): Promise<void> {
  if (directory === null || directory === join(home, 'socket')) return
  // One that is gone or in use harms nobody: the next start looks at it again.
  await rmdir(directory).catch(() => undefined)
}
