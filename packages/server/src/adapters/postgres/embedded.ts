/** The embedded database: a real PostgreSQL beside the product, started, watched, adopted and stopped by its supervisor. */
import type { Clock } from '@dialwright/dialer'
import { systemClock } from '../system/system-clock.ts'
import { installBinaries } from './binaries.ts'
import { takeDirectoryLock } from './directory-lock.ts'
import { DatabaseError } from './errors.ts'
import type { DatabaseLog } from './pool.ts'
import { openCluster } from './supervisor/cluster.ts'
import { fullDiskError, isDiskFull } from './supervisor/disk-space.ts'
import { findPlace } from './supervisor/place.ts'
import { dropSocketDirectory, findSocketDirectory } from './supervisor/socket-directory.ts'
import { Supervisor } from './supervisor/supervisor.ts'

export type EmbeddedPostgresOptions = {
  /** The product's data directory: the cluster and a copy of the binaries go into folders of it. */
  readonly dataDirectory: string
  readonly log: DatabaseLog
  readonly clock?: Clock | undefined
  /** Where binaries are copied to; absent: `pgbin` beside the cluster. */
  readonly binariesDirectory?: string | undefined
  /** Server settings over the product's own. Tests alone lower durability with it. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

export type EmbeddedPostgres = {
  /** Stays the same while this process lives, through every restart of the server. */
  readonly connectionString: string
  /** True: a server left running by a process that died was taken over, without a restart. */
  readonly adopted: boolean
  /** The postmaster's process id at this moment; null while it is down. */
  readonly processId: number | null
  /** Resolves once the server accepts connections; starts it when it is down. */
  ensureRunning(): Promise<void>
  /** Ends every connection and the server, and gives the data directory free. */
  stop(): Promise<void>
}

/**
 * Starts the database of a data directory, making it first when there is none; adopts the server of a process that died.
 * A server that dies while this process lives is started again.
 * @throws {DatabaseError} `DATABASE_LOCKED` for a second supervisor, and the other `DATABASE_...` codes.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options)
  } catch (error) {
    if (error instanceof DatabaseError || !isDiskFull(error)) throw error
    const what = 'The embedded database cannot be started'
    throw (await fullDiskError(options.dataDirectory, { what, cause: error })) ?? error
  }
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await findPlace(options.dataDirectory)
  if (place.isElsewhere) {
    options.log.warn(
      { directory: place.directory, user: place.owner?.name },
      'the database is kept in this directory and not in DIALWRIGHT_DATA, which its user cannot reach: back up both',
    )
  }
  const lock = await takeDirectoryLock(`${place.directory}/postgres.lock`)
  try {
    const own = options.binariesDirectory === undefined
    const binaries = await installBinaries(options.binariesDirectory ?? `${place.directory}/pgbin`, own)
    const cluster = await openCluster(place, binaries)
    const socketDirectory = await findSocketDirectory(cluster.home, place.owner)
    const supervisor = new Supervisor({
      binaries,
      cluster,
      socketDirectory,
      owner: place.owner,
      clock: options.clock ?? systemClock,
      log: options.log,
      settings: options.settings ?? {},
    })
    const { adopted } = await supervisor.start()
    return {
      connectionString: supervisor.connectionString,
      adopted,
      get processId() {
        return supervisor.processId
      },
      ensureRunning: () => supervisor.ensureRunning(),
      stop: async () => {
        await supervisor.stop()
        await dropSocketDirectory(socketDirectory, cluster.home)
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}
