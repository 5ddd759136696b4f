/** The place of the embedded cluster: a directory that PostgreSQL's user can reach, and that user (never root). */
import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseError } from '../errors.ts'

/** Whom PostgreSQL runs as; null: the user of this process. */
export type Owner = { readonly uid: number; readonly gid: number; readonly name: string } | null

export type Place = {
  readonly directory: string
  readonly owner: Owner
  /** Not in the data directory: whoever makes backups of that one must know. */
  readonly isElsewhere: boolean
}

/** Where a cluster goes when root's data directory lies behind doors that PostgreSQL's user cannot pass (root's home, say). */
const sharedState = '/var/lib/dialwright'

/**
 * Finds where the cluster lives. PostgreSQL refuses to run as root: root drops to `postgres`, else to `nobody`.
 * The data directory itself is opened for that user's group alone (mode 0710); its parents are never changed.
 * @throws {DatabaseError} `DATABASE_DIRECTORY_UNREACHABLE` when no usable directory can be made.
 */
export async function findPlace(dataDirectory: string, stateDirectory: string = sharedState): Promise<Place> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const directory = await realpath(dataDirectory)
  const owner = process.getuid?.() === 0 ? await unprivilegedUser() : null
  if (owner === null) return { directory, owner, isElsewhere: false }
  if (await canPass(dirname(directory), owner)) {
    await openFor(directory, owner)
    return { directory, owner, isElsewhere: false }
  }
  const elsewhere = join(stateDirectory, createHash('sha256').update(directory).digest('hex').slice(0, 16))
  try {
    await mkdir(elsewhere, { recursive: true, mode: 0o755 })
    // Made with the caller's umask, which may close to everyone what is to be open.
    if (stateDirectory === sharedState) await chmod(stateDirectory, 0o755)
    await openFor(elsewhere, owner)
    if (await canPass(elsewhere, owner)) return { directory: elsewhere, owner, isElsewhere: true }
    throw new Error(`${elsewhere} is not reachable either`)
  } catch (cause) {
    throw new DatabaseError(
      'DATABASE_DIRECTORY_UNREACHABLE',
      `PostgreSQL does not run as root, and the user ${owner.name} cannot reach ${directory}. ` +
        'Set DIALWRIGHT_DATA to a directory whose parents are open to everyone (like /srv/dialwright), or run as an ordinary user.',
      { cause },
    )
  }
}

/** Gives a directory made by root to the user that PostgreSQL runs as. */
export async function giveTo(path: string, owner: Owner): Promise<void> {
  if (owner !== null) await chown(path, owner.uid, owner.gid)
}

async function openFor(directory: string, owner: NonNullable<Owner>): Promise<void> {
  if (await canPass(directory, owner)) return
  const { uid, mode } = await stat(directory)
  await chown(directory, uid, owner.gid)
  await chmod(directory, (mode & 0o777) | 0o010)
}

async function canPass(directory: string, owner: NonNullable<Owner>): Promise<boolean> {
  for (let path = directory; ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path)
    const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (path === dirname(path)) return true
  }
}

async function unprivilegedUser(): Promise<NonNullable<Owner>> {
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid), name }
  }
  throw new DatabaseError(
    'DATABASE_DIRECTORY_UNREACHABLE',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody". Run as an ordinary user, or set DATABASE_URL.',
  )
}
