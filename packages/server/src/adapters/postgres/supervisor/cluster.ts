/** A cluster on disk: made whole or not at all, with a password of its own. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Binaries } from '../binaries.ts'
import { DatabaseError, systemErrorCode } from '../errors.ts'
import { fullDiskError } from './disk-space.ts'
import { settleOwnership } from './ownership.ts'
import { giveTo, type Place } from './place.ts'
import { runProgram } from './programs.ts'

export type Cluster = {
  /** Holds the cluster, its password and its log. */
  readonly home: string
  /** PostgreSQL's data directory. */
  readonly directory: string
  readonly password: string
}

/** The one role: it owns everything in the embedded database. */
export const roleName = 'dialwright'

const draftPrefix = 'postgres.draft-'

/**
 * Opens the cluster of a place; makes it first when there is none. `initdb` works under a temporary name that is renamed at the
 * end, so a process killed meanwhile leaves no half cluster. The caller holds the place's lock.
 * @throws {DatabaseError} `DATABASE_INIT_FAILED`; `DATABASE_MAJOR_MISMATCH` when another major version made the cluster.
 */
export async function openCluster(place: Place, binaries: Binaries): Promise<Cluster> {
  const home = join(place.directory, 'postgres')
  const directory = join(home, 'cluster')
  for (const name of await readdir(place.directory)) {
    // The initdb of a process that was killed may still be at work in it; what it leaves is taken away by a later start.
    if (name.startsWith(draftPrefix))
      await rm(join(place.directory, name), { recursive: true, force: true }).catch(() => undefined)
  }
  const found = await readIfPresent(join(directory, 'PG_VERSION'))
  if (found === null) await makeCluster(place, binaries, home)
  else if (found.trim() !== binaries.major) {
    throw new DatabaseError(
      'DATABASE_MAJOR_MISMATCH',
      `The cluster in ${directory} was made by PostgreSQL ${found.trim()}, the installed binaries are ${binaries.version}. ` +
        'Use the product version that made it, or move its data first.',
    )
  } else await settleOwnership(home, directory, place.owner)
  const password = await readIfPresent(join(home, 'password'))
  if (password === null) {
    throw new DatabaseError(
      'DATABASE_INIT_FAILED',
      `The cluster in ${home} has no password file. Restore ${join(home, 'password')} from a backup.`,
    )
  }
  return { home, directory, password: password.trim() }
}

async function makeCluster(place: Place, binaries: Binaries, home: string): Promise<void> {
  const draft = join(place.directory, `${draftPrefix}${randomBytes(6).toString('hex')}`)
  const passwordFile = join(draft, 'password')
  await mkdir(draft, { mode: 0o700 })
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  await giveTo(draft, place.owner)
  await giveTo(passwordFile, place.owner)
  const run = await runProgram(
    binaries.initdb,
    [
      '-D',
      join(draft, 'cluster'),
      '-U',
      roleName,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C.UTF-8',
    ]
      // A machine without the C.UTF-8 locale still has C; collation comes from the built-in provider either way.
      .concat(['--lc-messages=C', '--lc-monetary=C', '--lc-numeric=C', '--lc-time=C'])
      .concat(['--auth=scram-sha-256', `--pwfile=${passwordFile}`]),
    { cwd: draft, owner: place.owner },
  )
  if (run.code !== 0) {
    const full = await fullDiskError(place.directory, { what: 'No database can be made', output: run.output })
    await rm(draft, { recursive: true, force: true })
    if (full !== null) throw full
    throw new DatabaseError('DATABASE_INIT_FAILED', `initdb ended with ${run.code ?? run.signal}: ${run.output.trim()}`)
  }
  await rename(draft, home)
  await syncDirectory(dirname(home))
}

/** A rename is durable only once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null
    throw error
  }
}
